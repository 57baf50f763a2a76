"""The adjoints of wholes and their parts: what is read out of a whole is added to its cotangent at that place.

    v = x[i]                        dx = add_item(dx, i, dv)
    v = item(t, k)                  dt[k] += dv
    t = make_tuple(a, b)            da = item(dt, 0);  db = item(dt, 1)
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, Var
from pullback.transpile.infer import type_of
from pullback.transpile.reverse.cotangents import Cotangent, Tree
from pullback.transpile.reverse.kinds import keys_of
from pullback.transpile.spreading import new_axes
from pullback.transpile.storage import Sharing, composed, of_index

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def indexed_read(self: Adjoint, s: Op) -> None:
    """The cotangent of an array that is read by index is added to in place, at that index.

    Where the index only puts axes of length 1 in between, these are left out of it.
    """
    d, base = cast(Atom, self.ct.pop(s.out)), s.args[0]
    new, rank = new_axes(s), ab.rank(type_of(d))
    if new and isinstance(base, Var) and base in self.r.active and ab.rank(base.type) and rank is not None:
        lead = len(new) + (ab.rank(base.type) or 0) - rank
        self.ct.add(base, _without(self, d, tuple(k - lead for k in new if k >= lead)), base)
    else:
        _read(self, s, d)


def _without(self: Adjoint, d: Atom, axes: tuple[int, ...]) -> Atom:
    """A cotangent without some of its axes, all of length 1."""
    if not axes:
        return d
    made = self.b.defs.get(d) if isinstance(d, Var) else None
    if made is not None and made.op is operator.neg:
        return self.b(operator.neg, _without(self, cast(Atom, made.args[0]), axes))
    kwargs: Kwargs = (("axis", Lit(axes[0]) if len(axes) == 1 else tuple(map(Lit, axes))),)
    if made is not None and made.op is np.sum and set(made.kwargs) == {*kwargs, ("keepdims", Lit(True))}:
        return self.b(np.sum, *made.args, kwargs=kwargs)
    return self.b(np.squeeze, d, kwargs=kwargs)


def read_written(self: Adjoint, s: Op) -> None:
    """What reads the last of the elements that were written to one place hands on the cotangent of that one."""
    d = self.ct.full(s.out)
    _read(self, s, self.b.emit(runtime.last_written, (d, *s.args)))


def last_written(self: Adjoint, s: Op) -> None:
    """What has been zeroed has no cotangent."""
    g, like, index = s.args
    d = self.b.emit(runtime.last_written, (self.ct.full(s.out), like, index))
    self.ct.mark_whole(d, cast(Var, g))
    self.ct.add(g, d)


def _read(self: Adjoint, s: Op, d: Atom) -> None:
    """Add the cotangent `d` of what the operation reads by index."""
    base, index, via = _through_views(self, *s.args)
    if not isinstance(base, Var) or base not in self.r.active:
        return
    if ab.rank(base.type) == 0:
        one = d if ab.rank(s.out.type) == 0 else self.b(np.sum, cast(Atom, _to_shape(self, d, s.out)))
        self.ct.add(base, one)
        return
    whole = self.ct.full(base)
    kwargs: Kwargs = (("via", via),) if via else ()
    self.ct.open[base] = self.b.emit(prims.add_item, (whole, index, d), kwargs, self.ct.name(base))
    self.ct.mark_whole(cast(Atom, self.ct.open[base]), base)


def _through_views(self: Adjoint, base: Arg, index: Arg) -> tuple[Arg, Arg, tuple[Arg, ...]]:
    """Where an element of a view made here lies: in what that is a view of, where its cotangent goes at once."""
    via: list[tuple[Arg, ...]] = []
    while isinstance(base, Var) and base in self.views and base in self.r.active:
        of, first = self.views[base].args
        joint = composed(first, index) if not via and isinstance(index, tuple) else None
        if joint is not None:
            index = joint
        elif isinstance(type_of(of), ab.Unknown):  # a part of a list is a copy
            break
        else:
            via.insert(0, (Lit(operator.getitem), first))
        base = of
    return base, index, tuple(via)


def item(self: Adjoint, s: Op) -> None:
    """The cotangent of an item is added to that of the structure or list that it is read from."""
    container, key = s.args
    d = self.ct.pop(s.out)
    if not isinstance(container, Var) or container not in self.r.active or d is None:
        return
    if (items := keys_of(container.type)) and isinstance(key, Lit):
        self.ct.add_item(container, _positive(key, container.type), _to_shape(self, d, s.out), s.out.type)
        return
    if items:
        _item_of_the_run(self, container, key, s, d, items)
        return
    whole = self.ct.full(container)
    value = self.ct.materialise(s.out.type, d, s.out, self.ct.name(s.out))
    op = prims.add_at_key if isinstance(container.type, ab.ListOf) else prims.add_item
    index = (key,) if op is prims.add_item else key
    added = self.b.emit(op, (whole, index, value), hint=self.ct.name(container))
    self.ct.open[container] = added
    self.ct.mark_whole(added, container)


def _item_of_the_run(
    self: Adjoint, container: Var, key: Arg, s: Op, d: Cotangent, items: tuple[tuple[Lit, ab.Type], ...]
) -> None:
    """The cotangent of a tuple that is read at an index of the run: a list of those of its items, one added to."""
    value, before = self.ct.materialise(s.out.type, d, s.out, self.ct.name(s.out)), self.ct.full(container)
    parts = tuple(self.b(prims.item, before, k) for k, _ in items)
    whole = Var("", ab.ListOf(items[0][1]))
    self.b.define(whole, prims.make_list, parts)
    added = self.b.emit(prims.add_at_key, (whole, key, value))
    self.ct.open[container] = Tree({k: self.b(prims.item, added, k) for k, _ in items})


def _to_shape(self: Adjoint, d: Any, v: Var) -> Any:
    return d if isinstance(d, Tree) else self.ct.materialise(v.type, d, v, self.ct.name(v))


def make(self: Adjoint, s: Op) -> None:
    """Each part of a structure gets the cotangent of its item."""
    d = self.ct.pop(s.out)
    parts = s.args[1:] if s.op is prims.make_dict else s.args
    keys = s.args[0] if s.op is prims.make_dict else tuple(map(Lit, range(len(parts))))
    assert isinstance(keys, tuple)
    for key, part in zip(keys, parts, strict=True):
        if isinstance(d, Tree):
            if isinstance(part, Var) and part in self.r.active and (found := d.get(cast(Lit, key))) is not None:
                if not isinstance(found, Tree) and found in self.r.given:
                    self.ct.mark_whole(found, part)
                merge(self, part, found)
        else:
            self.ct.add(part, self.b(prims.item, cast(Atom, d), key))


def merge(self: Adjoint, v: Var, d: Any) -> None:
    """Add a cotangent, perhaps a tree, to that of `v`."""
    if isinstance(d, Tree):
        for key, t in keys_of(v.type):
            if key in d:
                self.ct.add_item(v, key, d[key], t)
    else:
        self.ct.add(v, d)


def alias(self: Adjoint, s: Op) -> None:
    """Another name hands its cotangent on as it is."""
    d = self.ct.pop(s.out)
    if isinstance(s.args[0], Var) and s.args[0] in self.r.active:
        merge(self, s.args[0], d)


def is_view(s: Op) -> bool:
    """Is this a view of an array by index, which is only worth a cotangent of its own where it is read as a whole?"""
    if s.op is not operator.getitem or not isinstance(s.args[0], Var) or ab.rank(s.out.type) in (None, 0):
        return False
    return of_index(s.args[1]) is Sharing.VIEW


def _positive(key: Lit, t: ab.Type) -> Lit:
    if isinstance(t, ab.Seq) and isinstance(key.value, int) and key.value < 0:
        return Lit(key.value + len(t.items))
    return key
