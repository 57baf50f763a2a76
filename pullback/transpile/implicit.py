"""Roots and fixed points: what their derivatives, backward and forward, have in common.

    f(x, p) = 0                 df/dx dx + df/dp dp = 0
    x = g(x, p)                 (1 - dg/dx) dx = dg/dp dp
"""

from __future__ import annotations

import operator
from typing import Protocol, cast

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Call, Callback, Kwargs, Lit, Op, OpFunction, Origin, Stmt, Var

RESULTS = {"root": "x", "root_scalar": "root"}
"""What the solvers that give an object call the root in it."""


class Code(Protocol):
    """A block under construction, backward or forward."""

    body: list[Stmt]
    origin: Origin

    def __call__(self, fn: OpFunction, *args: Arg, hint: str = "", kwargs: Kwargs = ()) -> Atom:
        """Append an operation, simplified."""

    def define(self, out: Var, fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = ()) -> None:
        """Append an operation with a result of a known type."""


def callback(s: Op) -> Callback:
    """The function that an operation is given."""
    return cast(Callback, cast(Lit, s.args[0]).value)


def handed_on(s: Op) -> tuple[Atom, ...]:
    """What an operation hands on to the function that it is given."""
    return cast(tuple[Atom, ...], s.args[-1])


def name_of(s: Op) -> str:
    """The name of an operation."""
    return cast(str, getattr(s.op, "__name__", ""))


def found(b: Code, s: Op) -> Var:
    """What has been found: the root itself."""
    key = RESULTS.get(name_of(s))
    if key is None:
        return s.out
    t = dict(cast(ab.Record, s.out.type).items)[key]
    b.define(out := Var(key, t), runtime.root_of, (s.out,))
    return out


def slope(b: Code, s: Op, x: Var) -> Atom:
    """The derivative in `x` of what is zero there: a number or a matrix; of a fixed point, of `x - g(x)`."""
    _, key = callback(s).derivatives
    t = x.type if ab.rank(x.type) == 0 else ab.Array("float64", _square(x.type))
    out = Var("", t)
    b.body.append(Call(out, key, (x, *handed_on(s)), b.origin))
    if name_of(s) != "fixed_point":
        return out
    one: Atom = Lit(1.0) if ab.rank(t) == 0 else b(np.eye, b(prims.dim, x, Lit(0)))
    return b(operator.sub, one, out)


def _square(t: ab.Type) -> tuple[ab.Length, ...] | None:
    shape = ab.shape_of(t)
    return None if shape is None else (*shape, *shape)


def solved(b: Code, matrix: Atom, v: Atom, transposed: bool) -> Atom:
    """`v` divided by a slope."""
    if ab.rank(matrix.type) == 0:
        return b(operator.truediv, v, matrix)
    return b(np.linalg.solve, b(np.transpose, matrix) if transposed else matrix, v)
