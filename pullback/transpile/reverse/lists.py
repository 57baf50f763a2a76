"""The adjoints of changes of lists: what was put in takes the cotangent at its place.

    ys2 = appended(ys1, v)          dv = dys2[-1];  dys1 = shortened(dys2)
    ys2 = shortened(ys1)            dys1 = appended(dys2, zero)
    ys2 = replaced(ys1, k, v)       dv = dys2[k];  dys1 = replaced(dys2, k, zero)
    ys2 = inserted(ys1, k, v)       dv = dys2[k];  dys1 = removed(dys2, k)
    ys2 = removed(ys1, k)           dys1 = inserted(dys2, k, zero)
    zs = ys[a:b]                    dys = zeros;  dys[a:b] = dzs
    s = sum(ys)                     dys = [ds] * len(ys), of each item in its shape
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, cast

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, For, Lit, Op, Slice, Var
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


def added_at(self: Adjoint, s: Op) -> None:
    """`xs[key] += value` of a list of cotangents."""
    xs, key, value = s.args
    d = self.ct.full(s.out)
    _to_item(self, value, d, cast(Atom, key))
    _to_list(self, xs, lambda: d)


def inserted(self: Adjoint, s: Op) -> None:
    """`xs.insert(key, value)`, which takes any integer: one that is too large or too small puts it at an end."""
    xs, key, value = s.args
    d = self.ct.full(s.out)
    if key != Lit(0):
        key = self.b.emit(runtime.place_to_insert, (key, self.b(operator.sub, self.b(len, d), Lit(1))))
    _to_item(self, value, d, cast(Atom, key))
    _to_list(self, xs, lambda: self.b.emit(prims.removed, (d, key), hint=self.ct.name(s.out)))


def removed(self: Adjoint, s: Op) -> None:
    """`del xs[key]`."""
    xs, key = s.args
    d = self.ct.full(s.out)
    if not isinstance(xs, Var) or xs not in self.r.active:
        return
    place = key
    if not isinstance(key, Lit) or not isinstance(key.value, int) or key.value < 0:
        place = self.b(operator.mod, key, self.b(operator.add, self.b(len, d), Lit(1)))
    zero = _zero(self, xs, key)
    self.ct.add(xs, self.b.emit(prims.inserted, (d, place, zero), hint=self.ct.name(s.out)))


def part(self: Adjoint, s: Op) -> None:
    """`xs[a:b:c]`."""
    xs, index = s.args
    d = self.ct.full(s.out)
    if not isinstance(xs, Var) or xs not in self.r.active:
        return
    if index == (Slice(None, None, Lit(-1)),):
        self.ct.add(xs, self.b.emit(prims.part, (d, index), hint=self.ct.name(xs)))
        return
    zeros = self.ct.materialise(xs.type, None, xs, self.ct.name(xs))
    self.ct.add(xs, self.b.emit(prims.put_part, (zeros, index, d), hint=self.ct.name(xs)))


def put_part(self: Adjoint, s: Op) -> None:
    """`xs[a:b:c] = ys`, where these are as many."""
    xs, index, ys = s.args
    d = self.ct.full(s.out)
    if isinstance(ys, Var) and ys in self.r.active:
        self.ct.add(ys, self.b.emit(prims.part, (d, index), hint=self.ct.name(ys)))
    if isinstance(xs, Var) and xs in self.r.active:
        old = self.b.emit(prims.part, (xs, index))
        zeros = self.ct.materialise(old.type, None, old, "")
        self.ct.add(xs, self.b.emit(prims.put_part, (d, index, zeros), hint=self.ct.name(s.out)))


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
    for x, bounds in ((xs, Slice(None, length)), (ys, Slice(length))):
        if isinstance(x, Var) and x in self.r.active:
            self.ct.add(x, self.b.emit(prims.part, (d, (bounds,)), hint=self.ct.name(x)))


def adds_arrays(s: Op) -> bool:
    """Is a `sum` that of a list, of which an item or the sum may have axes?"""
    return isinstance(t := type_of(s.args[0]), ab.ListOf) and not (ab.rank(t.item) == ab.rank(s.out.type) == 0)


def total(self: Adjoint, s: Op) -> None:
    """`sum(xs, start)` of arrays in a list."""
    xs, *start = s.args
    d = self.ct.full(s.out)
    if isinstance(xs, Var) and xs in self.r.active:
        self.ct.add(xs, _for_each(self, xs, d, s))
    for x in start:
        self.ct.add(x, d, s.out)


def _for_each(self: Adjoint, xs: Var, d: Atom, s: Op) -> Atom:
    """A list with the cotangent `d` of what is added up for each item, in the shape of that."""
    assert isinstance(xs.type, ab.ListOf)
    inner, item = self.inside(s.origin), Var("", xs.type.item)
    part = inner.ct.fit(d, item, s.out)
    if part is d:
        return self.b.emit(prims.copies, (d, self.b(len, xs)), hint=self.ct.name(xs))
    out = Var(self.ct.name(xs), ab.ListOf(type_of(part)))
    body = Block((Var("", ab.INT), item), inner.done(), (part,))
    self.b.body.append(For((out,), None, False, (), (xs,), body, self.b.origin))
    return out


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
