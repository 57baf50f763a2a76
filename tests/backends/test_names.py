"""Names: the user's stay, nobody's are taken away, nothing of the text's own is hidden."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, For, Lit, Param, Program, Range, Var, While
from tests.backends.cores import VECTOR, Code, origin
from tests.backends.running import check

X = np.array([0.5, -1.0, 2.0])


@pytest.mark.parametrize(
    "name", ["np", "numpy", "sum", "d", "tape", "t", "unbroadcast", "sqrt", "math", "range", "pull", "_", "f"]
)
def test_any_variable_may_have_any_name(name: str) -> None:
    x, c = Var(name, VECTOR), Code(adjoint=False)
    y = c.op("y", operator.mul, x, x)
    root = c.op("z", math.sqrt, c.op("", np.sum, c.op("", operator.mul, y, y)))
    c.adjoint = True
    inner = Code()
    p = Var(name, VECTOR)
    r = inner.op(name, np.tanh, p)
    body = Block((Var("i", ab.INT), p), tuple(inner.body), (r, p))
    outs = Var(name, VECTOR), Var("", ab.ListOf(VECTOR))
    c.add(For(outs, Range(Lit(0), Lit(3), Lit(1)), False, (y,), (), body, origin("for i in range(3):")))
    total, item = Var("", VECTOR), Var("", VECTOR)
    inner = Code()
    nxt = inner.op("", operator.add, total, inner.op("", runtime.unbroadcast, item, x, type=VECTOR))
    body = Block((Var("i", ab.INT), total, item), tuple(inner.body), (nxt,))
    last = Var("", VECTOR)
    c.add(For((last,), None, True, (outs[0],), (outs[1],), body, origin("for i in range(3):", True)))
    c.op("", len, x)
    size = c.op("", max, c.op("", len, x), 2)
    check(c.program([x], last, root, x, size), (X,))


def test_user_names_are_kept_from_temporaries() -> None:
    x, c = Var("x", ab.FLOAT), Code(adjoint=False)
    a = c.op("", math.sin, x)
    b = c.op("", math.cos, c.op("", operator.mul, a, a))
    found = check(c.program([x], b, b, a, user_names=frozenset({"t", "t2"})), (0.3,)).text
    assert "t3 = " in found
    assert "t = " not in found


def test_a_loop_keeps_the_old_value_under_another_name() -> None:
    h, c = Var("h", VECTOR), Code(adjoint=False)
    inner = Code(adjoint=False)
    p = Var("h", VECTOR)
    r = inner.op("h", np.tanh, p)
    body = Block((Var("i", ab.INT), p), tuple(inner.body), (r, p, r))
    lists = Var("", ab.ListOf(VECTOR)), Var("", ab.ListOf(VECTOR))
    out = Var("h", VECTOR)
    c.add(For((out, *lists), Range(Lit(0), Lit(2), Lit(1)), False, (h,), (), body, origin("for i in range(2):")))
    back = Code()
    a, b, dh = Var("h", VECTOR), Var("h", VECTOR), Var("dh", VECTOR)
    r = back.op("dh", operator.mul, back.op("", operator.mul, dh, a), b)
    body = Block((Var("i", ab.INT), dh, a, b), tuple(back.body), (r,))
    dout = Var("dh", VECTOR)
    c.add(For((dout,), Range(Lit(0), Lit(2), Lit(1)), True, (out,), lists, body, origin("for i in range(2):", True)))
    found = check(c.program([h], dout), (X,)).text
    assert "h_prev = h\n        h = np.tanh(h_prev)\n        tape.append((h_prev, h))" in found
    assert "h_prev, h = tape.pop()" in found


def test_values_that_change_places() -> None:
    a, b, c = Var("a", ab.FLOAT), Var("b", ab.FLOAT), Code(adjoint=False)
    p, q = Var("a", ab.FLOAT), Var("b", ab.FLOAT)
    inner = Code(adjoint=False)
    s = inner.op("b", operator.add, p, q)
    outs = Var("a", ab.FLOAT), Var("b", ab.FLOAT)
    body = Block((Var("i", ab.INT), p, q), tuple(inner.body), (q, s))
    c.add(For(outs, Range(Lit(0), Lit(5), Lit(1)), False, (a, b), (), body, origin("for i in range(5):")))
    check(c.program([a, b], *outs), (1.0, 2.0))


def test_parameters_keep_kind_and_default() -> None:
    a, b, k = Var("a", ab.FLOAT), Var("b", ab.FLOAT), Var("k", ab.FLOAT)
    c = Code(adjoint=False)
    program = c.program([a, b, k], c.op("", operator.add, c.op("", operator.add, a, b), k))
    params = Param(a, "POSITIONAL_ONLY"), Param(b, default=Lit(-1.5)), Param(k, "KEYWORD_ONLY", Lit(None))
    from dataclasses import replace

    from pullback.backends import numpy as backend

    text = backend.emit(Program(replace(program.entry, params=params))).text
    assert "def f(a, /, b=-1.5, *, k=None):" in text


def test_a_while_loop_and_its_adjoint() -> None:
    a, c = Var("a", ab.FLOAT), Code(adjoint=False)
    x, y = Var("x", ab.FLOAT), Var("x", ab.FLOAT)
    test, step = Code(adjoint=False), Code(adjoint=False)
    cond = test.block((test.op("", operator.gt, y, 1.0),), (y,))
    r = step.op("x", operator.mul, x, 0.5)
    out, tape = Var("x", ab.FLOAT), Var("", ab.ListOf(ab.FLOAT))
    c.add(While((out, tape), (a,), cond, step.block((r, x), (x,)), origin("while x > 1.0:")))
    back, dx, kept = Code(text="x = x * 0.5"), Var("dx", ab.FLOAT), Var("x", ab.FLOAT)
    r = back.op("dx", operator.mul, dx, kept)
    dout = Var("dx", ab.FLOAT)
    body = Block((Var("i", ab.INT), dx, kept), tuple(back.body), (r,))
    c.add(For((dout,), None, True, (Lit(1.0),), (tape,), body, origin("while x > 1.0:", True)))
    found = check(c.program([a], out, dout), (9.0,)).text
    assert "while x > 1.0:\n        tape.append(x)\n        x *= 0.5" in found or "x = x * 0.5" in found
    assert "for x2 in reversed(tape):" in found or "for x in reversed(tape):" in found


def test_literals_that_have_no_literal() -> None:
    x, c = Var("x", VECTOR), Code(adjoint=False)
    y = c.op("y", operator.mul, x, math.inf)
    z = c.op("z", operator.add, c.op("", operator.mul, x, -0.0), -math.inf)
    w = c.op("w", prims.astype, c.op("", operator.mul, x, math.nan), "float32")
    found = check(c.program([x], y, z, w), (X,)).text
    assert all(part in found for part in ("np.inf", "-np.inf", "np.nan", ".astype(np.float32)"))
