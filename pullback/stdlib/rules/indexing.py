"""Reads along an axis, and diagonals. Reads by `a[index]` are differentiated by the engine itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import place_diagonal, places_in_order, scatter_add, scatter_add_along, scatter_along
from pullback.stdlib.registry import constant, rule

constant(places_in_order)


@rule(np.take)
def take(ct: Any, out: Any, a: Any, indices: Any, *, axis: Any = None) -> Any:
    return scatter_add(ct, a, indices, axis), None


@rule(scatter_add)
def scatter_add_(ct: Any, out: Any, g: Any, like: Any, indices: Any, axis: Any) -> Any:
    return np.take(ct, indices, axis), None, None, None


@rule(np.take_along_axis)
def take_along_axis(ct: Any, out: Any, arr: Any, indices: Any, *, axis: Any = -1) -> Any:
    return scatter_add_along(ct, arr, indices, axis), None


@rule(np.sort)
def sort(ct: Any, out: Any, a: Any, *, axis: Any = -1, kind: Any = None, stable: Any = None) -> Any:
    return scatter_along(ct, a, places_in_order(a, out, axis), axis)


@rule(scatter_add_along, scatter_along)
def scatter_add_along_(ct: Any, out: Any, g: Any, like: Any, indices: Any, axis: Any) -> Any:
    return np.take_along_axis(ct, indices, axis), None, None, None


@rule(np.diagonal)
def diagonal(ct: Any, out: Any, a: Any, *, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    return place_diagonal(ct, a, offset, axis1, axis2)


@rule(np.linalg.diagonal)
def diagonal_of_matrices(ct: Any, out: Any, x: Any, *, offset: Any = 0) -> Any:
    return place_diagonal(ct, x, offset, -2, -1)


@rule(place_diagonal)
def place_diagonal_(ct: Any, out: Any, g: Any, like: Any, offset: Any, axis1: Any, axis2: Any) -> Any:
    return np.diagonal(ct, offset, axis1, axis2), None, None, None, None


@rule(np.diag)
def diag(ct: Any, out: Any, v: Any, *, k: Any = 0) -> Any:
    if v.ndim == 1:
        return np.diagonal(ct, k)
    return place_diagonal(ct, v, k, 0, 1)


@rule(np.trace)
def trace(ct: Any, out: Any, a: Any, *, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    one = np.eye(a.shape[axis1], a.shape[axis2], offset, dtype=a.dtype)
    if a.ndim == 2:
        return ct * (one if axis1 % 2 == 0 else one.T)
    wide = np.reshape(one, (*one.shape, *[1 for _ in range(a.ndim - 2)]))
    return np.expand_dims(ct, (axis1, axis2)) * np.moveaxis(wide, (0, 1), (axis1, axis2))


@rule(np.linalg.trace, ct="scalar")
def trace_of_matrices(ct: Any, out: Any, x: Any, *, offset: Any = 0) -> Any:
    one = np.eye(x.shape[-2], x.shape[-1], offset, dtype=x.dtype)
    return ct * one if np.ndim(ct) == 0 else np.expand_dims(ct, (-1, -2)) * one
