"""What is written in place, and what is copied first."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, Call, Def, For, Function, If, Lit, Param, Program, Range, Slice, Var
from tests.backends.cores import MATRIX, VECTOR, Code, N, origin
from tests.backends.running import check

X = np.array([0.5, -1.0, 2.0])
ALL = (Slice(None, None, None),)


def text(program: Program, *args: Any) -> str:
    return check(program, args or (X,)).text.split('"""')[-1].split(":\n", 1)[1]


def test_own_arrays_are_written_in_place() -> None:
    x, c = Var("x", VECTOR), Code()
    d = c.op("dx", np.zeros_like, x)
    e = c.op("dx", prims.add_item, d, (Lit(0),), 2.0)
    assert text(c.program([x], c.op("dx", operator.add, e, x))) == (
        "    dx = np.zeros_like(x)\n    dx[0] += 2.0\n    dx += x\n    return dx\n"
    )


def test_arguments_are_copied_before_they_are_written() -> None:
    x, c = Var("x", VECTOR), Code()
    y = c.op("x", prims.set_item, x, (Lit(0),), 2.0)
    assert text(c.program([x], y)) == "    x = x.copy()\n    x[0] = 2.0\n    return x\n"


def test_an_array_that_is_read_later_is_copied() -> None:
    x, c = Var("x", VECTOR), Code()
    a = c.op("a", np.sin, x)
    b = c.op("b", prims.set_item, a, (Lit(0),), 2.0)
    assert "b = a.copy()\n    b[0] = 2.0" in text(c.program([x], a, b))


def test_a_view_that_is_needed_after_a_write_is_copied() -> None:
    x, c = Var("x", VECTOR), Code(adjoint=False)
    a = c.op("a", np.sin, x)
    view = c.op("v", operator.getitem, a, (Slice(Lit(1), None, None),))
    b = c.op("a", prims.set_item, a, (Lit(1),), 2.0)
    assert "v = a[1:].copy()" in text(c.program([x], b, c.op("w", np.cos, view)))


def test_results_share_nothing() -> None:
    x, c = Var("x", VECTOR), Code()
    a = c.op("a", np.sin, x)
    assert text(c.program([x], a, a, x)) == "    a = np.sin(x)\n    return a, a.copy(), x.copy()\n"


def test_a_sum_of_another_shape_or_dtype_is_not_in_place() -> None:
    x, y, c = Var("x", ab.Array("float32", (N,))), Var("y", VECTOR), Code()
    d = c.op("d", np.sin, x)
    e = c.op("d", operator.add, d, y)
    f = c.op("d", operator.mul, e, e)
    assert "+=" not in text(c.program([x, y], f), X.astype("float32"), X)


def test_minus_signs_move_into_the_operator() -> None:
    x, c = Var("x", VECTOR), Code()
    d = c.op("dx", np.sin, x)
    d = c.op("dx", operator.add, d, c.op("", operator.mul, c.op("", operator.neg, x), 2.0))
    d = c.op("dx", prims.add_item, d, (Lit(0),), c.op("", operator.neg, c.op("", np.sum, x)))
    assert text(c.program([x], d)) == "    dx = np.sin(x)\n    dx -= x * 2.0\n    dx[0] -= np.sum(x)\n    return dx\n"


def test_repeated_indices_add_each_time() -> None:
    x, k, c = Var("x", VECTOR), Var("k", ab.Array("int64", (N,))), Code()
    d = c.op("dx", prims.add_item, c.op("dx", np.zeros_like, x), (k,), x)
    assert "np.add.at(dx, k, x)" in text(c.program([x, k], d), X, np.array([0, 0, 1]))


def test_a_mask_adds_in_place() -> None:
    x, c = Var("x", VECTOR), Code()
    mask = c.op("mask", operator.gt, x, 0.0)
    d = c.op("dx", prims.add_item, c.op("dx", np.zeros_like, x), (mask,), 1.0)
    assert "dx[mask] += 1.0" in text(c.program([x], d, mask))


def loop(c: Code, carried: Var, init: Any, step: Any, collect: bool = False) -> tuple[Var, ...]:
    inner = Code()
    result = step(inner, carried)
    outs = (Var(carried.hint, carried.type), *([Var("", ab.ListOf(carried.type))] if collect else []))
    kept = (result,) if collect else ()
    block = Block((Var("i", ab.INT), carried), tuple(inner.body), (result, *kept))
    c.add(For(outs, Range(Lit(0), Lit(3), Lit(1)), False, (init,), (), block, origin("for i in range(3):", True)))
    return outs


def test_a_loop_copies_an_argument_once() -> None:
    x, c = Var("x", VECTOR), Code()
    (u,) = loop(c, Var("u", VECTOR), x, lambda b, u: b.op("u", prims.add_item, u, (Lit(0),), 1.0))
    assert text(c.program([x], u)) == "    u = x.copy()\n    for _ in range(3):\n        u[0] += 1.0\n    return u\n"


def test_what_is_kept_and_written_later_is_kept_as_a_copy() -> None:
    x, c = Var("x", VECTOR), Code()
    zeros = c.op("u", np.zeros_like, x)
    u, tape = loop(c, Var("u", VECTOR), zeros, lambda b, u: b.op("u", prims.set_item, u, (Lit(0),), 1.0), collect=True)
    assert "append(u.copy())" in text(c.program([x], u, tape))


def test_a_branch_writes_in_place_what_the_other_one_leaves() -> None:
    x, c = Var("x", VECTOR), Code()
    d = c.op("dx", np.zeros_like, x)
    test = c.op("", operator.gt, c.op("", np.sum, x), 0.0)
    inner = Code()
    e = inner.op("dx", prims.set_item, d, (Lit(0),), 1.0)
    out = Var("dx", VECTOR)
    c.add(If((out,), test, inner.block((e,)), Block((), (), (d,)), origin("if a:", True)))
    assert text(c.program([x], c.op("dx", operator.add, out, x))) == (
        "    dx = np.zeros_like(x)\n    if np.sum(x) > 0.0:\n        dx[0] = 1.0\n    dx += x\n    return dx\n"
    )


def test_a_pullback_leaves_what_it_captures() -> None:
    x, dout, c = Var("x", VECTOR), Var("dout", VECTOR), Code()
    a = c.op("a", np.sin, x)
    inner = Code()
    b = inner.op("a", prims.set_item, a, (Lit(0),), 2.0)
    pull = Var("", ab.UNKNOWN)
    c.add(Def(pull, "pull", inner.block((inner.op("d", operator.add, b, dout),), [dout]), origin("def f():", True)))
    program = c.program([x], a, pull)
    found = check(program, (X,)).text
    assert "a2 = a.copy()" in found
    assert "return a.copy(), pull" in found


def test_parts_of_a_companions_result_are_apart() -> None:
    x, c = Var("x", VECTOR), Code()
    inner = Code()
    z, dout = Var("z", VECTOR), Var("dout", VECTOR)
    parts = inner.op("dz", np.cos, z), inner.op("dw", operator.mul, dout, z)
    pair = inner.op("", prims.make_tuple, *parts)
    block = inner.block((pair,), (z, dout))
    g = Function("g_pullback", (Param(z), Param(dout)), block, origin(), primal=False)
    made = Var("", pair.type)
    c.add(Call(made, "g", (x, x), origin("y = g(x)", True)))
    a = c.op("da", prims.item, made, 0)
    b = c.op("db", prims.item, made, 1)
    a = c.op("da", prims.add_item, a, ALL, b)
    program = c.program([x], a, b)
    found = check(Program(program.entry, {"g": g}), (X,)).text
    assert "da, db = g_pullback(x, x)" in found
    assert ".copy()" not in found


def test_companions_may_return_their_arguments() -> None:
    c, inner = Code(), Code()
    x, dout = Var("x", VECTOR), Var("dout", VECTOR)
    g = Function("g_pullback", (Param(dout),), inner.block((dout,), (dout,)), origin(), primal=False)
    made = Var("dx", VECTOR)
    c.add(Call(made, "g", (x,), origin("y = g(x)", True)))
    program = c.program([x], c.op("dx", prims.set_item, made, (Lit(0),), 1.0))
    found = check(Program(program.entry, {"g": g}), (X,)).text
    assert "return dout\n" in found
    assert "g_pullback(x).copy()" in found or "dx.copy()" in found


def test_matrices_written_through_views_stay_apart() -> None:
    m, c = Var("m", MATRIX), Code()
    a = c.op("a", np.sin, m)
    b = c.op("b", np.transpose, a)
    w = c.op("b", prims.set_item, b, (Lit(0),), 1.0)
    check(c.program([m], a, w), (np.outer(X, X),))
