"""Medians, quantiles, ranges and orders: the cotangent goes to the elements that the result is, or lies between.

Equal elements share it, as they do in `np.max`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import at_least_one, fraction, scatter_add_along
from pullback.stdlib.registry import Unsupported, rule, static
from pullback.stdlib.rules.reductions import count, widened

_METHODS = ("linear", "midpoint", "lower", "higher", "nearest")


@static
def require_line(method: str, axes: int) -> None:
    """Refuse quantiles that are found in another way, and those at a table of places."""
    if method not in _METHODS:
        methods = ", ".join(_METHODS)
        raise Unsupported(f"a quantile by the method {method!r}", f"Use one of {methods}.")
    if axes > 1:
        raise Unsupported("quantiles at an array of more than one axis", "Pass them as one line.")


def shared(a: Any, value: Any, axis: Any) -> Any:
    """How the element that `value` is changes with each element of `a`: several that are equal share it."""
    hit = a == value
    if axis is None:
        return hit / np.sum(hit, dtype=a.dtype)
    return hit / np.sum(hit, axis=axis, dtype=a.dtype, keepdims=True)


def element(a: Any, q: Any, axis: Any, method: Any) -> Any:
    """The element at a quantile, so that it broadcasts against `a`."""
    if axis is None and np.ndim(q) == 0:
        return np.quantile(a, q, method=method)
    return np.quantile(a, q, axis=axis, method=method, keepdims=True)


def element_without_nan(a: Any, q: Any, axis: Any, method: Any) -> Any:
    """The same of what is no NaN."""
    if axis is None and np.ndim(q) == 0:
        return np.nanquantile(a, q, method=method)
    return np.nanquantile(a, q, axis=axis, method=method, keepdims=True)


def lined(x: Any, a: Any) -> Any:
    """`x`, a number for each of a line of quantiles, with axes for those of `a`."""
    return np.expand_dims(x, tuple(range(1, 1 + a.ndim))) if np.ndim(x) > 0 else x


def over(axis: Any, q: Any, a: Any) -> Any:
    """The axes of a quantile, counted from the end: a line of quantiles puts one before them."""
    if np.ndim(q) == 0:
        return axis
    if axis is None:
        return tuple([-1 - k for k in range(a.ndim)])
    if isinstance(axis, int):
        return axis if axis < 0 else axis - a.ndim
    return tuple([k if k < 0 else k - a.ndim for k in axis])


def with_axes(ct: Any, q: Any, a: Any, axis: Any, keepdims: Any) -> Any:
    """`ct`, of quantiles, with the axes over which they are."""
    if keepdims:
        return ct
    if np.ndim(q) == 0:
        return widened(ct, axis, keepdims)
    return np.expand_dims(ct, over(axis, q, a))


def total(d: Any, q: Any) -> Any:
    """The sum over a line of quantiles."""
    return np.sum(d, axis=0) if np.ndim(q) > 0 else d


@rule(np.ptp, ct="scalar")
def ptp(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    if axis is None:
        return ct * (shared(a, np.max(a), None) - shared(a, np.min(a), None))
    high, low = np.max(a, axis=axis, keepdims=True), np.min(a, axis=axis, keepdims=True)
    return widened(ct, axis, keepdims) * (shared(a, high, axis) - shared(a, low, axis))


@rule(np.median, ct="scalar")
def median(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    low, high = element(a, 0.5, axis, "lower"), element(a, 0.5, axis, "higher")
    return widened(0.5 * ct, axis, keepdims) * (shared(a, low, axis) + shared(a, high, axis))


def weights(a: Any, q: Any, axis: Any, method: Any) -> Any:
    """How the quantiles change with each element of `a`."""
    if method == "linear":
        at = q * (count(a, axis) - 1)
        steps = at_least_one(count(a, axis) - 1)
        low = element(a, at // 1.0 / steps, axis, "nearest")
        high = element(a, -(-at // 1.0) / steps, axis, "nearest")
        w = lined(at % 1.0, a)
        where = over(axis, q, a)
        return (1.0 - w) * shared(a, low, where) + w * shared(a, high, where)
    if method == "midpoint":
        low, high = element(a, q, axis, "lower"), element(a, q, axis, "higher")
        where = over(axis, q, a)
        return 0.5 * (shared(a, low, where) + shared(a, high, where))
    return shared(a, element(a, q, axis, method), over(axis, q, a))


def slope(a: Any, q: Any, axis: Any, keepdims: Any) -> Any:
    """How quantiles change with their places: by the step to the next element."""
    last = count(a, axis) - 1
    steps = at_least_one(last)
    k = np.minimum(q * last // 1.0, steps - 1)
    low = np.quantile(a, k / steps, axis=axis, method="nearest", keepdims=keepdims)
    high = np.quantile(a, np.minimum(k + 1, last) / steps, axis=axis, method="nearest", keepdims=keepdims)
    return last * (high - low)


def place_cotangent(ct: Any, a: Any, q: Any, axis: Any, method: Any, keepdims: Any) -> Any:
    """The cotangent of the places `q`: none where the result is one element, whatever the place."""
    if method != "linear":
        return None
    d = ct * slope(a, q, axis, keepdims)
    if np.ndim(q) == 0:
        return np.sum(d)
    return np.sum(np.reshape(d, (q.shape[0], -1)), axis=1)


@rule(np.quantile)
def quantile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    require_line(method, np.ndim(q))
    da = total(with_axes(ct, q, a, axis, keepdims) * weights(a, q, axis, method), q)
    return da, place_cotangent(ct, a, q, axis, method, keepdims)


@rule(np.percentile)
def percentile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    require_line(method, np.ndim(q))
    da = total(with_axes(ct, q, a, axis, keepdims) * weights(a, q / 100, axis, method), q)
    return da, place_cotangent(ct / 100, a, q / 100, axis, method, keepdims)


@rule(np.nanmedian, ct="scalar")
def nanmedian(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    low, high = element_without_nan(a, 0.5, axis, "lower"), element_without_nan(a, 0.5, axis, "higher")
    return widened(0.5 * ct, axis, keepdims) * (shared(a, low, axis) + shared(a, high, axis))


def weights_without_nan(out: Any, a: Any, q: Any, axis: Any, method: Any, keepdims: Any) -> Any:
    """How quantiles of what is no NaN change with each element of `a`."""
    value, where = with_axes(out, q, a, axis, keepdims), over(axis, q, a)
    if method == "linear" or method == "midpoint":
        low, high = element_without_nan(a, q, axis, "lower"), element_without_nan(a, q, axis, "higher")
        w = fraction(value, low, high)
        return (1.0 - w) * shared(a, low, where) + w * shared(a, high, where)
    return shared(a, value, where)


@rule(np.nanquantile, active=(0,))
def nanquantile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    require_line(method, np.ndim(q))
    w = weights_without_nan(out, a, q, axis, method, keepdims)
    return total(with_axes(ct, q, a, axis, keepdims) * w, q), None


@rule(np.nanpercentile, active=(0,))
def nanpercentile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    return nanquantile(ct, out, a, q / 100, axis=axis, method=method, keepdims=keepdims)


@rule(np.partition)
def partition(ct: Any, out: Any, a: Any, *, kth: Any, axis: Any = -1) -> Any:
    # which element went where is seen from both in order: np.argpartition may go another way
    in_order = np.take_along_axis(ct, np.argsort(out, axis, stable=True), axis)
    return scatter_add_along(in_order, a, np.argsort(a, axis, stable=True), axis)
