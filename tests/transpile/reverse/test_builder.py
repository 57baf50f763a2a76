"""Backward statements are written as a person would write them."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np
import pytest

import pullback.stdlib.rules  # noqa: F401  the rules say what is elementwise
from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, Lit, Op, Origin, Slice, Var
from pullback.transpile.reverse.builder import Builder
from pullback.transpile.reverse.twins import Twins

HERE = Origin("model.py", 1, 0, 1, 1, "y = f(x)")
N = ab.Dim("x.0", 0, True)
X, Y, Z = (Var(n, ab.Array("float64", (N,))) for n in "xyz")
B = Var("b", ab.Array("bool", (N,)))
SIGNS = {operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.pow: "**"}


def builder() -> Builder:
    return Builder(HERE, Twins())


def text(b: Builder, x: object) -> str:
    """An expression as it would be written, fully parenthesised."""
    if isinstance(x, Var) and x in b.defs:
        s: Op = b.defs[x]
        parts = [text(b, a) for a in s.args]
        if s.op in SIGNS:
            return f"({parts[0]} {SIGNS[s.op]} {parts[1]})"
        return f"-{parts[0]}" if s.op is operator.neg else f"{s.op.__name__}({', '.join(parts)})"
    if isinstance(x, (tuple, Slice)):
        return repr(x)
    return x.hint if isinstance(x, Var) else repr(x)


Make = Callable[[Builder], Atom]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda b: b(operator.mul, Lit(1.0), X), "x"),
        (lambda b: b(operator.mul, X, Lit(1)), "x"),
        (lambda b: b(operator.mul, B, Lit(1.0)), "(1.0 * b)"),
        (lambda b: b(operator.mul, X, Lit(-1.0)), "-x"),
        (lambda b: b(operator.mul, X, b(operator.neg, Y)), "-(x * y)"),
        (lambda b: b(operator.mul, b(operator.neg, X), Y), "-(x * y)"),
        (lambda b: b(operator.mul, X, b(operator.truediv, Lit(1.0), Y)), "(x / y)"),
        (lambda b: b(operator.mul, X, b(operator.truediv, Lit(0.5), Y)), "((0.5 * x) / y)"),
        (lambda b: b(operator.mul, X, b(operator.truediv, b(operator.neg, Z), Y)), "-((x * z) / y)"),
        (lambda b: b(operator.mul, b(operator.truediv, Lit(1.0), Z), b(operator.mul, Lit(2.0), X)), "((2.0 * x) / z)"),
        (lambda b: b(operator.mul, b(operator.truediv, X, Z), Y), "((x / z) * y)"),
        (lambda b: b(operator.mul, X, b(operator.mul, Lit(2.0), Y)), "((2.0 * x) * y)"),
        (lambda b: b(operator.mul, X, Lit(3.0)), "(3.0 * x)"),
        (lambda b: b(operator.add, X, b(operator.neg, Y)), "(x - y)"),
        (lambda b: b(operator.sub, X, b(operator.neg, Y)), "(x + y)"),
        (lambda b: b(operator.add, Lit(0.0), X), "x"),
        (lambda b: b(operator.sub, Lit(0.0), X), "-x"),
        (lambda b: b(operator.neg, b(operator.neg, X)), "x"),
        (lambda b: b(operator.neg, b(operator.sub, X, Y)), "(y - x)"),
        (lambda b: b(operator.neg, Lit(2.0)), "-2.0"),
        (lambda b: b(operator.truediv, X, Lit(1)), "x"),
        (lambda b: b(operator.truediv, b(operator.neg, X), Y), "-(x / y)"),
        (lambda b: b(operator.pow, X, Lit(1)), "x"),
        (lambda b: b(operator.pow, X, Lit(0)), "1.0"),
        (lambda b: b(np.transpose, b(np.transpose, X)), "x"),
    ],
)
def test_simplest_form(make: Make, expected: str) -> None:
    b = builder()
    assert text(b, make(b)) == expected


def test_a_named_cotangent_is_not_taken_apart() -> None:
    b = builder()
    d = b.emit(operator.truediv, (Lit(1.0), X), hint="dx")
    named = b.emit(operator.neg, (d,), hint="dy")
    assert b(operator.mul, Y, named) is not None
    assert text(b, b(operator.mul, Y, d)) == "(y / x)"


def test_bools_and_ints_become_floats_by_the_one_that_is_kept() -> None:
    b = builder()
    assert isinstance(b(operator.mul, Lit(1.0), Var("n", ab.INT)), Var)
    assert text(b, b(operator.add, Lit(0.0), B)) == "(0.0 + b)"


def test_a_shape_is_read_from_a_parameter_that_has_it() -> None:
    h = Var("h", ab.Array("float64", (N,)))
    t = Var("", ab.Array("float64", (N,)))
    body = (Op(h, np.tanh, (X,), (), HERE), Op(t, operator.pow, (h, Lit(2)), (), HERE))
    b = Builder(HERE, Twins.of(Block((X,), body, (t,))))
    assert text(b, b(np.size, t)) == "size(x)"
