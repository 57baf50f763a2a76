"""Matrices that are made of lines of elements, or of blocks: of `scipy.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from pullback.stdlib.registry import Unsupported, fresh, rule, static

fresh(linalg.toeplitz, linalg.hankel, linalg.circulant, linalg.block_diag)


def slants(a: Any) -> Any:
    """The sums of the elements of a matrix whose two indices have one sum: each row is moved on by one place more."""
    m, n = a.shape
    flat = np.ravel(np.pad(a, ((0, 0), (0, m))))[: m * (m + n - 1)]
    return np.sum(np.reshape(flat, (m, m + n - 1)), axis=0)


def after_zero(d: Any, like: Any) -> Any:
    """Cotangents of all elements but the first, which has none."""
    return np.concatenate((np.zeros_like(like[:1]), d))


@rule(linalg.toeplitz, whole=True)
def toeplitz(ct: Any, out: Any, c: Any, r: Any = None) -> Any:
    require_line("scipy.linalg.toeplitz", c.ndim)
    n = out.shape[1]
    diagonals = slants(np.fliplr(ct))
    above = np.flip(diagonals[: n - 1])
    if r is None:
        return diagonals[n - 1 :] + after_zero(above, c)
    return diagonals[n - 1 :], after_zero(above, r)


@static
def require_line(what: str, ndim: int) -> None:
    """Refuse anything but a line of elements."""
    if ndim != 1:
        raise Unsupported(f"{what} of more than one axis", "Pass a line of elements.")


@rule(linalg.hankel, whole=True)
def hankel(ct: Any, out: Any, c: Any, r: Any = None) -> Any:
    require_line("scipy.linalg.hankel", c.ndim)
    m, diagonals = out.shape[0], slants(ct)
    if r is None:
        return diagonals[:m]
    return diagonals[:m], after_zero(diagonals[m:], r)


@rule(linalg.circulant, whole=True)
def circulant(ct: Any, out: Any, c: Any) -> Any:
    require_line("scipy.linalg.circulant", c.ndim)
    n, diagonals = c.shape[0], slants(np.fliplr(ct))
    return diagonals[n - 1 :] + after_zero(diagonals[: n - 1], c)


def blocks(ct: Any, arrs: Any, i: Any, j: Any) -> Any:
    """The blocks of a matrix from a row and a column on, in the shapes of arrays."""
    if not arrs:
        return ()
    a = arrs[0]
    rows, width = a.shape[0] if a.ndim == 2 else 1, a.shape[-1] if a.ndim > 0 else 1
    part = ct[i : i + rows, j : j + width]
    return (part if a.ndim == 2 else np.reshape(part, a.shape), *blocks(ct, arrs[1:], i + rows, j + width))


@rule(linalg.block_diag, whole=True)
def block_diag(ct: Any, out: Any, *arrs: Any) -> Any:
    found = blocks(ct, arrs, 0, 0)
    return found[0] if len(arrs) == 1 else found
