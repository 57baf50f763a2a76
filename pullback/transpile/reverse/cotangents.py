"""Cotangents while a block is walked backwards: the first contribution binds one, later ones add.

An absent cotangent is absent, not a zero. A cotangent may have lower rank, or axes of length 1, where it stands for a
value repeated; it gets its full shape only for an indexed update, a carried value or a result. Un-broadcasting,
dtypes and accumulation happen here and nowhere else.
"""

from __future__ import annotations

import operator
from typing import cast

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Var
from pullback.transpile.infer import type_of
from pullback.transpile.numbers import in_kind
from pullback.transpile.reverse.builder import ZERO, Builder, is_number
from pullback.transpile.reverse.kinds import keeps_kinds, keys_of

NONE = Lit(None)
_MOST_FACTORS = 3


class Tree(dict["Lit", "Cotangent"]):
    """The cotangent of a tuple, list or dict of known structure: those of its items that something reached."""


Cotangent = Atom | Tree


def _has_lists(t: ab.Type) -> bool:
    """Is there a list in a structure whose length is not known?"""
    return isinstance(t, ab.ListOf) or any(_has_lists(x) for _, x in keys_of(t))


class Cotangents:
    """The open cotangents of one block.

    `active`: the values that have one at all; `whole`: for a cotangent, the values whose shape it is known to have;
    `given`: the cotangents that come from outside, as they are.
    """

    def __init__(self, builder: Builder, active: set[Var], whole: dict[Atom, set[Atom]], given: set[Atom]) -> None:
        self.b = builder
        self.active = active
        self.open: dict[Var, Cotangent] = {}
        self._whole = whole
        self._given = given

    def is_whole(self, d: Atom, v: Atom) -> bool:
        """Is the cotangent `d` known to have the shape of `v`, though the types do not tell?"""
        return v in self._whole.get(d, ()) or ab.rank(v.type) != 0 and self._is_multiple(d, v, _MOST_FACTORS)

    def _is_multiple(self, d: Arg, v: Atom, depth: int) -> bool:
        """Is this an array times numbers, or times itself? Of such products the last `depth` are looked at."""
        if d is v:
            return True
        s = self.b.defs.get(d) if depth and isinstance(d, Var) else None
        if s is None or s.op not in (operator.mul, operator.truediv, operator.neg):
            return False
        arrays = [x for x in s.args if ab.rank(type_of(x)) != 0]
        return bool(arrays) and all(self._is_multiple(x, v, depth - 1) for x in arrays)

    def mark_whole(self, d: Atom, v: Atom) -> None:
        """Note that the cotangent `d` has the shape of `v`."""
        self._whole.setdefault(d, set()).add(v)

    def name(self, v: Atom) -> str:
        """What the cotangent of `v` would like to be called: `d` and the name, or the key of an item of a structure."""
        if not isinstance(v, Var):
            return ""
        if v.hint:
            return f"d{v.hint}"
        made = self.b.twins.made.get(v)
        return _name_of_key(made.args[1]) if made and made.op is prims.item else ""

    def start(self, v: Atom, seed: Atom, given: bool) -> None:
        """Open the cotangent of a function's result with `seed`, which has its shape; is it `given` from outside?"""
        if given:
            self._given.add(seed)
        if isinstance(v, Var):
            self.mark_whole(seed, v)
            self.add(v, seed, v)

    def add(self, v: object, d: Atom, logical: Var | None = None) -> None:
        """Add the contribution `d` to the cotangent of `v`.

        It stands for a value of the shape of `logical`, or of its own.
        """
        if not isinstance(v, Var) or v not in self.active or is_number(d, 0) or d == NONE:
            return
        if keys := keys_of(v.type):
            for key, t in keys:
                if ab.differentiable(t):
                    self.add_item(v, key, self.item(d, key), t)
            return
        d = self.fit(d, v, logical)
        old = self.open.get(v)
        name = self.name(v)
        self.open[v] = self.named(d, name) if old is None else self.sum(cast(Atom, old), d, v.type, name, v)

    def sum(self, old: Atom, d: Atom, t: ab.Type, name: str, v: Var | None = None) -> Cotangent:
        """Two cotangents of one value of type `t`, added."""
        if isinstance(t, (ab.ListOf, ab.Unknown)):
            total: Atom = self.b.emit(runtime.add_trees, (old, d), hint=name)
        else:
            total = self.b(operator.add, old, d)
        if v is not None and (self.is_whole(old, v) or self.is_whole(d, v)):
            self.mark_whole(total, v)
        return self.named(total, name)

    def item(self, d: Atom, key: Lit) -> Atom:
        """An item of the cotangent of a structure."""
        out = self.b(prims.item, d, key)
        if d in self._given:
            self._given.add(out)
        return out

    def named(self, d: Atom, name: str) -> Cotangent:
        """`d` under the name of a cotangent, if it is a temporary."""
        if isinstance(d, Var) and name and not d.hint:
            out = Var(name, d.type)
            self.b.define(out, prims.alias, (d,))
            self._whole[out] = set(self._whole.get(d, ()))
            if d in self._given:
                self._given.add(out)
            return out
        return cast(Cotangent, d)

    def add_item(self, container: Var, key: Lit, d: Cotangent, t: ab.Type) -> None:
        """Add `d` to the cotangent of an item, of type `t`, of a structure."""
        tree = self.open.setdefault(container, Tree())
        assert isinstance(tree, Tree)
        name = _name_of_key(key) or self.name(container)
        self._add_to(tree, key, d, t, name)

    def _add_to(self, tree: Tree, key: Lit, d: Cotangent, t: ab.Type, name: str) -> None:
        if keys := keys_of(t):
            inner = tree.setdefault(key, Tree())
            assert isinstance(inner, Tree)
            for k, x in keys:
                if isinstance(d, Tree):
                    if k in d:
                        self._add_to(inner, k, d[k], x, name)
                elif ab.differentiable(x):
                    self._add_to(inner, k, self.item(d, k), x, name)
            return
        assert not isinstance(d, Tree)
        old = tree.get(key)
        tree[key] = d if old is None else self.sum(cast(Atom, old), d, t, name)

    def pop(self, v: Var) -> Cotangent | None:
        """Close the cotangent of `v`; None where nothing reached it."""
        return self.open.pop(v, None)

    def pop_item(self, v: Var, key: str | None) -> Cotangent | None:
        """Close the cotangent of `v`, and give that of its item `key`, or of `v` itself if there is none."""
        ct = self.pop(v)
        if key is None or ct is None:
            return ct
        return ct.get(Lit(key)) if isinstance(ct, Tree) else self.item(ct, Lit(key))

    def full(self, v: Var) -> Atom:
        """Close the cotangent of `v` and give it in the shape of `v`; zeros where nothing reached it."""
        return self.materialise(v.type, self.open.pop(v, None), v, self.name(v))

    def gradient(self, v: Var) -> Atom:
        """Close the cotangent of `v` as a result.

        A Python float for one, a 0-d array for one, None for what is no float.
        """
        return self.exact(v.type, self.open.pop(v, None), v, self.name(v))

    def exact(self, t: ab.Type, d: Cotangent | None, v: Atom, name: str) -> Atom:
        """The cotangent of a value `v` of type `t` in the structure, the shapes and the kinds of number of `v`."""
        if isinstance(t, ab.Seq | ab.Mapping):
            return self._structure(t, keys_of(t), d, v, exact=True)
        if isinstance(t, ab.ListOf) and not ab.differentiable(t):
            return self.b.emit(runtime.zeros_of, (v,), hint=name)
        out = self.materialise(t, d, v, name)
        u = type_of(out)
        match t:
            case ab.Scalar(kind="float", dtype=None) if u != ab.FLOAT and not isinstance(u, ab.Static):
                return self.b.emit(float, (out,), hint=name)
            case ab.Scalar(kind="complex", dtype=None) if u != t:
                return self.b.emit(complex, (out,), hint=name)
            case ab.Scalar(kind="float" | "complex", dtype=str() as dtype) if u != t or not self._surely_of_numpy(out):
                return self.b.emit(np.dtype(dtype).type, (out,), hint=name)
            case ab.ListOf() if not (isinstance(u, ab.ListOf) and keeps_kinds(t.item, u.item)):
                return self.b.emit(runtime.match_kinds, (out, v), hint=name)
            case ab.Unknown():
                return self.b.emit(runtime.match_kinds, (out, v), hint=name)
            case ab.Array(shape=()) if not isinstance(u, ab.Array) or not self._surely_an_array(out):
                return self.b.emit(np.full_like, (v, out), hint=name)
        return out

    def _surely_of_numpy(self, d: Arg) -> bool:
        """Is this not a Python float, as a loop of no trips or a branch may give, and what Python computes with it?"""
        if not isinstance(d, Var) or isinstance(d.type, ab.Scalar) and d.type.dtype is None:
            return False
        if d in self.b.twins.params or ab.rank(d.type) not in (None, 0):
            return True
        s = self.b.defs.get(d) or self.b.twins.made.get(d)
        if s is None or s.op is prims.item:
            return False
        by_python = s.op is prims.alias or getattr(s.op, "__module__", None) in ("_operator", "builtins")
        return any(map(self._surely_of_numpy, s.args)) if by_python else s.op is not runtime.unbroadcast

    def _surely_an_array(self, d: Atom) -> bool:
        """Is this no NumPy scalar, which is what sums of arrays without axes are?"""
        s = self.b.defs.get(d) if isinstance(d, Var) else None
        if s is not None and s.op is prims.alias:
            return self._surely_an_array(cast(Atom, s.args[0]))
        return s is not None and s.op in (np.zeros_like, np.full_like)

    def materialise(self, t: ab.Type, d: Cotangent | None, v: Atom, name: str) -> Atom:
        """The cotangent of a value `v` of type `t` as one value with the structure and shape of `v`."""
        if not ab.differentiable(t):
            return NONE
        if keys := keys_of(t):
            return self._structure(t, keys, d, v)
        assert not isinstance(d, Tree)
        match t:
            case ab.Scalar():
                if isinstance(d, Lit) and type(d.value) is int and not d.text:
                    return Lit(float(d.value))
                if d is not None and ab.shape_of(type_of(d)) == () and isinstance(type_of(d), ab.Array):
                    return self.b.emit(operator.pos, (d,))  # a number: `*=` is to leave the array as it is
                return ZERO if d is None else d
            case ab.Array():
                return self._array(t, d, v, name)
        if d is None and isinstance(t, ab.ListOf) and isinstance(t.item, ab.Scalar):
            return self._named(self.b.emit(prims.copies, (ZERO, self.b(len, v))), name)
        if d is None:
            fixed = isinstance(t, ab.ListOf) and not isinstance(t.item, ab.Unknown)
            zeros = runtime.zeros_of if fixed else runtime.zeros_to_fill
            return self._named(self.b.emit(zeros, (v,)), name)
        if d in self._given and isinstance(t, ab.Unknown) and self._may_be_a_structure(v):
            d = self.b.emit(runtime.to_fill, (d,), hint=name)
            self.mark_whole(d, v)
        return d if isinstance(t, ab.ListOf) or self.is_whole(d, v) else self._spread(d, v, name)

    def _may_be_a_structure(self, v: Atom) -> bool:
        """May a value of unknown type be a tuple, list or dict: is it no result of an operation on arrays?"""
        made = self.b.twins.made.get(v) if isinstance(v, Var) else None
        return made is None or made.op in (prims.item, prims.alias, operator.getitem)

    def _structure(
        self, t: ab.Type, keys: tuple[tuple[Lit, ab.Type], ...], d: Cotangent | None, v: Atom, exact: bool = False
    ) -> Atom:
        if d is not None and not isinstance(d, Tree):
            return d
        leaf = self.exact if exact else self.materialise
        parts: list[Atom] = []
        for key, x in keys:
            part = d.get(key) if d is not None else None
            item = self.b(prims.item, v, key) if ab.differentiable(x) or _has_lists(x) else v
            parts.append(leaf(x, part, item, _name_of_key(key)))
        if isinstance(t, ab.Mapping):
            of_class = (("cls", Lit(t.cls, t.cls.__name__)),) if isinstance(t, ab.Record) else ()
            return self.b.emit(prims.make_dict, (tuple(k for k, _ in keys), *parts), of_class)
        assert isinstance(t, ab.Seq)
        return self.b.emit(prims.make_tuple if t.kind == "tuple" else prims.make_list, tuple(parts))

    def _array(self, t: ab.Array, d: Cotangent | None, v: Atom, name: str) -> Atom:
        if d is None:
            return self._named(self.b.emit(np.zeros_like, (self.b.twin(v, True),)), name)
        assert not isinstance(d, Tree)
        if self.is_whole(d, v) or ab.same_shape(type_of(d), t):
            return d
        return self._spread(d, v, name)

    def _spread(self, d: Atom, v: Atom, name: str) -> Atom:
        same_dtype = isinstance(t := type_of(v), ab.Array) and t.dtype is not None
        if ab.rank(type_of(d)) == 0 and same_dtype:
            out = self.b.emit(np.full_like, (self.b.twin(v, True), d))
        else:
            out = self.b.emit(prims.spread, (d, self.b.twin(v, False)))
        self.mark_whole(out, v)
        return self._named(out, name)

    def _named(self, d: Var, name: str) -> Atom:
        return cast(Atom, self.named(d, name))

    def fit(self, d: Atom, v: Var, logical: Var | None) -> Atom:
        """The contribution `d` un-broadcast to `v`, in its dtype."""
        own = v is logical or self.is_whole(d, v) and (logical is None or self.is_whole(d, logical))
        return self._cast(d if own else self._unbroadcast(d, v, logical), v)

    def _cast(self, d: Atom, v: Var) -> Atom:
        """NumPy casts a cotangent that a wider operand widened back to what the value is."""
        d = cast(Atom, in_kind(self.b, d, v.type))
        t, u = v.type, type_of(d)
        want = t.dtype if isinstance(t, (ab.Array, ab.Scalar)) else None
        have = u.dtype if isinstance(u, (ab.Array, ab.Scalar)) else None
        if want is None or have is None or want == have:
            return d
        return self.b(prims.astype, d, Lit(np.dtype(want).type, text=f"np.{want}"))

    def _unbroadcast(self, d: Atom, v: Var, logical: Var | None) -> Atom:
        if isinstance(v.type, ab.ListOf) or v is logical:
            return d
        have, target = ab.shape_of(type_of(d)), ab.shape_of(v.type)
        long = ab.shape_of(logical.type) if logical is not None else have
        if have is None or target is None or long is None:
            return self._unbroadcast_at_run_time(d, v, logical)
        lead = len(long) - len(target)
        if lead < 0:
            return d
        summed, open_ = list(range(lead)), False
        for k, (n, m) in enumerate(zip(target, long[lead:], strict=True)):
            if ab.is_one(n) and not ab.is_one(m):
                summed.append(lead + k)
            elif not ab.same_length(n, m) and not ab.is_one(m):
                open_ = True
        if open_:
            return self._unbroadcast_at_run_time(d, v, logical)
        return self._sum(d, v, logical, summed, lead) if summed else d

    def _unbroadcast_at_run_time(self, d: Atom, v: Var, logical: Var | None) -> Atom:
        """Sum over the axes that really were broadcast, which only shows when the program runs."""
        if logical is not None and not self.is_whole(d, logical) and _maybe_smaller(type_of(d), logical.type):
            d = self._spread(d, logical, "")
        negated = self.b.made_by(d, operator.neg)
        out: Atom = self.b.emit(runtime.unbroadcast, (negated[0] if negated else d, v))
        self.mark_whole(out, v)
        if negated:
            out = self.b(operator.neg, out)
            self.mark_whole(out, v)
        return out

    def _sum(self, d: Atom, v: Var, logical: Var | None, axes: list[int], lead: int) -> Atom:
        if logical is not None and not self.is_whole(d, logical) and not ab.same_shape(type_of(d), logical.type):
            if ab.rank(type_of(d)) == 0 and ab.rank(v.type) == 0:
                return self.b(operator.mul, d, self.b(np.size, logical))
            d = self._spread(d, logical, "")
        if (negated := self.b.made_by(d, operator.neg)) and isinstance(negated[0], Var):
            return self.b(operator.neg, self._sum(negated[0], v, None, axes, lead))
        if ab.rank(v.type) == 0:
            return self.b(np.sum, d)
        first = [k for k in axes if k < lead]
        later = [k - lead for k in axes if k >= lead]
        if first:
            d = self.b(np.sum, d, kwargs=(("axis", _axes(first)),))
        if later:
            d = self.b(np.sum, d, kwargs=(("axis", _axes(later)), ("keepdims", Lit(True))))
        return d


def _axes(axes: list[int]) -> Lit | tuple[Lit, ...]:
    return Lit(axes[0]) if len(axes) == 1 else tuple(map(Lit, axes))


def _maybe_smaller(t: ab.Type, like: ab.Type) -> bool:
    """May a value of type `t` have fewer or shorter axes than one of type `like`, with which it broadcasts?"""
    s, u = ab.shape_of(t), ab.shape_of(like)
    if s is None or u is None:
        return True
    return len(s) < len(u) or any(not ab.same_length(n, m) and not ab.is_one(m) for n, m in zip(s, u, strict=True))


def _name_of_key(key: Arg) -> str:
    is_name = isinstance(key, Lit) and isinstance(key.value, str) and key.value.isidentifier()
    return f"d{key.value}" if is_name and isinstance(key, Lit) else ""
