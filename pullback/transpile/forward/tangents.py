"""Tangents: what stands for the derivative of a value along the direction that the parameters move in.

A value without a tangent does not move. That of a structure is a tree by key as long as nobody needs it as one value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Var
from pullback.transpile.infer import type_of
from pullback.transpile.numbers import in_kind
from pullback.transpile.reverse.builder import ZERO, Builder
from pullback.transpile.reverse.cotangents import Cotangent, Cotangents, Tree
from pullback.transpile.reverse.kinds import keys_of

NONE = Lit(None)
_EMPTY_LIST = ab.Seq("list", ())


Tangent = Cotangent
"""An atom, or a tree by key of the tangents of a structure's items; what is missing in it does not move."""


def name_of(v: Arg) -> str:
    """What the tangent of `v` would like to be called."""
    return f"d{v.hint}" if isinstance(v, Var) and v.hint else ""


class Tangents:
    """The tangents of the values of one function, by value; `b` is where what they need is computed."""

    def __init__(self, known: dict[Var, Tangent]) -> None:
        self.known = known

    def get(self, v: Arg) -> Tangent | None:
        """The tangent of a value, None if it does not move."""
        return self.known.get(v) if isinstance(v, Var) else None

    def set(self, v: Var, d: Tangent) -> None:
        """Say what the tangent of a value is."""
        self.known[v] = d

    def name(self, b: Builder, v: Var, d: Tangent) -> None:
        """Say what the tangent of a value is, under the value's name."""
        name = name_of(v)
        if isinstance(d, Var) and name and d.hint != name:
            out = Var(name, d.type)
            b.define(out, prims.alias, (d,))
            d = out
        self.known[v] = d

    def whole(self, b: Builder, v: Arg) -> Atom:
        """The tangent of a value as one value of its structure and shape: zeros if it does not move."""
        return whole(b, v, type_of(v), self.get(v))

    def whole_as(self, b: Builder, v: Arg, t: ab.Type) -> Atom:
        """The tangent of a value that becomes one of type `t`: a list of integers may become one of floats."""
        if isinstance(t, ab.ListOf) and isinstance(own := type_of(v), ab.Seq):
            return self._as_list(b, v, own, t.item)
        d = self.whole(b, v)
        if d == NONE and isinstance(t, ab.ListOf) and isinstance(t.item, ab.Scalar) and ab.differentiable(t):
            return b.emit(prims.copies, (ZERO, b(len, v)))
        return ZERO if d == NONE and isinstance(t, ab.Scalar) and ab.differentiable(t) else d

    def _as_list(self, b: Builder, v: Arg, own: ab.Seq, t: ab.Type) -> Atom:
        """The tangents of the items of a list of known length, each of which becomes one of type `t`."""
        made: list[Atom] = []
        for key, x in keys_of(own):
            d = item(b, self.get(v), key)
            part = whole(b, _item(b, v, key, x, d), x, d)
            made.append(ZERO if part == NONE and isinstance(t, ab.Scalar) and ab.differentiable(t) else part)
        return b.emit(prims.make_list, tuple(made))


def whole(b: Builder, v: Arg, t: ab.Type, d: Tangent | None) -> Atom:
    """The tangent `d` of a value `v` of type `t` as one value."""
    if d is not None and not isinstance(d, Tree):
        return d
    if t == _EMPTY_LIST:  # it may grow
        return b.emit(prims.make_list, ())
    if not ab.differentiable(t):
        return NONE
    if keys := keys_of(t):
        parts: Mapping[Lit, Tangent] = d or {}
        made = [whole(b, _item(b, v, k, x, parts.get(k)), x, parts.get(k)) for k, x in keys]
        return structure(b.emit, t, tuple(k for k, _ in keys), made)
    match t:
        case ab.ListOf(item=ab.Scalar()):
            return b.emit(prims.copies, (ZERO, b(len, v)), hint=name_of(v))
        case ab.Scalar(dtype=None):
            return ZERO
        case ab.Scalar(dtype=str() as dtype):
            return b.emit(np.dtype(dtype).type, (ZERO,))
        case ab.Array():
            like = b.twin(v, True) if isinstance(v, Var) else v
            return b.emit(np.zeros_like, (like if like in b.twins.params else v,), hint=name_of(v))
    return b.emit(runtime.zeros_of, (v,), hint=name_of(v))


def _item(b: Builder, v: Arg, key: Lit, t: ab.Type, d: Tangent | None) -> Arg:
    """An item of a structure, where zeros are to be made like it."""
    if not ab.differentiable(t) or isinstance(t, ab.Scalar) or d is not None and not isinstance(d, Tree):
        return v
    return b(prims.item, v, key)


def structure(emit: Callable[..., Var], t: ab.Type, keys: tuple[Lit, ...], parts: Sequence[Atom]) -> Var:
    """A structure like one of type `t` with these items; `emit` appends an operation."""
    if isinstance(t, ab.Mapping):
        of_class = (("cls", Lit(t.cls, t.cls.__name__)),) if isinstance(t, ab.Record) else ()
        return emit(prims.make_dict, (keys, *parts), of_class)
    assert isinstance(t, ab.Seq)
    return emit(prims.make_tuple if t.kind == "tuple" else prims.make_list, tuple(parts))


def fitted(b: Builder, d: Atom, out: Var) -> Atom:
    """The tangent `d` in the shape and the dtype of the value `out`, which it may only have broadcast against."""
    t, u = out.type, type_of(d)
    if isinstance(t, ab.ListOf | ab.Seq | ab.Mapping):
        return d
    if not (isinstance(t, ab.Scalar) or ab.same_shape(u, t)):
        if ab.rank(u) == 0 and isinstance(t, ab.Array) and t.dtype is not None:
            return b.emit(np.full_like, (out, d))
        d = b.emit(prims.spread, (d, out))
    return _cast(b, d, t)


def _cast(b: Builder, d: Atom, t: ab.Type) -> Atom:
    """A tangent in the dtype of its value, which may be wider than that of all that moves."""
    d = cast(Atom, in_kind(b, d, t))
    u = type_of(d)
    want, have = (x.dtype if isinstance(x, ab.Array | ab.Scalar) else None for x in (t, u))
    if want is None or have is None or want == have:
        return d
    return b(prims.astype, d, Lit(np.dtype(want).type, text=f"np.{want}"))


def exact(b: Builder, v: Atom, d: Tangent | None) -> Atom:
    """The tangent `d` of a result `v` in the structure, the shapes and the kinds of number of `v`."""
    whole_of: dict[Atom, set[Atom]] = {}
    ct = Cotangents(b, set(), whole_of, set())

    def taken_apart(t: ab.Type, d: Tangent | None, v: Atom) -> Tangent | None:
        if keys := keys_of(t):
            parts = ((k, item(b, d, k), x) for k, x in keys if ab.differentiable(x))
            return Tree({k: e for k, p, x in parts if (e := taken_apart(x, p, v)) is not None})
        if d is not None and not isinstance(d, Tree):
            whole_of.setdefault(d, set())
        return d

    found = taken_apart(type_of(v), d, v)
    if isinstance(found, Var):
        ct.mark_whole(found, v)
        if isinstance(type_of(v), ab.Array) and ab.rank(type_of(v)) in (None, 0):  # perhaps a number when it runs
            return b.emit(runtime.match_kinds, (found, v), hint=name_of(v))
    return ct.exact(type_of(v), found, v, name_of(v))


def item(b: Builder, d: Tangent | None, key: Lit) -> Tangent | None:
    """The tangent of an item of a structure."""
    if d is None or isinstance(d, Tree):
        return None if d is None else d.get(key)
    return b(prims.item, d, key)
