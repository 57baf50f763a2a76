"""Types of cotangents: like those of the values, but what is a Python float there may be a NumPy scalar here.

    x: list[float]          dx: list[float] at first, list[np.float64] where a sum of NumPy's has been added
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit


def keys_of(t: ab.Type) -> tuple[tuple[Lit, ab.Type], ...]:
    """The items of a structure, with their keys."""
    match t:
        case ab.Seq(items=items):
            return tuple((Lit(i), x) for i, x in enumerate(items))
        case ab.Mapping(items=entries):
            return tuple((Lit(k), x) for k, x in entries)
    return ()


def kind_of_either(t: ab.Type, u: ab.Type) -> ab.Type:
    """The type `t` of a cotangent that may have the kinds of `u`.

    The cotangent of a Python float, or of one in a structure, may be a NumPy scalar.
    """
    match t, u:
        case _, ab.Unknown():  # what a rule has given for a list, or an item of that
            return of_numpy(t, "float64")
        case ab.ListOf(), ab.ListOf():
            return ab.ListOf(kind_of_either(t.item, u.item))
        case ab.Seq(), ab.Seq() if len(t.items) == len(u.items):
            return ab.Seq(t.kind, tuple(map(kind_of_either, t.items, u.items)))
        case ab.Mapping(), ab.Mapping():
            items = dict(u.items)
            return replace(t, items=tuple((k, kind_of_either(x, items.get(k, x))) for k, x in t.items))
    if not isinstance(t, ab.Scalar) or not isinstance(u, ab.Scalar) or u.dtype is None:
        return t
    return u if t.dtype is None else ab.Scalar(t.kind, str(np.promote_types(t.dtype, u.dtype)))


def of_numpy(t: ab.Type, dtype: str) -> ab.Type:
    """The type `t` with NumPy scalars where it has Python floats."""
    match t:
        case ab.ListOf(item=item):
            return ab.ListOf(of_numpy(item, dtype))
        case ab.Seq(kind=kind, items=items):
            return ab.Seq(kind, tuple(of_numpy(x, dtype) for x in items))
        case ab.Mapping(items=entries):
            return replace(t, items=tuple((k, of_numpy(x, dtype)) for k, x in entries))
    return ab.Scalar("float", dtype) if t == ab.FLOAT else t


def dtype_of_scalars(t: ab.Type) -> str | None:
    """The dtype of a NumPy scalar in a structure of type `t`, None if there is none."""
    match t:
        case ab.Scalar(dtype=dtype):
            return dtype
        case ab.ListOf(item=item):
            return dtype_of_scalars(item)
    return next((found for _, x in keys_of(t) if (found := dtype_of_scalars(x)) is not None), None)


def keeps_kinds(t: ab.Type, u: ab.Type) -> bool:
    """Are cotangents of type `u` certainly of the kinds that items of type `t` have?"""
    if keys := keys_of(t):
        found = dict(keys_of(u))
        return type(t) is type(u) and all(keeps_kinds(x, found.get(k, ab.UNKNOWN)) for k, x in keys)
    match t, u:
        case ab.ListOf(item=x), ab.ListOf(item=y):
            return keeps_kinds(x, y)
        case ab.Array(), ab.Array():
            return ab.rank(t) not in (None, 0)
    return t == u == ab.FLOAT or not ab.differentiable(t)
