"""Orders and places in lists that are known only when the program runs."""

from __future__ import annotations

from typing import Any

import numpy as np


def order(keys: list[Any], backwards: bool = False) -> list[int]:
    """The indices of `keys` in the order of these; equal ones stay in theirs."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)


def place_to_insert(key: int, n: int) -> int:
    """Where `insert(key, value)` puts a value into a list of length `n`."""
    return max(key + n, 0) if key < 0 else min(key, n)


def places_below(x: Any, points: Any) -> Any:
    """For each element of `x` the last of the rising `points` that is not above it, the first and all but the last one.

    `np.interp` finds places more quickly than `np.searchsorted` where neighbours in `x` are near each other. It may
    give the next one, of which the element is then seen to be below. Steps that are too small to divide by mislead it.
    """
    end = max(len(points) - 2, 0)
    if np.size(x) < len(points) or end == 0 or not np.min(np.diff(points)) > np.finfo(np.float64).tiny:
        return np.clip(np.searchsorted(points, x, side="right") - 1, 0, end)
    k = np.fmin(np.interp(x, points, np.arange(len(points))), end).astype(np.intp)
    return np.maximum(k - (x < points[k]), 0)


def places_in_order(a: Any, in_order: Any, axis: Any) -> Any:
    """`np.argsort` of `a` along an axis, where equal elements stay in their order; `in_order` is `a`, sorted.

    The quicker way to an order may exchange equal elements, and is gone where there are none.
    """
    values = np.moveaxis(in_order, axis or 0, -1)
    stable = None if np.all(values[..., 1:] > values[..., :-1]) else True
    return np.argsort(a, axis, stable=stable)
