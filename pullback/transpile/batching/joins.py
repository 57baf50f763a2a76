"""Arrays that are put together, repeated or given another number of axes, for several directions."""

from __future__ import annotations

import operator

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.batching.axes import NONE, argument, in_a_line, shifted
from pullback.transpile.batching.values import ALL, Batch, NotBatched, rank_of
from pullback.transpile.core import Arg, Atom, Lit, Op, OpFunction, Var
from pullback.transpile.infer import type_of

_NEW = Lit(None)


def join(b: Batch, s: Op) -> Var:
    """Arrays one after the other, or as rows."""
    arrays = s.args[0]
    axis = dict(s.kwargs).get("axis", Lit(0))
    if not isinstance(arrays, tuple):
        raise NotBatched
    rest = tuple((k, x) for k, x in s.kwargs if k != "axis")
    if axis == NONE:
        return b.emit(s.op, (tuple(in_a_line(b, x) for x in arrays), *s.args[1:]), (("axis", Lit(1)), *rest), s.out)
    return b.emit(s.op, (tuple(map(b.each, arrays)), *s.args[1:]), (("axis", shifted(axis)), *rest), s.out)


def append(b: Batch, s: Op) -> Var:
    """Elements after others, in a line or along an axis."""
    axis = argument(s, "axis", 2)
    parts = tuple(in_a_line(b, x) if rank_of(x) and axis == NONE else b.each(x) for x in s.args[:2])
    if any(rank_of(x) == 0 for x in s.args[:2]):
        raise NotBatched
    return b.emit(np.concatenate, (parts,), (("axis", Lit(1) if axis == NONE else shifted(axis)),), s.out)


def side_by_side(b: Batch, s: Op) -> Var:
    """Arrays as columns, or one above the other: lines are matrices of one column, or of one row."""
    arrays = s.args[0]
    if s.kwargs or not isinstance(arrays, tuple):
        raise NotBatched
    rows = s.op is np.vstack
    parts = [_matrix(b, x, rows) if s.op is not np.hstack else b.each(x) for x in arrays]
    flat = s.op is np.hstack and rank_of(arrays[0]) == 1
    if s.op is np.hstack and any(rank_of(x) == 0 for x in arrays):
        raise NotBatched
    return b.emit(np.concatenate, (tuple(parts),), (("axis", Lit(1 if rows or flat else 2)),), s.out)


def _matrix(b: Batch, x: Arg, row: bool) -> Atom:
    if rank_of(x) == 0:
        raise NotBatched
    if rank_of(x) > 1:
        return b.each(x)
    return b.emit(operator.getitem, (b.each(x), (ALL, _NEW, ALL) if row else (ALL, ALL, _NEW)))


def array(b: Batch, s: Op) -> Var:
    """`np.array` of numbers, of tuples of them, or of one array."""
    x = s.args[0]
    if isinstance(x, tuple):
        return _stacked(b, x, s.out)
    if isinstance(x, Var) and isinstance(x.type, ab.Array):
        return b.emit(s.op, (b.each(x),), s.kwargs, s.out)
    if isinstance(t := type_of(x), ab.ListOf) and isinstance(t.item, ab.Scalar):
        found = b.each(x)
        table = b.emit(np.reshape, (b.emit(np.array, (found,)),), (("shape", (b.emit(len, (found,)), b.count)),))
        return b.emit(np.transpose, (table,), (), s.out)
    raise NotBatched


def _stacked(b: Batch, xs: tuple[Arg, ...], like: Var | None = None) -> Var:
    parts: list[Atom] = []
    for x in xs:
        if isinstance(x, tuple):
            parts.append(_stacked(b, x))
        elif isinstance(type_of(x), ab.Scalar | ab.Array):
            parts.append(b.each(x))
        else:
            raise NotBatched
    return b.emit(np.stack, (tuple(parts),), (("axis", Lit(1)),), like)


def full(b: Batch, s: Op) -> Var:
    """An array of one value."""
    shape, value = s.args[:2]
    lengths = items(shape)
    each = b.aligned(value, len(lengths))
    return b.emit(np.full, ((b.count, *lengths), each), s.kwargs, s.out)


def broadcast_to(b: Batch, s: Op) -> Var:
    """An array repeated to a shape."""
    lengths = items(argument(s, "shape", 1))
    shape = (b.count, *lengths)
    return b.emit(np.broadcast_to, (b.aligned(s.args[0], len(lengths)),), (("shape", shape),), s.out)


def tile(b: Batch, s: Op) -> Var:
    """Copies side by side, of which the axis of directions has one."""
    times, rank = items(argument(s, "reps", 1)), rank_of(s.args[0])
    ones = [Lit(1)] * (1 + max(rank - len(times), 0))
    return b.emit(np.tile, (b.aligned(s.args[0], max(rank, len(times))),), (("reps", (*ones, *times)),), s.out)


def items(x: Arg) -> tuple[Arg, ...]:
    """The items of an argument that is a number or a tuple of numbers."""
    if isinstance(x, tuple):
        return x
    if isinstance(x, Lit) and isinstance(x.value, tuple | list):
        return tuple(map(Lit, x.value))
    if isinstance(type_of(x), ab.Scalar):
        return (x,)
    raise NotBatched


_WITH_AXES: dict[OpFunction, dict[int, tuple[Arg, ...]]] = {
    np.atleast_1d: {0: (ALL, _NEW)},
    np.ascontiguousarray: {0: (ALL, _NEW)},
    np.asfortranarray: {0: (ALL, _NEW)},
    np.atleast_2d: {0: (ALL, _NEW, _NEW), 1: (ALL, _NEW, ALL)},
    np.atleast_3d: {0: (ALL, _NEW, _NEW, _NEW), 1: (ALL, _NEW, ALL, _NEW), 2: (ALL, ALL, ALL, _NEW)},
}
"""The index that gives a value of few axes those that it lacks."""


def with_axes(b: Batch, s: Op) -> Var:
    """An array with more axes, if it has too few."""
    if len(s.args) > 1:
        raise NotBatched
    index = _WITH_AXES[s.op].get(rank_of(s.args[0]))
    if index is None:
        return b.emit(prims.alias, (b.each(s.args[0]),), (), s.out)
    return b.emit(operator.getitem, (b.each(s.args[0]), index), (), s.out)
