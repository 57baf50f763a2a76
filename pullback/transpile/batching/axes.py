"""Operations along axes, which come one later where there is a value for each of several directions."""

from __future__ import annotations

import operator

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.batching.values import ALL, Batch, NotBatched, rank_of
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction, Slice, Var
from pullback.transpile.infer import type_of

NONE = Lit(None)


def shifted(axis: Arg) -> Arg:
    """An axis, or a tuple of them, counted with that of the directions."""
    if isinstance(axis, tuple):
        return tuple(map(shifted, axis))
    if isinstance(axis, Lit) and isinstance(axis.value, tuple):
        return Lit(tuple(k + (k >= 0) for k in axis.value))
    if not isinstance(axis, Lit) or type(axis.value) is not int:
        raise NotBatched
    return Lit(axis.value + (axis.value >= 0))


def argument(s: Op, name: str, position: int, default: Arg = NONE) -> Arg:
    """An argument that may be given by name or by position."""
    return dict(s.kwargs).get(name, s.args[position] if len(s.args) > position else default)


def every(rank: int) -> Arg:
    """All axes of a value but that of the directions."""
    return Lit(1) if rank == 1 else tuple(Lit(k) for k in range(1, rank + 1))


def in_a_line(b: Batch, x: Arg) -> Atom:
    """All elements of a value on one axis, for each direction."""
    if rank_of(x) == 1:
        return b.each(x)
    return b.emit(np.reshape, (b.each(x),), (("shape", (b.count, Lit(-1))),))


def reduction(b: Batch, s: Op) -> Var:
    """A sum or a mean."""
    rank, axis = rank_of(s.args[0]), dict(s.kwargs).get("axis", NONE)
    over = (Lit(-1) if rank == 1 else every(rank)) if axis == NONE else shifted(axis)
    kwargs = (("axis", over), *((k, x) for k, x in s.kwargs if k != "axis"))
    return b.emit(s.op, (b.each(s.args[0]),), kwargs, s.out)


def total(b: Batch, s: Op) -> Var:
    """`sum` of an array, along its first axis, or of the items of a structure."""
    x, *start = s.args
    rank = rank_of(s.out)
    terms: list[Arg] = [b.aligned(y, rank) for y in start]
    if isinstance(x, tuple):
        terms += [b.aligned(y, rank) for y in x]
    elif isinstance(x, Var) and x in b.parts:
        for k, is_each in b.parts[x].items():
            part = b.emit(prims.item, (b.of[x], Lit(k)))
            terms.append(b.spread(part, rank) if is_each else part)
    elif isinstance(type_of(x), ab.Array):
        terms.append(b.emit(np.sum, (b.each(x),), (("axis", Lit(1)),), s.out) if b.has(x) else b.emit(sum, (x,)))
    else:
        raise NotBatched
    first, *rest = terms
    for term in rest:
        first = b.emit(operator.add, (first, term), (), s.out)
    return b.emit(prims.alias, (first,), (), s.out)


def along(b: Batch, s: Op) -> Var:
    """An operation along an axis; where that is None, on all elements in a line."""
    position = 1 if s.op is np.cumsum else 2
    axis = argument(s, "axis", position, Lit(-1) if s.op in (np.diff, np.take_along_axis) else NONE)
    x, *rest = s.args[:position]
    if any(b.has(y) for y in rest) or axis == NONE and s.op is np.roll and rank_of(x) != 1:
        raise NotBatched
    kwargs = (*((k, y) for k, y in s.kwargs if k != "axis"), ("axis", Lit(1) if axis == NONE else shifted(axis)))
    op: OpFunction = np.take if s.op is np.take_along_axis and rank_of(x) == 1 else s.op
    if op is np.take_along_axis:
        rest = [_for_all(b, rest[0])]
    return b.emit(op, (in_a_line(b, x) if axis == NONE else b.each(x), *rest), kwargs, s.out)


def _for_all(b: Batch, indices: Arg) -> Var:
    """Indices with an axis of one before their own, which broadcasts."""
    return b.emit(operator.getitem, (indices, (Lit(None),)))


def scatter_add(b: Batch, s: Op) -> Var:
    """What a read along an axis has left: added to zeros at the same indices of that axis."""
    g, like, indices, axis = s.args
    if axis == NONE and rank_of(like) != 1 or b.has(indices) or not b.has(g):
        raise NotBatched
    after = 0 if axis == NONE else axis.value if isinstance(axis, Lit) else None
    if not isinstance(after, int):
        raise NotBatched
    index = (ALL,) * (1 + after % rank_of(like))
    return b.emit(prims.add_item, (b.zeros(like, type_of(g)), (*index, indices), b.each(g)), (), s.out)


def scatter_add_along(b: Batch, s: Op) -> Var:
    """The same, where the indices are those of each line along the axis."""
    g, like, indices, axis = s.args
    if rank_of(like) == 1:
        return scatter_add(b, s)
    if axis == NONE or b.has(indices):
        raise NotBatched
    return b.emit(s.op, (b.each(g), b.shaped(like), _for_all(b, indices), shifted(axis)), (), s.out)


def with_border(b: Batch, s: Op) -> Var:
    """`np.pad`, and what gives the border back: along the axis of directions there is none."""
    width = argument(s, "pad_width", 1)
    rows = _rows(width, rank_of(s.args[0]))
    if any(b.has(x) for x in s.args[1:]) or isinstance(dict(s.kwargs).get("stat_length"), tuple):
        raise NotBatched
    around = ((Lit(0), Lit(0)), *rows)
    if s.op is np.pad:
        kwargs = (("pad_width", around), *((k, x) for k, x in s.kwargs if k != "pad_width"))
        return b.emit(s.op, (b.each(s.args[0]),), kwargs, s.out)
    return b.emit(s.op, (b.each(s.args[0]), around, *s.args[2:]), s.kwargs, s.out)


def _rows(width: Arg, rank: int) -> tuple[tuple[Arg, Arg], ...]:
    """The width of a border before and after each axis."""
    if isinstance(width, Lit) and isinstance(width.value, tuple):
        width = _as_arg(width.value)
    if not isinstance(width, tuple):
        return ((width, width),) * rank
    if not any(isinstance(x, tuple) for x in width):
        return ((width[0], width[-1]),) * rank
    rows = tuple(_rows(x, 1)[0] for x in width)
    return rows if len(rows) == rank else rows * rank


def _as_arg(x: object) -> Arg:
    return tuple(map(_as_arg, x)) if isinstance(x, tuple) else Lit(x)


def flip(b: Batch, s: Op) -> Var:
    """Elements in the other order, along all axes if none is given."""
    fixed: dict[OpFunction, Arg] = {np.fliplr: Lit(1), np.flipud: Lit(0)}
    axis = fixed.get(s.op) or argument(s, "axis", 1)
    over = every(rank_of(s.args[0])) if axis == NONE else shifted(axis)
    return b.emit(np.flip, (b.each(s.args[0]),), (("axis", over),), s.out)


def renumbered(b: Batch, s: Op) -> Var:
    """An operation that moves, adds or takes away axes."""
    names = ("axis1", "axis2", "source", "destination", "axis", "start", "axes")
    defaults: dict[OpFunction, Kwargs] = {
        np.rollaxis: (("start", Lit(0)),), np.rot90: (("axes", (Lit(0), Lit(1))),), np.split: (("axis", Lit(0)),),
        np.array_split: (("axis", Lit(0)),),
    }  # fmt: skip
    given = {**dict(defaults.get(s.op, ())), **dict(s.kwargs)}
    kwargs = tuple((k, shifted(x) if k in names else x) for k, x in given.items())
    if any(b.has(x) for x in s.args[1:]):
        raise NotBatched
    out = b.emit(s.op, (b.each(s.args[0]), *s.args[1:]), kwargs, s.out)
    if isinstance(s.out.type, ab.Seq):
        b.parts[s.out] = dict.fromkeys(range(len(s.out.type.items)), True)
    return out


def squeeze(b: Batch, s: Op) -> Var:
    """Of all axes of length one, that of the directions stays."""
    if argument(s, "axis", 1) != NONE:
        return renumbered(b, s)
    shape = ab.shape_of(type_of(s.args[0]))
    if shape is None or not all(ab.is_one(n) or ab.never_one(n) for n in shape):
        raise NotBatched
    gone = tuple(Lit(k) for k, n in enumerate(shape, 1) if ab.is_one(n))
    if not gone:
        return b.emit(prims.alias, (b.each(s.args[0]),), (), s.out)
    return b.emit(np.squeeze, (b.each(s.args[0]),), (("axis", gone if len(gone) > 1 else gone[0]),), s.out)


def transpose(b: Batch, s: Op) -> Var:
    rank = rank_of(s.args[0])
    axes = dict(s.kwargs).get("axes", NONE)
    if axes == NONE:
        order: tuple[int, ...] = tuple(reversed(range(rank)))
    else:
        given = axes if isinstance(axes, tuple) else axes.value if isinstance(axes, Lit) else None
        if not isinstance(given, tuple):
            raise NotBatched
        known = [x.value if isinstance(x, Lit) else x for x in given]
        if not all(isinstance(k, int) for k in known):
            raise NotBatched
        order = tuple(k % rank for k in known if isinstance(k, int))
    if rank < 2:
        return b.emit(prims.alias, (b.each(s.args[0]),), (), s.out)
    if rank == 2 and order == (1, 0):
        return b.emit(np.swapaxes, (b.each(s.args[0]),), (("axis1", Lit(1)), ("axis2", Lit(2))), s.out)
    axes = tuple(Lit(k) for k in (0, *(k + 1 for k in order)))
    return b.emit(np.transpose, (b.each(s.args[0]),), (("axes", axes),), s.out)


def reshape(b: Batch, s: Op) -> Var:
    given = dict(s.kwargs)
    shape = given.get("shape", Lit(-1)) if s.op is np.reshape else Lit(-1)
    if given.get("order", Lit("C")) != Lit("C"):
        raise NotBatched
    parts = shape if isinstance(shape, tuple) else (shape,)
    if isinstance(shape, Var | Slice) and not isinstance(type_of(shape), ab.Scalar):
        raise NotBatched
    return b.emit(np.reshape, (b.each(s.args[0]),), (("shape", (b.count, *parts)),), s.out)


def of_the_last_two(b: Batch, s: Op) -> Var:
    """An operation on matrices, which are the last two axes of a value."""
    if rank_of(s.args[0]) < 2 or any(b.has(x) for x in s.args[1:]):
        raise NotBatched
    return b.emit(s.op, (b.each(s.args[0]), *s.args[1:]), s.kwargs, s.out)


def diagonal(b: Batch, s: Op) -> Var:
    """A diagonal, or its sum, of the first two axes if none are given."""
    x, rank = s.args[0], rank_of(s.args[0])
    if s.op is np.diag and rank == 1:
        return _on_a_diagonal(b, s)
    offset = argument(s, "k" if s.op is np.diag else "offset", 1, Lit(0))
    axes = [shifted(argument(s, f"axis{k + 1}", k + 2, Lit(k))) for k in (0, 1)]
    kwargs = (("offset", offset), ("axis1", axes[0]), ("axis2", axes[1]))
    return b.emit(np.diagonal if s.op is np.diag else s.op, (b.each(x),), kwargs, s.out)


def _on_a_diagonal(b: Batch, s: Op) -> Var:
    """Matrices with a vector on a diagonal."""
    k = argument(s, "k", 1, Lit(0))
    if not isinstance(k, Lit) or not isinstance(k.value, int):
        raise NotBatched
    n: Atom = b.emit(prims.dim, (b.each(s.args[0]), Lit(1)))
    if k.value:
        n = b.emit(operator.add, (n, Lit(abs(k.value))))
    zeros = b.emit(np.zeros, ((b.count, n, n),))
    return b.emit(runtime.place_diagonal, (b.each(s.args[0]), zeros, k, Lit(1), Lit(2)), (), s.out)


def place_diagonal(b: Batch, s: Op) -> Var:
    g, like, offset, *axes = s.args
    return b.emit(s.op, (b.each(g), b.shaped(like), offset, *map(shifted, axes)), (), s.out)


def carried_back(b: Batch, s: Op) -> Var:
    """A recurrence along the last axis."""
    rank = max(map(rank_of, s.args))
    g, *factors = (b.aligned(x, rank) for x in s.args)
    if not b.has(s.args[0]):
        g = b.emit(operator.add, (g, b.emit(np.zeros_like, (factors[-1],))))
    return b.emit(s.op, (g, *factors), (), s.out)


def unbroadcast(b: Batch, s: Op) -> Var:
    """Sums over what was broadcast, axis by axis, never over that of the directions."""
    g, like, *more = s.args
    rank = rank_of(like)
    if any(rank_of(x) > rank or b.has(x) for x in more) or not b.has(g):
        raise NotBatched
    lead = rank_of(g) - rank
    each = b.emit(np.sum, (b.each(g),), (("axis", every(lead)),)) if lead > 0 else b.aligned(g, rank)
    return b.emit(s.op, (each, b.shaped(like), *more), (), s.out)
