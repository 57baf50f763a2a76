"""Reductions of what is no NaN: the elements that are have the derivative 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import rule
from pullback.stdlib.rules.reductions import max_, prod, widened


@rule(np.nanmax, np.nanmin, ct="scalar")
def nanmax(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    return max_(ct, out, a, axis=axis, keepdims=keepdims)


@rule(np.nanprod, ct="scalar")
def nanprod(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, keepdims: Any = False) -> Any:
    missing = np.isnan(a)
    return np.where(missing, 0.0, prod(ct, out, np.where(missing, 1.0, a), axis=axis, keepdims=keepdims))


def deviation(a: Any, axis: Any) -> Any:
    """How far the elements are from their mean, 0 for what is NaN."""
    mean = np.nanmean(a) if axis is None else np.nanmean(a, axis=axis, keepdims=True)
    return np.where(np.isnan(a), 0.0, a - mean)


def freedom(a: Any, axis: Any, ddof: Any) -> Any:
    """The number of elements that are no NaN, less `ddof`."""
    counted = np.logical_not(np.isnan(a))
    if axis is None:
        n = np.sum(counted, dtype=a.dtype)
    else:
        n = np.sum(counted, axis=axis, dtype=a.dtype, keepdims=True)
    return n if ddof == 0 else n - ddof


@rule(np.nanvar, ct="scalar")
def nanvar(
    ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: Any = False
) -> Any:
    return widened(2.0 * ct, axis, keepdims) / freedom(a, axis, ddof) * deviation(a, axis)


@rule(np.nanstd, ct="scalar")
def nanstd(
    ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: Any = False
) -> Any:
    return widened(ct / (out + (out == 0.0)), axis, keepdims) / freedom(a, axis, ddof) * deviation(a, axis)
