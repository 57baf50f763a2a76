"""The adjoints of changes of lists: what was put in takes the cotangent at its place.

    ys2 = appended(ys1, v)          dv = dys2[-1];  dys1 = shortened(dys2)
    ys2 = shortened(ys1)            dys1 = appended(dys2, zero)
    ys2 = replaced(ys1, k, v)       dv = dys2[k];  dys1 = replaced(dys2, k, zero)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Op, Var
from pullback.transpile.infer import type_of
from pullback.transpile.reverse.builder import ZERO
from pullback.transpile.reverse.structures import merge

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def appended(self: Adjoint, s: Op) -> None:
    """`xs.append(value)`."""
    xs, value = s.args
    d = self.ct.full(s.out)
    _to_item(self, value, d, Lit(-1))
    _to_list(self, xs, lambda: self.b.emit(prims.shortened, (d,), hint=self.ct.name(s.out)))


def shortened(self: Adjoint, s: Op) -> None:
    """`xs.pop()`."""
    d = self.ct.full(s.out)
    xs = s.args[0]
    _to_list(self, xs, lambda: self.b.emit(prims.appended, (d, _zero(self, xs, Lit(-1))), hint=self.ct.name(s.out)))


def replaced(self: Adjoint, s: Op) -> None:
    """`xs[key] = value`."""
    xs, key, value = s.args
    d = self.ct.full(s.out)
    _to_item(self, value, d, cast(Atom, key))
    _to_list(
        self, xs, lambda: self.b.emit(prims.replaced, (d, key, _zero(self, xs, key)), hint=self.ct.name(s.out))
    )


def added(self: Adjoint, s: Op) -> None:
    """`xs[key] = xs[key] + value`, which adjoint code does to lists of cotangents."""
    xs, key, value = s.args
    d = self.ct.full(s.out)
    _to_item(self, value, d, cast(Atom, key))
    _to_list(self, xs, lambda: d)


def copied(self: Adjoint, s: Op) -> None:
    """`list(xs)`."""
    d = self.ct.pop(s.out)
    if d is not None and isinstance(xs := s.args[0], Var) and xs in self.r.active:
        merge(self, xs, d)


def joined(self: Adjoint, s: Op) -> None:
    """`xs + ys` of lists."""
    xs, ys = s.args
    d = self.ct.full(s.out)
    length = self.b(len, cast(Atom, xs))
    for x, part in ((xs, prims.head), (ys, prims.tail)):
        if isinstance(x, Var) and x in self.r.active:
            self.ct.add(x, self.b.emit(part, (d, length), hint=self.ct.name(x)))


def _to_item(self: Adjoint, value: Arg, d: Atom, key: Atom) -> None:
    if isinstance(value, Var) and value in self.r.active:
        self.ct.add(value, self.b.emit(prims.item, (d, key), hint=self.ct.name(value)))


def _to_list(self: Adjoint, xs: Arg, rest: object) -> None:
    if isinstance(xs, Var) and xs in self.r.active:
        self.ct.add(xs, rest())  # type: ignore[operator]


def _zero(self: Adjoint, xs: Arg, key: Arg) -> Atom:
    """A zero of the shape of the item that is no longer there."""
    assert isinstance(xs, Var)
    item = self.b(prims.item, xs, key)
    t = type_of(item)
    if not ab.differentiable(t):
        return Lit(None)
    return ZERO if isinstance(t, ab.Scalar) else self.b.emit(runtime.zeros_of, (item,))
