"""Reductions and running sums. A cotangent is returned so that it broadcasts against what was reduced."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from pullback.runtime import at_least_one, product_of_others
from pullback.stdlib.operations import weighted_average
from pullback.stdlib.registry import rule, static


def widened(ct: Any, axis: Any, keepdims: Any) -> Any:
    """`ct` with the reduced axes put back, where they do not come back by broadcasting anyway."""
    if axis is None or keepdims or axis == 0 or np.ndim(ct) == 0:
        return ct
    return np.expand_dims(ct, axis)


def count(a: Any, axis: Any) -> Any:
    """How many elements make up one of the result."""
    if axis is None:
        return a.size
    if isinstance(axis, int):
        return a.shape[axis]
    return math.prod([a.shape[k] for k in axis])


@rule(np.sum, ct="passed")
def sum_(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    return widened(ct, axis, keepdims)


@rule(builtins.sum, ct="elementwise")
def total(ct: Any, out: Any, iterable: Any, start: Any = None) -> Any:
    if isinstance(iterable, tuple):
        each: Any = tuple([ct for _ in iterable])
    else:
        each = [ct] * len(iterable) if isinstance(iterable, list) else ct
    return each if start is None else (each, ct)


@rule(np.mean, ct="scalar")
def mean(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    return widened(ct, axis, keepdims) / at_least_one(count(a, axis))


@static
def others(axis: int, rank: int) -> tuple[int, ...]:
    """All axes but one."""
    return tuple(k for k in range(rank) if k != axis % rank)


@rule(weighted_average)
def average(ct: Any, out: Any, a: Any, weights: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    if weights.ndim == a.ndim:
        total = np.sum(weights) if axis is None else np.sum(weights, axis=axis, keepdims=True)
        share = widened(ct, axis, keepdims) / total
        return share * weights, share * (a - widened(out, axis, keepdims))
    # weights of the rows along one axis
    share = widened(ct, axis, keepdims) / np.sum(weights)
    rows = np.expand_dims(weights, others(axis, a.ndim))
    return share * rows, np.sum(share * (a - widened(out, axis, keepdims)), axis=others(axis, a.ndim))


@rule(np.var, ct="scalar")
def var(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    deviation = a - np.mean(a, axis=axis, keepdims=True)
    if ddof == 0:
        return widened(2.0 * ct / at_least_one(count(a, axis)), axis, keepdims) * deviation
    # with no degree of freedom NumPy gives nan: an array is divided, as a Python float cannot be by 0
    return widened(2.0 * ct, axis, keepdims) * (deviation / (count(a, axis) - ddof))


@rule(np.std, ct="scalar")
def std(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    deviation = a - np.mean(a, axis=axis, keepdims=True)
    freedom = count(a, axis) if ddof == 0 else count(a, axis) - ddof
    return widened(ct / (freedom * (out + (out == 0.0))), axis, keepdims) * deviation


@rule(np.max, np.min, np.amax, np.amin, ct="scalar")
def max_(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    hit = a == widened(out, axis, keepdims)
    if axis is None:
        return ct / np.sum(hit, dtype=a.dtype) * hit
    return widened(ct, axis, keepdims) / np.sum(hit, axis=axis, dtype=a.dtype, keepdims=True) * hit


@rule(np.prod, ct="scalar")
def prod(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    if axis is None:
        return ct * np.reshape(product_of_others(np.ravel(a)), a.shape)
    if axis == -1 or axis == a.ndim - 1:
        return widened(ct, axis, keepdims) * product_of_others(a)
    if isinstance(axis, int):
        return widened(ct, axis, keepdims) * np.moveaxis(product_of_others(np.moveaxis(a, axis, -1)), -1, axis)
    last = tuple([-1 - k for k in range(len(axis))])
    moved = np.moveaxis(a, axis, last)
    others = product_of_others(np.reshape(moved, (*moved.shape[: -len(axis)], count(a, axis))))
    return widened(ct, axis, keepdims) * np.moveaxis(np.reshape(others, moved.shape), last, axis)


@rule(product_of_others)
def product_of_others_(ct: Any, out: Any, a: Any) -> Any:
    # the product of the others is a product along the last axis of a matrix with ones on its diagonal
    one = np.eye(a.shape[-1], dtype=bool)
    matrix_ct = np.expand_dims(ct, -1) * product_of_others(np.where(one, 1.0, np.expand_dims(a, -2)))
    return np.sum(np.where(one, 0.0, matrix_ct), axis=-2)


@rule(np.nansum, ct="scalar")
def nansum(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    return np.where(np.isnan(a), 0.0, widened(ct, axis, keepdims))


@rule(np.nanmean, ct="scalar")
def nanmean(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    counted = np.logical_not(np.isnan(a))
    return widened(ct, axis, keepdims) / np.sum(counted, axis=axis, dtype=a.dtype, keepdims=True) * counted


@rule(np.cumsum)
def cumsum(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(ct))), a.shape)
    return np.flip(np.cumsum(np.flip(ct, axis), axis), axis)
