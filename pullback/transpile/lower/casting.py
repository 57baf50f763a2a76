"""NumPy's rule for results that are put into an array: integers take no floats, single precision takes doubles."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.lower.scope import Scope

_ORDER = ("bool", "int", "float", "complex")


def check_cast(scope: Scope, node: Any, to: ab.Type, new: ab.Type) -> None:
    """Refuse to put numbers of one type into an array of another type where NumPy does not."""
    if _casts(to, new):
        return
    have, what = ab.kind_of(to), ab.kind_of(new)
    if have == what:
        have, what = getattr(to, "dtype", have), getattr(new, "dtype", what)
    message = f"an array of {have}s cannot take the {what}s that this gives"
    scope.refuse(node, message, "This raises UFuncTypeError in NumPy. Give the array a dtype that can.")


def check_safe(scope: Scope, node: Any, to: ab.Type, new: ab.Type) -> None:
    """Refuse to put an array into one whose dtype cannot hold all of its numbers, where NumPy does not."""
    a, b = _dtype(to), _dtype(new)
    if a is not None and b is not None and not np.can_cast(np.dtype(b), np.dtype(a), "safe"):
        message = f"an array of {a}s cannot take {b}s here"
        scope.refuse(node, message, "This raises TypeError in NumPy. Use .astype on the values.")


def _casts(to: ab.Type, new: ab.Type) -> bool:
    a, b = _dtype(to), _dtype(new)
    if a is not None and b is not None:
        return np.can_cast(np.dtype(b), np.dtype(a), "same_kind")
    have, what = ab.kind_of(to), ab.kind_of(new)
    return have is None or what is None or _ORDER.index(what) <= _ORDER.index(have)


def _dtype(t: ab.Type) -> str | None:
    dtype = getattr(t, "dtype", None)
    return None if dtype == "bfloat16" else dtype


def check_axes(scope: Scope, node: Any, to: ab.Type, new: ab.Type) -> None:
    """Refuse to put an array into one of fewer axes."""
    have, what = ab.rank(to), ab.rank(new)
    if have is not None and what is not None and what > have:
        message = f"an array of {have} axes cannot take the {what} that this gives"
        scope.refuse(node, message, "This raises ValueError in NumPy.")
