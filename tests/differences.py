"""Compares a derivative with central differences of the primal, along random directions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from pullback.runtime import record
from pullback.transpile.objects import attributes_of

Tree = Any


def leaves(tree: Tree) -> Iterator[Any]:
    """The leaves of nested dicts, lists and tuples, in order."""
    match tree:
        case dict():
            for x in tree.values():
                yield from leaves(x)
        case list() | tuple():
            for x in tree:
                yield from leaves(x)
        case _ if (held := attributes_of(tree)) is not None:
            for x in held.values():
                yield from leaves(x)
        case _:
            yield tree


def map_leaves(f: Callable[[Any], Any], tree: Tree) -> Tree:
    """The same structure with `f` of each leaf."""
    match tree:
        case dict():
            return {k: map_leaves(f, x) for k, x in tree.items()}
        case _ if (held := attributes_of(tree)) is not None:
            return record(type(tree), **{k: map_leaves(f, x) for k, x in held.items()})
        case list() | tuple():
            return type(tree)(map_leaves(f, x) for x in tree)
        case _:
            return f(tree)


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


def is_float(x: Any) -> bool:
    """Does a leaf carry a derivative?"""
    return isinstance(x, float | np.ndarray | np.generic) and np.asarray(x).dtype.kind == "f"


def direction(tree: Tree, rng: np.random.Generator) -> Tree:
    """A random tangent for every leaf that carries one, None for the others."""
    return map_leaves(lambda x: rng.standard_normal(np.shape(x)) if is_float(x) else None, tree)


def moved(tree: Tree, tangent: Tree, step: float) -> Tree:
    """`tree + step * tangent`, in float64, laid out as the tree is."""
    tangents = leaves(tangent)

    def move(x: Any) -> Any:
        t = next(tangents)
        if t is None:
            return copied(x)
        if isinstance(x, np.ndarray):
            y = laid_out_like(x, float)
            y[...] = x + step * t
            return y
        y = np.asarray(x, dtype=float) + step * t
        return float(y) if isinstance(x, float) else y

    return map_leaves(move, tree)


def dot(a: Tree, b: Tree) -> float:
    """The inner product of two trees; a leaf that is None has no part in it."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return float(sum(np.sum(np.asarray(x, dtype=float) * y) for x, y in pairs if x is not None and y is not None))


def assert_like(gradient: Tree, argument: Tree) -> None:
    """A gradient has the structure, the shapes and the dtypes of its argument."""
    for g, x in zip(leaves(gradient), leaves(argument), strict=True):
        if g is None:
            assert not is_float(x)
        else:
            assert np.shape(g) == np.shape(x)
            assert np.asarray(g).dtype == np.asarray(x).dtype


def assert_pullback(
    f: Callable[..., Any],
    args: Sequence[Any],
    wrt: Sequence[int],
    cotangent: Tree,
    gradients: Sequence[Tree],
    *,
    seed: int = 0,
    steps: Sequence[float] = (1e-6,),
) -> None:
    """`<cotangent, df(v)> == <gradients, v>` along random directions `v`, df(v) by central differences.

    With several `steps` one of them must agree.
    """
    rng = np.random.default_rng(seed)
    numbers = [*leaves(list(gradients)), *leaves(f(*copied(list(args))))]
    tolerance = 2e-4 if any(np.asarray(x).dtype == np.float32 for x in numbers) else 2e-6
    for gradient, i in zip(gradients, wrt, strict=True):
        assert_like(gradient, args[i])
    for _ in range(4):
        tangents = [direction(args[i], rng) for i in wrt]
        got = sum(dot(g, t) for g, t in zip(gradients, tangents, strict=True))
        scale = sum(np.sqrt(dot(t, t) * dot(g, g)) for g, t in zip(gradients, tangents, strict=True))
        found = [difference(f, args, wrt, tangents, cotangent, step) for step in steps]
        assert any(abs(got - expected) <= tolerance * (1.0 + scale) for expected in found), (got, found)


def difference(
    f: Callable[..., Any],
    args: Sequence[Any],
    wrt: Sequence[int],
    tangents: Sequence[Tree],
    cotangent: Tree,
    step: float,
) -> float:
    """`<cotangent, df(tangents)>` by central differences of this step; `f` may change what it is given."""
    ends = []
    for sign in (1.0, -1.0):
        changed = copied(list(args))
        for i, tangent in zip(wrt, tangents, strict=True):
            changed[i] = moved(args[i], tangent, sign * step)
        ends.append(dot(cotangent, f(*changed)))
    return (ends[0] - ends[1]) / (2 * step)
