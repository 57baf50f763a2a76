"""Functions of the user's that see cotangents."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime.raising import error_called


def pass_through(fn: Any, d: Any) -> Any:
    """What `fn` makes of the cotangent `d`; where it gives None, it has only looked, and `d` stays as it is."""
    found = fn(read_only(d))
    return d if found is None else alike(found, d, getattr(fn, "__name__", type(fn).__name__))


def read_only(x: Any) -> Any:
    """A copy of which no array can be written."""
    if isinstance(x, dict):
        return {key: read_only(value) for key, value in x.items()}
    if isinstance(x, list | tuple):
        return type(x)(map(read_only, x))
    if isinstance(x, np.ndarray):
        x = x.copy()
        x.flags.writeable = False
    return x


def alike(x: Any, like: Any, name: str, path: str = "") -> Any:
    """A copy of the cotangent `x` that the function `name` gives, `path` being the item that it is in a structure.

    Raises RuleError where it has not the structure, shape and dtype of the cotangent `like`.
    """
    wanted = misfit(x, like)
    if wanted:
        what = f"an array of shape {x.shape} and dtype {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
        place = f"{path} is " if path else ""
        error = error_called("RuleError", TypeError)
        raise error(f"{name!r} was given a cotangent and returned {place}{what}, not {wanted}")
    if isinstance(like, dict):
        return {key: alike(x[key], value, name, f"{path}[{key!r}]") for key, value in like.items()}
    if isinstance(like, list | tuple):
        return type(like)(alike(x[k], item, name, f"{path}[{k}]") for k, item in enumerate(like))
    if isinstance(like, np.ndarray):
        return np.array(x)
    return None if like is None else type(like)(x)


def misfit(x: Any, like: Any) -> str:
    """What the cotangent `x`, apart from its items, would have to be to stand for `like`; nothing where it fits."""
    if isinstance(like, dict):
        return "" if isinstance(x, dict) and x.keys() == like.keys() else f"a dict with the keys {list(like)}"
    if isinstance(like, list | tuple):
        fits = type(x) is type(like) and len(x) == len(like)
        return "" if fits else f"a {type(like).__name__} of {len(like)} items"
    if like is None or x is None:
        return "" if like is x else f"a {type(like).__name__}" if x is None else "None"
    found = np.asarray(x)
    if found.shape != np.shape(like):
        return f"of shape {np.shape(like)}"
    if isinstance(like, np.ndarray):
        return "" if found.dtype == like.dtype else f"of dtype {like.dtype}"
    return "" if found.dtype.kind == "f" else "a float"
