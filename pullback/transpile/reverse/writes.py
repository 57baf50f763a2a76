"""The adjoint of a write: what was written takes the cotangent at its place, what it has overwritten gets none.

    u2 = set_item(u1, i, v)          dv = du2[i];  du1 = set_item(du2, i, 0.0)
    u2 = add_item(u1, i, v)          dv = du2[i];  du1 = du2
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Op, Slice, Var
from pullback.transpile.reverse.builder import ZERO
from pullback.transpile.storage import may_repeat
from pullback.transpile.traversal import views_through

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint

EVERYTHING = (Lit(...), Slice())


def set_item(self: Adjoint, s: Op) -> None:
    """`a[index] = value`."""
    array, index, value = s.args
    d = self.ct.full(s.out)
    if _is_active(self, value):
        self.ct.add(value, _written(self, d, s))
    if isinstance(array, Var) and array in self.r.active and not covers(s):
        rest = self.b.emit(prims.set_item, (d, index, ZERO), s.kwargs, self.ct.name(array))
        _hand_on(self, array, rest)


def add_item(self: Adjoint, s: Op) -> None:
    """`a[index] += value`, where an index that repeats adds each time."""
    array, index, value = s.args
    d = self.ct.full(s.out)
    if _is_active(self, value):
        self.ct.add(value, self.b.emit(operator.getitem, (view(self, d, s), index)))
    if isinstance(array, Var) and array in self.r.active:
        _hand_on(self, array, d)


def covers(s: Op) -> bool:
    """Does a write leave nothing of the array as it was?"""
    array, index, _ = s.args
    if not s.kwargs and isinstance(array, Var) and ab.rank(array.type) == 0:
        return True
    return not s.kwargs and isinstance(index, tuple) and len(index) == 1 and index[0] in EVERYTHING


def view(self: Adjoint, d: Atom, s: Op) -> Atom:
    """The view of `d` that the write `s` is to."""
    for fn, rest in views_through(s):
        d = self.b.emit(fn, (d, *rest))
    return d


def _written(self: Adjoint, d: Atom, s: Op) -> Atom:
    """The cotangent of what was written, in its full shape; of elements that share a place the last one was written."""
    index = s.args[1]
    if covers(s):
        return d
    if may_repeat(index):
        return self.b.emit(runtime.read_written, (view(self, d, s), index))
    return self.b.emit(operator.getitem, (view(self, d, s), index))


def _is_active(self: Adjoint, value: Arg) -> bool:
    return isinstance(value, Var) and value in self.r.active


def _hand_on(self: Adjoint, array: Var, d: Atom) -> None:
    """`d` is a contribution to the cotangent of the array before the write, in its whole shape."""
    self.ct.mark_whole(d, array)
    self.ct.add(array, d)


