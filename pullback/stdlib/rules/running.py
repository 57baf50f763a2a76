"""Running products and sums, from the first element of an axis on."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import carried_back, of_running_products
from pullback.stdlib.registry import rule
from pullback.stdlib.rules.building import part
from pullback.stdlib.rules.reductions import cumsum


def without_last(out: Any, a: Any) -> Any:
    """For each element of `a` the product of those before it."""
    if a.ndim == 1:
        return np.concatenate((np.ones_like(a[:1]), out[:-1]))
    return np.concatenate((np.ones_like(a[..., :1]), out[..., :-1]), axis=-1)


@rule(of_running_products)
def of_running_products_(ct: Any, out: Any, dproducts: Any, products: Any, a: Any) -> Any:
    back, before = carried_back(dproducts, a), without_last(products, a)
    ddproducts, da = carried_back_(ct * before, back, dproducts, a)
    moved = ct * back
    dproducts_before = np.concatenate((moved[..., 1:], np.zeros_like(moved[..., :1])), axis=-1)
    return ddproducts, dproducts_before, da


@rule(np.cumprod, whole=True)
def cumprod(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None:
        if a.ndim == 1:
            return of_running_products(ct, out, a)
        return np.reshape(of_running_products(ct, out, np.ravel(a)), np.shape(a))
    if axis == -1 or axis == a.ndim - 1:
        return of_running_products(ct, out, a)
    last = of_running_products(np.moveaxis(ct, axis, -1), np.moveaxis(out, axis, -1), np.moveaxis(a, axis, -1))
    return np.moveaxis(last, -1, axis)


def carried(g: Any, a: Any) -> Any:
    """`y[k] = g[k] + a[k] * y[k - 1]` along the last axis."""
    # of arrays in the other order, with the factors one place later
    return np.flip(carried_back(np.flip(g, -1), np.roll(np.flip(a, -1), 1, -1)), -1)


@rule.forward(np.cumprod)
def moved_cumprod(tangents: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None) -> Any:
    if axis is None:
        return through_factors(np.ravel(tangents[0]), out, np.ravel(a))
    if axis == -1 or axis == a.ndim - 1:
        return through_factors(tangents[0], out, a)
    last = through_factors(np.moveaxis(tangents[0], axis, -1), np.moveaxis(out, axis, -1), np.moveaxis(a, axis, -1))
    return np.moveaxis(last, -1, axis)


def through_factors(da: Any, out: Any, a: Any) -> Any:
    """The tangent of the running products `out` of `a` along the last axis."""
    return carried(without_last(out, a) * da, a)


@rule(carried_back)
def carried_back_(ct: Any, out: Any, g: Any, a: Any) -> Any:
    dg = carried(ct, a)
    before = np.concatenate((np.zeros_like(dg[..., :1]), dg[..., :-1]), axis=-1)
    return dg, before * out


if hasattr(np, "cumulative_sum"):  # NumPy 2.1

    @rule(np.cumulative_sum)
    def cumulative_sum(
        ct: Any, out: Any, x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False
    ) -> Any:
        along = 0 if axis is None else axis
        return cumsum(part(ct, 1, None, along) if include_initial else ct, out, x, axis=along)

    @rule(np.cumulative_prod)
    def cumulative_prod(
        ct: Any, out: Any, x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False
    ) -> Any:
        along = 0 if axis is None else axis
        if include_initial:
            return cumprod(part(ct, 1, None, along), part(out, 1, None, along), x, axis=along)
        return cumprod(ct, out, x, axis=along)

    @rule.forward(np.cumulative_prod)
    def moved_cumulative_prod(
        tangents: Any, out: Any, x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False
    ) -> Any:
        along = 0 if axis is None else axis
        if include_initial:
            moved = moved_cumprod(tangents, part(out, 1, None, along), x, axis=along)
            return np.concatenate((np.zeros_like(part(out, None, 1, along)), moved), axis=along)
        return moved_cumprod(tangents, out, x, axis=along)


@rule(np.nancumsum)
def nancumsum(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None) -> Any:
    return np.where(np.isnan(a), 0.0, cumsum(ct, out, a, axis=axis))


@rule(np.nancumprod)
def nancumprod(ct: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None) -> Any:
    missing = np.isnan(a)
    return np.where(missing, 0.0, cumprod(ct, out, np.where(missing, 1.0, a), axis=axis))
