"""What a public function returns: copies, where a result shares storage with an argument or with another result."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from .facts import MAKERS, is_array, is_fresh, type_of
from .places import Places, Store, stores_of
from .script import Apply, Choice, Expr, Invoke, atoms

COPY = np.ndarray.copy


def copy_of(e: Expr, out: Var | None = None) -> Apply:
    """`e.copy()`."""
    return Apply(COPY, (e,), (), out if out is not None else _var(e))


def copied(e: Expr, out: Var | None = None, apart: bool = False) -> Apply:
    """A copy of an array, or of a structure with the arrays in it; `apart`: where one array is in it twice, two.

    What is not proven to have axes may be a number when it runs, and stays one.
    """
    out = out if out is not None else _var(e)
    match type_of(e):
        case ab.Array(shape=(_, *_)):
            return copy_of(e, out)
        case ab.Seq(kind=kind, items=items) if apart:
            maker = prims.make_tuple if kind == "tuple" else prims.make_list
            return Apply(maker, tuple(_part(e, k, t) for k, t in enumerate(items)), (), out)
        case ab.Mapping(items=entries) as t if apart:
            keys = tuple(Lit(k) for k, _ in entries)
            of_class = (("cls", Lit(t.cls, t.cls.__name__)),) if isinstance(t, ab.Record) else ()
            return Apply(prims.make_dict, (keys, *(_part(e, k, x) for k, x in entries)), of_class, out)
    return Apply(deepcopy, (e,), (), out)


def kept(e: Expr, is_argument: bool) -> Expr:
    """What an attribute of an object is set to: no array that somebody else writes; of what was passed, the object."""
    if isinstance(e, Apply) and e.op in MAKERS:
        skip = 1 if e.op is prims.make_dict else 0
        return replace(e, args=(*e.args[:skip], *(kept(x, is_argument) for x in e.args[skip:])))
    if not is_array(type_of(e)) or isinstance(e, Apply) and is_fresh(e.op, e.args):
        return e
    return e if is_argument and not isinstance(type_of(e), ab.Array) else copied(e)


def _part(e: Expr, key: int | str, t: ab.Type) -> Expr:
    part = Apply(prims.item, (e, Lit(key)), (), Var("", t))
    return copied(part, apart=True) if is_array(t) else part


def _var(e: Expr) -> Var | None:
    return e if isinstance(e, Var) else getattr(e, "out", None)


def protected(value: Expr, places: Places, scope: int) -> Expr:
    """A result of the `def` numbered `scope` that shares storage with nothing else that the caller can reach."""
    seen: set[Store] = set()
    for v in atoms(value):
        if isinstance(v.type, ab.Unknown | ab.Static) and v in places.of:
            seen |= stores_of(places.of[v])
    return _protected(value, places, scope, seen)


def _protected(e: Expr, places: Places, scope: int, seen: set[Store]) -> Expr:
    if isinstance(e, Apply) and e.op in MAKERS:
        skip = 1 if e.op is prims.make_dict else 0
        made = (_protected(x, places, scope, seen) for x in e.args[skip:])
        return replace(e, args=(*e.args[:skip], *made))
    if isinstance(e, Choice):
        other = set(seen)
        then, orelse = _protected(e.then, places, scope, seen), _protected(e.orelse, places, scope, other)
        seen |= other
        return Choice(e.cond, then, orelse)
    stores = stores_of(places.place(e))
    shared = any(store.scope != scope for store in stores) or bool(stores & seen)
    seen |= stores
    t = type_of(e)
    if not shared or not is_array(t):
        return e
    if isinstance(t, ab.Array) and t.shape is not None and t.dtype is not None:
        return copy_of(e)
    if isinstance(t, ab.Array) or scope or isinstance(e, Invoke):
        return Apply(deepcopy, (e,), (), _var(e))
    return e  # a structure that the user's own function returns as it is
