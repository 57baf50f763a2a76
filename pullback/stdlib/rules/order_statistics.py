"""Medians, quantiles, ranges and orders: the cotangent goes to the elements that the result is, or lies between.

Equal elements share it, as they do in `np.max`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import at_least_one, fraction, places_in_order, scatter_along
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


def shared(ct: Any, a: Any, value: Any, axis: Any) -> Any:
    """What comes back to `a` from the cotangent of its element that `value` is: several that are equal share it."""
    hit = a == value
    if axis is None:
        return ct / np.sum(hit, dtype=a.dtype) * hit
    return ct / np.sum(hit, axis=axis, dtype=a.dtype, keepdims=True) * hit


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


@rule(np.ptp, ct="scalar")
def ptp(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    if axis is None:
        return shared(ct, a, np.max(a), None) + shared(-ct, a, np.min(a), None)
    high, low = np.max(a, axis=axis, keepdims=True), np.min(a, axis=axis, keepdims=True)
    ct = widened(ct, axis, keepdims)
    return shared(ct, a, high, axis) + shared(-ct, a, low, axis)


@rule(np.median, ct="scalar")
def median(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    low, high = element(a, 0.5, axis, "lower"), element(a, 0.5, axis, "higher")
    half = widened(0.5 * ct, axis, keepdims)
    return shared(half, a, low, axis) + shared(half, a, high, axis)


def up_to(places: Any, end: Any) -> Any:
    """Places before `end` or there; one place stays a plain number, beside which arrays keep their dtype."""
    return min(places, end) if np.ndim(places) == 0 else np.minimum(places, end)


def neighbours(a: Any, q: Any, axis: Any) -> Any:
    """The two elements between which a quantile lies, and how far it is from the first one, from 0 to 1."""
    last = count(a, axis) - 1
    steps = at_least_one(last)
    at = q * last
    k = up_to(at // 1.0, steps - 1)
    low = element(a, k / steps, axis, "nearest")
    return low, element(a, up_to(k + 1, last) / steps, axis, "nearest"), at - k


def to_elements(ct: Any, a: Any, q: Any, axis: Any, method: Any) -> Any:
    """What comes back to each element of `a` from quantiles, whose cotangent has the axes over which they are."""
    where = over(axis, q, a)
    if method == "linear":
        low, high, w = neighbours(a, q, axis)
        w = lined(w, a)
        d = shared(ct * (1.0 - w), a, low, where) + shared(ct * w, a, high, where)
    elif method == "midpoint":
        low, high = element(a, q, axis, "lower"), element(a, q, axis, "higher")
        d = shared(0.5 * ct, a, low, where) + shared(0.5 * ct, a, high, where)
    else:
        d = shared(ct, a, element(a, q, axis, method), where)
    return np.sum(d, axis=0) if np.ndim(q) > 0 else d


def to_places(ct: Any, a: Any, q: Any, axis: Any, method: Any) -> Any:
    """The cotangent of the places `q`, by the step to the next element: none where the result is one element."""
    if method != "linear":
        return None
    low, high, _ = neighbours(a, q, axis)
    d = ct * ((count(a, axis) - 1) * (high - low))
    return np.sum(d) if np.ndim(q) == 0 else np.sum(np.reshape(d, (q.shape[0], -1)), axis=1)


@rule(np.quantile)
def quantile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    require_line(method, np.ndim(q))
    ct = with_axes(ct, q, a, axis, keepdims)
    return to_elements(ct, a, q, axis, method), to_places(ct, a, q, axis, method)


@rule(np.percentile)
def percentile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    require_line(method, np.ndim(q))
    ct = with_axes(ct, q, a, axis, keepdims)
    return to_elements(ct, a, q / 100, axis, method), to_places(ct / 100, a, q / 100, axis, method)


@rule(np.nanmedian, ct="scalar")
def nanmedian(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    low, high = element_without_nan(a, 0.5, axis, "lower"), element_without_nan(a, 0.5, axis, "higher")
    half = widened(0.5 * ct, axis, keepdims)
    return shared(half, a, low, axis) + shared(half, a, high, axis)


@rule(np.nanquantile, active=(0,))
def nanquantile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    require_line(method, np.ndim(q))
    where, ct, value = over(axis, q, a), with_axes(ct, q, a, axis, keepdims), with_axes(out, q, a, axis, keepdims)
    if method == "linear" or method == "midpoint":
        low, high = element_without_nan(a, q, axis, "lower"), element_without_nan(a, q, axis, "higher")
        w = fraction(value, low, high)
        d = shared(ct * (1.0 - w), a, low, where) + shared(ct * w, a, high, where)
    else:
        d = shared(ct, a, value, where)
    return (np.sum(d, axis=0) if np.ndim(q) > 0 else d), None


@rule(np.nanpercentile, active=(0,))
def nanpercentile(
    ct: Any, out: Any, a: Any, q: Any, *, axis: Any = None, method: Any = "linear", keepdims: Any = False
) -> Any:
    return nanquantile(ct, out, a, q / 100, axis=axis, method=method, keepdims=keepdims)


@rule(np.partition)
def partition(ct: Any, out: Any, a: Any, *, kth: Any, axis: Any = -1) -> Any:
    # which element went where is seen from both in order: np.argpartition may go another way
    in_order = np.sort(out, axis)
    sorted_ct = np.take_along_axis(ct, places_in_order(out, in_order, axis), axis)
    return scatter_along(sorted_ct, a, places_in_order(a, in_order, axis), axis)
