"""Compares a derivative with central differences of the primal, along random directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback.checking.trees import Tree, copied, dot, is_float, leaves, map_leaves, moved

__all__ = [
    "assert_like",
    "assert_pullback",
    "copied",
    "difference",
    "direction",
    "dot",
    "is_float",
    "leaves",
    "map_leaves",
    "moved",
]


def direction(tree: Tree, rng: np.random.Generator) -> Tree:
    """A random tangent for every leaf that carries one, None for the others."""
    return map_leaves(lambda x: rng.standard_normal(np.shape(x)) if is_float(x) else None, tree)


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
