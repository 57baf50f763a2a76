"""An array made before a loop, with a row for each of its rounds: how many, of which lengths, and the code for it."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Op, OpFunction, Origin, Range, Stmt, Var
from pullback.transpile.infer.lengths import anonymous, is_anonymous, is_not_negative

_LEFT_OUT = 8
"""At most so many rows are there that no round has, before that of the lowest index."""
ZERO, ONE = Lit(0), Lit(1)


@dataclass(frozen=True)
class Length:
    """A length as it is written before a loop: `of + more`, or with an `axis` `of.shape[axis] + more`."""

    of: Atom
    axis: int | None
    more: int


def counts_from_zero(source: Range | None) -> bool:
    """Is an index of this range the number of the round?"""
    return source is not None and source.start == ZERO and source.step == ONE


def count(source: Range, made: Mapping[Var, Op]) -> Length | None:
    """So many rows are enough for an index that is one of the range; those of the lowest numbers may be left out."""
    start, stop, step = source.start, source.stop, source.step
    if step == ONE and _is_low(start):
        return Length(stop, None, 0)
    if step == Lit(-1) and _is_low(stop, 1):
        s = made.get(start) if isinstance(start, Var) else None
        if s is not None and s.op is operator.sub and s.args[1] == ONE and isinstance(s.args[0], Var):
            return Length(s.args[0], None, 0)
        return Length(start, None, 1)
    return None


def _is_low(x: Atom, more: int = 0) -> bool:
    return isinstance(x, Lit) and type(x.value) is int and 0 <= x.value + more <= _LEFT_OUT


def length(n: ab.Length, scope: Iterable[Var], best: Iterable[Atom]) -> Length | None:
    """A length by that of an axis of an array in scope, one of the `best` if it can be; None if none is like it."""
    if isinstance(n, int):
        return Length(Lit(n), None, 0)
    places = [
        (not v.hint, m.offset != n.offset, v not in best, k, v, n.offset - m.offset)
        for v in scope
        for k, m in enumerate(ab.shape_of(v.type) or ())
        if isinstance(m, ab.Dim) and m.symbol == n.symbol and not is_anonymous(n)
    ]
    if not places:
        return None
    *_, axis, v, more = min(places, key=lambda place: place[:3])
    return Length(v, axis, more)


def rows_of(t: ab.Type) -> ab.Array:
    """The type of an array of which the rows have a type."""
    assert isinstance(t, ab.Array)
    assert t.shape is not None
    return ab.Array(t.dtype, (anonymous(), *t.shape))


def allocated(t: ab.Array, shape: tuple[Length, ...], before: list[Stmt], origin: Origin) -> Var:
    """A new array of this type and shape, not filled yet; `before` gets what makes it."""

    def make(t: ab.Type, op: OpFunction, *args: Arg, **kwargs: Arg) -> Var:
        out = Var("tape" if isinstance(t, ab.Array) else "", t)
        before.append(Op(out, op, args, tuple(kwargs.items()), origin))
        return out

    def written(n: Length) -> Atom:
        x = n.of if n.axis is None else make(ab.INT, prims.dim, n.of, Lit(n.axis))
        if isinstance(x, Lit) and isinstance(x.value, int):
            return Lit(x.value + n.more)
        return make(ab.INT, operator.add if n.more > 0 else operator.sub, x, Lit(abs(n.more))) if n.more else x

    def not_negative(n: Atom) -> Atom:
        known = n.type.value if isinstance(n.type, ab.Scalar) else None
        return n if known is not None and is_not_negative(known) else make(ab.INT, builtins.max, n, ZERO)

    count, *lengths = map(written, shape)
    kwargs: dict[str, Arg] = {} if t.dtype == "float64" else {"dtype": Lit(np.dtype(t.dtype))}
    return make(t, np.empty, (not_negative(count), *lengths), **kwargs)
