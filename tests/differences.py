"""Compares a derivative with central differences of the primal, along random directions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

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
        case _:
            yield tree


def map_leaves(f: Callable[[Any], Any], tree: Tree) -> Tree:
    """The same structure with `f` of each leaf."""
    match tree:
        case dict():
            return {k: map_leaves(f, x) for k, x in tree.items()}
        case list() | tuple():
            return type(tree)(map_leaves(f, x) for x in tree)
        case _:
            return f(tree)


def is_float(x: Any) -> bool:
    """Does a leaf carry a derivative?"""
    return isinstance(x, float | np.ndarray | np.generic) and np.asarray(x).dtype.kind == "f"


def direction(tree: Tree, rng: np.random.Generator) -> Tree:
    """A random tangent for every leaf that carries one, None for the others."""
    return map_leaves(lambda x: rng.standard_normal(np.shape(x)) if is_float(x) else None, tree)


def moved(tree: Tree, tangent: Tree, step: float) -> Tree:
    """`tree + step * tangent`, in float64."""
    tangents = leaves(tangent)

    def move(x: Any) -> Any:
        t = next(tangents)
        if t is None:
            return copy.deepcopy(x)
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
) -> None:
    """`<cotangent, df(v)> == <gradients, v>` along random directions `v`, df(v) by central differences."""
    rng = np.random.default_rng(seed)
    step = 1e-6
    tolerance = 2e-4 if any(np.asarray(x).dtype == np.float32 for g in gradients for x in leaves(g)) else 2e-6
    for gradient, i in zip(gradients, wrt, strict=True):
        assert_like(gradient, args[i])
    for _ in range(4):
        tangents = [direction(args[i], rng) for i in wrt]
        ends = []
        for sign in (1.0, -1.0):
            changed = [copy.deepcopy(a) for a in args]
            for i, tangent in zip(wrt, tangents, strict=True):
                changed[i] = moved(args[i], tangent, sign * step)
            ends.append(dot(cotangent, f(*changed)))
        expected = (ends[0] - ends[1]) / (2 * step)
        got = sum(dot(g, t) for g, t in zip(gradients, tangents, strict=True))
        scale = sum(np.sqrt(dot(t, t) * dot(g, g)) for g, t in zip(gradients, tangents, strict=True))
        assert abs(got - expected) <= tolerance * (1.0 + scale), (got, expected)
