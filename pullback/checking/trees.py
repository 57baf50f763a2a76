"""Structures of arrays and numbers: their leaves, copies of them, and whether two are equal to the bit."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from pullback.runtime import record
from pullback.transpile.objects import attributes_of

Tree = Any


def leaves(tree: Tree) -> Iterator[Any]:
    """The leaves of nested dicts, lists, tuples and objects of the user's classes, in order."""
    for _, x in named_leaves(tree):
        yield x


def named_leaves(tree: Tree, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves in order, each with how it is reached: `w['bias'][0]`, `model.weights`."""
    if (held := attributes_of(tree)) is not None:
        for name, x in held.items():
            yield from named_leaves(x, f"{path}.{name}")
    elif isinstance(tree, dict):
        for key, x in tree.items():
            yield from named_leaves(x, f"{path}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for k, x in enumerate(tree):
            yield from named_leaves(x, f"{path}[{k}]")
    else:
        yield path, tree


def map_leaves(f: Callable[[Any], Any], tree: Tree) -> Tree:
    """The same structure with `f` of each leaf."""
    match tree:
        case dict():
            return {k: map_leaves(f, x) for k, x in tree.items()}
        case _ if (held := attributes_of(tree)) is not None:
            return record(type(tree), **{k: map_leaves(f, x) for k, x in held.items()})
        case tuple() if hasattr(tree, "_make"):
            return type(tree)._make(map_leaves(f, x) for x in tree)
        case list() | tuple():
            return type(tree)(map_leaves(f, x) for x in tree)
        case _:
            return f(tree)


def is_float(x: Any) -> bool:
    """Does a leaf carry a derivative?"""
    return isinstance(x, float | np.ndarray | np.generic) and np.asarray(x).dtype.kind == "f"


def has_floats(tree: Tree) -> bool:
    """Does any leaf carry a derivative?"""
    return any(map(is_float, leaves(tree)))


def laid_out_like(x: np.ndarray, dtype: Any) -> np.ndarray:
    """An array of this dtype with memory of its own, in the layout of `x`: what is a view of one is a view of both."""
    low, high = byte_bounds(x)
    size, wide = x.itemsize, np.dtype(dtype).itemsize
    buffer = np.zeros((high - low) // size * wide, np.uint8)
    strides = [s // size * wide for s in x.strides]
    offset = (x.__array_interface__["data"][0] - low) // size * wide
    return np.ndarray(
        x.shape, dtype, buffer=buffer if x.size else None, offset=offset if x.size else 0, strides=strides
    )


def copied(tree: Tree) -> Tree:
    """A structure with copies of its arrays, laid out as they are; what is one array stays one."""
    made: dict[int, np.ndarray] = {}

    def copy_of(x: Any) -> Any:
        if not isinstance(x, np.ndarray) or x.flags.c_contiguous:
            return copy.deepcopy(x)
        y = laid_out_like(x, x.dtype)
        y[...] = x
        return y

    def once(x: Any) -> Any:
        return made.setdefault(id(x), copy_of(x)) if isinstance(x, np.ndarray) else copy.deepcopy(x)

    return map_leaves(once, tree)


def moved(tree: Tree, tangent: Tree, step: float) -> Tree:
    """`tree + step * tangent`, in float64, laid out as the tree is; a leaf whose tangent is None stays as it is."""
    tangents = leaves(tangent)

    def move(x: Any) -> Any:
        t = next(tangents)
        if t is None:
            return copied(x)
        if isinstance(x, np.ndarray):
            y = laid_out_like(x, float)
            y[...] = np.asarray(x, dtype=float) + step * np.asarray(t, dtype=float)
            return y
        y = np.asarray(x, dtype=float) + step * np.asarray(t, dtype=float)
        return float(y) if isinstance(x, float) else y

    return map_leaves(move, tree)


def pairs(a: Tree, b: Tree) -> list[tuple[Any, Any]]:
    """The leaves of two structures, side by side, where both have one."""
    return [(x, y) for x, y in zip(leaves(a), leaves(b), strict=True) if x is not None and y is not None]


def dot(a: Tree, b: Tree) -> float:
    """The inner product of two structures; a leaf that is None has no part in it."""
    return float(sum(np.sum(np.asarray(x, dtype=float) * y) for x, y in pairs(a, b)))


def identical(a: Any, b: Any) -> bool:
    """Are two values equal to the bit, with the same structure, kinds, shapes and dtypes?"""
    if type(a) is not type(b):
        return False
    if (held := attributes_of(a)) is not None:
        return identical(held, attributes_of(b))
    match a:
        case dict():
            return list(a) == list(b) and all(identical(a[k], b[k]) for k in a)
        case list() | tuple():
            return len(a) == len(b) and all(map(identical, a, b))
        case np.ndarray():
            nan = a.dtype.kind == "f"
            same = a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=nan)
            return same and (not nan or np.array_equal(np.signbit(a) & (a == a), np.signbit(b) & (b == b)))
        case float() | np.floating():
            return bool((a != a and b != b) or (a == b and np.signbit(a) == np.signbit(b)))
    return bool(a == b or (a != a and b != b))
