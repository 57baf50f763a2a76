"""The adjoints of arrays that are made of a list whose length only the run knows, and of such lists made of arrays.

    a = np.stack(xs)                dxs = list(da)
    a = np.concatenate(xs)          start = 0
                                    for x in xs: dxs.append(da[start : start + len(x)]);  start += len(x)
    xs = list(a)                    da = np.array(dxs)
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, cast

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, Lit, Op, Slice, Var
from pullback.transpile.infer import type_of

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def _rank_of_items(s: Op) -> int | None:
    """The number of axes that the items of a list have of which an array is made; None where that is not known."""
    t = s.args[0].type if s.args and isinstance(s.args[0], Var) else None
    return ab.rank(t.item) if isinstance(t, ab.ListOf) and len(s.args) == 1 else None


def is_stacked(s: Op) -> bool:
    """Does each item of a list become a part of its own of an array, along a new axis?"""
    rank, axis = _rank_of_items(s), dict(s.kwargs).get("axis", Lit(0))
    if rank is None or ab.rank(s.out.type) is None or not isinstance(axis, Lit) or dict(s.kwargs).keys() - {"axis"}:
        return False
    if s.op is np.stack or s.op in (np.array, np.asarray) and not s.kwargs:
        return ab.rank(s.out.type) == rank + 1
    return s.op is np.hstack and rank == 0 or s.op is np.vstack and rank == 1


def stacked(self: Adjoint, s: Op) -> None:
    """`np.stack(xs, axis)` and its like."""
    d = self.ct.full(s.out)
    axis = dict(s.kwargs).get("axis", Lit(0))
    if axis != Lit(0):
        d = self.b(np.moveaxis, d, kwargs=(("source", axis), ("destination", Lit(0))))
    xs = cast(Var, s.args[0])
    self.ct.add(xs, self.b.emit(prims.rows, (d,), hint=self.ct.name(xs)))


def is_joined(s: Op) -> bool:
    """Are the items of a list joined along their first axis?"""
    rank = _rank_of_items(s)
    if not rank or s.kwargs and s.kwargs != (("axis", Lit(0)),):
        return False
    return s.op is np.concatenate or s.op is np.hstack and rank == 1 or s.op is np.vstack and rank > 1


def joined(self: Adjoint, s: Op) -> None:
    """`np.concatenate(xs)` and its like."""
    d = self.ct.full(s.out)
    xs = cast(Var, s.args[0])
    assert isinstance(xs.type, ab.ListOf)
    inner, item, start = self.inside(s.origin), Var("", xs.type.item), Var("start", ab.INT)
    stop = Var("start", ab.INT)
    inner.b.define(stop, operator.add, (start, inner.b(len, item)))
    part: Atom = inner.b.emit(operator.getitem, (d, (Slice(start, stop),)))
    body = Block((Var("", ab.INT), start, item), inner.done(), (stop, part))
    outs = Var("", ab.INT), Var(self.ct.name(xs), ab.ListOf(type_of(part)))
    self.b.body.append(For(outs, None, False, (Lit(0),), (xs,), body, self.b.origin))
    self.ct.add(xs, outs[1])


def rows(self: Adjoint, s: Op) -> None:
    """`list(a)` of an array."""
    d = self.ct.full(s.out)
    a = s.args[0]
    if not isinstance(a, Var) or a not in self.r.active:
        return
    whole = self.b.emit(np.array, (d,))
    lengths = tuple(self.b(prims.dim, a, Lit(k)) for k in range(ab.rank(a.type) or 0))
    self.ct.add(a, self.b.emit(np.reshape, (whole,), (("shape", lengths),)))
