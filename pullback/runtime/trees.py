"""Cotangents of structures: tuples, lists and dicts of arrays and scalars, None where there is no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime.objects import record


def add_trees(a: Any, b: Any) -> Any:
    """The sum of two cotangents, leaf by leaf; None is no contribution."""
    if a is None:
        return b
    if b is None:
        return a
    if isinstance(a, dict):
        return {key: add_trees(a[key], b[key]) for key in a}
    if isinstance(a, tuple) and hasattr(a, "_fields"):
        return type(a)(*map(add_trees, a, b))
    if isinstance(a, list | tuple):
        if len(a) != len(b):
            raise TypeError("a list or tuple has become longer or shorter: a signature says what the parameters are")
        return type(a)(map(add_trees, a, b))
    if hasattr(a, "__dict__") and not hasattr(a, "dtype"):  # an array of JAX has both
        return record(type(a), **{name: add_trees(x, getattr(b, name)) for name, x in vars(a).items()})
    return a + b


def zeros_of(x: Any) -> Any:
    """Zeros with the structure of `x` and the shapes and dtypes of its leaves, None for a leaf that is not a float."""
    if isinstance(x, dict):
        return {key: zeros_of(value) for key, value in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(zeros_of, x))
    if isinstance(x, list | tuple):
        return type(x)(map(zeros_of, x))
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else None
    if isinstance(x, float | complex | np.inexact):
        return type(x)(0)
    if hasattr(x, "__dict__") and not callable(x):
        return record(type(x), **{name: zeros_of(value) for name, value in vars(x).items()})
    return None


def zeros_to_fill(x: Any) -> Any:
    """Zeros as of `zeros_of`, with lists in the place of tuples, so that something can be added to an item."""
    if isinstance(x, dict):
        return {key: zeros_to_fill(value) for key, value in x.items()}
    if isinstance(x, list | tuple):
        return list(map(zeros_to_fill, x))
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else None
    return type(x)(0) if isinstance(x, float | complex | np.inexact) else None


def to_fill(d: Any) -> Any:
    """The cotangent `d` with new lists in the place of tuples and lists, so that something can be added to an item."""
    if isinstance(d, dict):
        return {key: to_fill(value) for key, value in d.items()}
    return list(map(to_fill, d)) if isinstance(d, list | tuple) else d


def add_at(d: Any, index: Any, value: Any, add: Any) -> None:
    """Add at an index: by `add` to an item of a list or dict, or to elements as often as the index has them."""
    if isinstance(d, list | dict):
        d[index] = add(d[index], value)
    else:
        np.add.at(d, index, value)


def match_kinds(d: Any, like: Any) -> Any:
    """The cotangent `d` with the containers of `like`, and with numbers of the types that `like` has at its leaves."""
    if d is None:
        return None
    if isinstance(like, dict):
        return {key: match_kinds(d[key], value) for key, value in like.items()}
    if isinstance(like, tuple) and hasattr(like, "_fields"):
        return type(like)(*map(match_kinds, d, like))
    if isinstance(like, list | tuple):
        if len(d) != len(like):
            raise TypeError("a list or tuple has become longer or shorter: a signature says what the parameters are")
        return type(like)(map(match_kinds, d, like))
    if isinstance(like, np.ndarray):
        if isinstance(d, np.ndarray):
            return d.astype(like.dtype, copy=False)
        return np.full_like(like, d)
    if hasattr(like, "__dict__"):
        return record(type(like), **{name: match_kinds(getattr(d, name), x) for name, x in vars(like).items()})
    return d if type(d) is type(like) else type(like)(d)
