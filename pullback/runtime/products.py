"""Products that leave one factor out, and what comes back through a running product."""

from __future__ import annotations

from typing import Any

import numpy as np


def product_of_others(a: Any) -> Any:
    """For each element the product of the others along the last axis; zeros are welcome.

    Where no product is 0 or infinite, the whole one is divided by each element.
    """
    whole = np.prod(a, axis=-1, keepdims=True)
    size = np.abs(whole)
    if size.size and np.min(size) > np.finfo(size.dtype).tiny and np.max(size) < np.inf:
        return whole / a
    before, after = np.ones_like(a), np.ones_like(a)
    np.cumprod(a[..., :-1], axis=-1, out=before[..., 1:])
    np.cumprod(a[..., :0:-1], axis=-1, out=after[..., 1:])
    before *= after[..., ::-1]
    return before


def cofactors(a: Any) -> Any:
    """The cofactor of each element of each matrix: the determinant without its row and column, with its sign.

    That is the inverse, turned, times the determinant; where this is lost to rounding, singular vectors tell.
    """
    try:
        inverse = np.linalg.inv(a)
        squares = [np.einsum("...ij,...ij->...", x, x.conj()).real for x in (a, inverse)]
        if np.all(squares[0] * squares[1] * np.finfo(a.dtype).eps < 1.0):
            return np.linalg.det(a)[..., None, None] * np.swapaxes(inverse, -1, -2)
    except np.linalg.LinAlgError:
        pass
    u, s, vh = np.linalg.svd(a)
    one = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate((one, s[..., :-1]), axis=-1), axis=-1)
    after = np.cumprod(np.concatenate((one, s[..., :0:-1]), axis=-1), axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return (u.conj() * (sign[..., None] * before * after[..., ::-1])[..., None, :]) @ vh.conj()


def carried_back(g: Any, a: Any) -> Any:
    """`y[k] = g[k] + a[k + 1] * y[k + 1]` along the last axis, from its end: the cotangents of later products.

    Pairs are joined, again and again, so that the work is a few passes over whole arrays.
    """
    n = g.shape[-1]
    if n < 2:
        return g.copy()
    one, other = a[..., 1::2], np.concatenate((a[..., 2::2], np.ones_like(a[..., : 1 - n % 2])), axis=-1)
    pairs = g[..., : n - 1 : 2] + one * g[..., 1::2]
    last = g[..., n - n % 2 :]
    steps = np.concatenate((a[..., :1], one * other), axis=-1)[..., : (n + 1) // 2]
    half = carried_back(np.concatenate((pairs, last), axis=-1), steps)
    out = np.empty((*half.shape[:-1], n), half.dtype)
    out[..., ::2] = half
    out[..., 1::2] = g[..., 1::2]
    out[..., 1 : n - 1 : 2] += other[..., : (n - 1) // 2] * half[..., 1:]
    return out


def of_running_products(ct: Any, out: Any, a: Any) -> Any:
    """The cotangent of `a` from that of its running products `out` along the last axis; zeros in `a` are welcome.

    Where no product is 0 or infinite, later ones are divided by each element; elsewhere they are multiplied anew.
    """
    size = np.abs(out)
    if size.size and np.min(size) > np.finfo(size.dtype).tiny and np.max(size) < np.inf:
        return np.cumsum((ct * out)[..., ::-1], axis=-1)[..., ::-1] / a
    before = np.concatenate((np.ones_like(a[..., :1]), out[..., :-1]), axis=-1)
    return before * carried_back(ct, a)


def fraction(value: Any, low: Any, high: Any) -> Any:
    """Where `value` lies between `low` and `high`, from 0 to 1; 0 where the two are equal."""
    return (value - low) / (high - low + (high == low))
