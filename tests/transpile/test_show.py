"""Core printed as Python."""

import ast
import operator

import numpy as np

from pullback.transpile import prims
from pullback.transpile.abstract import FLOAT, INT, UNKNOWN, Array, Dim, ListOf, Mapping, Scalar, Seq, Static
from pullback.transpile.core import (
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    Origin,
    Param,
    Program,
    Range,
    Slice,
    Var,
    While,
)
from pullback.transpile.show import core_text, type_text

HERE = Origin("model.py", 1, 0, 1, 1, "x")


def op(out, f, *args, **kwargs):
    return Op(out, f, args, tuple(kwargs.items()), HERE)


def test_types_are_written_as_signatures_write_them():
    n = Dim("n", 0, True)
    types = {
        "f64[n, n-1, 3]": Array("float64", (n, Dim("n", -1), 3)),
        "array[...]": Array(),
        "f32": Scalar("float", "float32"),
        "int(n)": Scalar("int", value=n),
        "(float,)": Seq("tuple", (FLOAT,)),
        "[float, int]": Seq("list", (FLOAT, INT)),
        "list[bool]": ListOf(Scalar("bool")),
        "{'w': i8[2]}": Mapping((("w", Array("int8", (2,))),)),
        "static(None)": Static(None),
        "unknown": UNKNOWN,
    }
    assert {type_text(t): t for t in types.values()} == types


def test_program_as_text():
    x, n, i, s, s2, row = (Var(h, t) for h, t in zip("x n i s s row".split(), [Array(), INT, INT, FLOAT, FLOAT, FLOAT]))
    total, tape, unnamed, y, pull, dy = (Var(h, FLOAT) for h in ("s", "tape", "", "y", "pull", "dy"))
    step = Block((i, s, row), (op(s2, operator.add, s, row), op(unnamed, np.sum, x, axis=Lit(0))), (s2, unnamed))
    loop = For((total, tape), Range(Lit(0), n, Lit(1)), True, (Lit(0.0),), (x,), step, HERE)
    c, k, z = (Var(h, FLOAT) for h in "ckz")
    branches = Block((), (op(k, operator.neg, y),), (k,)), Block((), (), (Global("K", FLOAT),))
    test = Block((c,), (), (Lit(True),))
    body = [
        loop,
        op(y, operator.getitem, x, (Lit(0), Slice(None, n))),
        If((z,), y, *branches, HERE),
        While((Var("w", FLOAT),), (y,), test, Block((c,), (), (c,)), HERE),
        Effect("print", (Lit("hello"), y), HERE),
        If((), y, Block((), (), ()), Block((), (), ()), HERE),
        Call(Var("h", FLOAT), "helper", (y,), HERE),
        Def(pull, "pull", Block((dy,), (), (dy,)), HERE),
        op(Var("pair", UNKNOWN), prims.make_tuple, y, pull),
    ]
    entry = Function("f", (Param(x), Param(n)), Block((x, n), tuple(body), (total,)), HERE)
    helper = Function("helper", (), Block((), (), (Lit(None),)), HERE)
    text = core_text(Program(entry, {"helper": helper}))
    ast.parse(text)
    assert (
        text
        == """\
def helper():
    return None


def f(x: array[...], n: int):
    def step(i: int, s: float, row: float):
        s_2: float = s + row
        _7: float = np.sum(x, axis=0)
        return s_2, _7
    s_3, tape = scan(step, range(0, n, 1), (0.0,), items=(x,), reverse=True)
    y: float = x[0, :n]
    if y:
        k: float = -y
        z = k
    else:
        z = K
    def test(c: float):
        return True
    def step(c: float):
        return c
    w: float = while_loop(test, step, (y,))
    print('hello', y)
    if y:
        pass
    else:
        pass
    h: float = helper(y)
    def pull(dy: float):
        return dy
    pair: unknown = make_tuple(y, pull)
    return s_3
"""
    )


def test_loops_that_stop_early_yield_whether_to():
    x, i, s, s2, c, w, v, d = (Var(h, FLOAT) for h in ("x", "i", "s", "s", "", "w", "v", "d"))
    step = Block((i, s), (op(c, operator.gt, s, Lit(3.0)),), (s,))
    rounds = For((s2,), Range(Lit(0), Lit(9), Lit(1)), False, (x,), (), step, HERE, stop=c, keeps=False)
    endless = While((w,), (s2,), Block((v,), (), (Lit(True),)), Block((d,), (), (d,)), HERE, stop=Lit(True))
    entry = Function("f", (Param(x),), Block((x,), (rounds, endless), (w,)), HERE)
    assert (
        core_text(Program(entry, {}))
        == """\
def f(x: float):
    def step(i: float, s: float):
        _4: float = s > 3.0
        return s, _4
    s_2: float = scan(step, range(0, 9, 1), (x,), stops=True, keeps=False)
    def test(v: float):
        return True
    def step(d: float):
        return d, True
    w: float = while_loop(test, step, (s_2,), stops=True)
    return w
"""
    )
