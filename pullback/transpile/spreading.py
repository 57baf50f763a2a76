"""Operations that put axes of length 1 between those of an array, so that it is repeated along them."""

from __future__ import annotations

import operator

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Lit, Op, Slice


def new_axes(s: Op) -> tuple[int, ...] | None:
    """The axes of length 1 in what an operation gives that it has put in between those of its operand.

    None for what does more, or something else.
    """
    rank = ab.rank(s.out.type)
    if rank is None:
        return None
    if s.op is np.expand_dims:
        axis = s.args[1] if len(s.args) > 1 else dict(s.kwargs).get("axis", Lit(None))
        return places(axis, rank)
    if s.op is not operator.getitem:
        return None
    return new_axes_of_index(s.args[1], rank)


def new_axes_of_index(index: Arg, rank: int) -> tuple[int, ...] | None:
    """Where an index of `None`, `:` and `...` alone puts axes of length 1 in a result of this rank; None for others."""
    parts = index if isinstance(index, tuple) else (index,)
    dots = [k for k, p in enumerate(parts) if p == Lit(...)]
    if not all(p in (Lit(None), Lit(...), Slice()) for p in parts) or len(dots) > 1:
        return None
    if dots:
        parts = (*parts[: dots[0]], *[Slice()] * (rank - len(parts) + 1), *parts[dots[0] + 1 :])
    return tuple(k for k, p in enumerate(parts) if p == Lit(None))


def places(axis: Arg, rank: int) -> tuple[int, ...] | None:
    """Axes that are written out, counted from the front and in order; None where they are not."""
    found = [x.value if isinstance(x, Lit) else None for x in (axis if isinstance(axis, tuple) else (axis,))]
    if not all(type(k) is int for k in found):
        return None
    return tuple(sorted(k % rank for k in found if isinstance(k, int)))
