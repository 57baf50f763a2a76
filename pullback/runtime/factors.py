"""What comes back through the factor of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np


def require_real(x: Any, what: str) -> Any:
    """`x`, which is real where the matrix that it is a function of allows it. Raises ValueError for complex numbers."""
    if np.iscomplexobj(x):
        raise ValueError(f"{what} is complex though the matrix is real, and has no derivative here")
    return x


def through_cholesky(ct: Any, factor: Any) -> Any:
    """The cotangent of a symmetric matrix, which is symmetric, from that of its lower factor.

    Large ones go back block by block (Murray, arXiv:1602.07527), so that products of matrices do the work.
    """
    if np.iscomplexobj(factor):
        inverse, inner = np.linalg.inv(factor), np.swapaxes(factor, -1, -2) @ np.tril(ct)
        low, one = np.tril(inner, -1), np.eye(factor.shape[-1], dtype=inner.real.dtype)
        middle = low + np.swapaxes(low.conj(), -1, -2) + one * inner.real
        return 0.5 * (np.swapaxes(inverse, -1, -2) @ middle @ inverse.conj())
    n, size = factor.shape[-1], 64
    g = np.tril(ct)
    for end in range(n, 0, -size):
        start = max(end - size, 0)
        rows, block = factor[..., start:end, :start], factor[..., start:end, start:end]
        inverse = np.linalg.inv(block)
        below, g_below = factor[..., end:, start:end], g[..., end:, start:end]
        g_below[...] = g_below @ inverse
        g[..., end:, :start] -= g_below @ rows
        d = np.tril(g[..., start:end, start:end] - np.swapaxes(g_below, -1, -2) @ below)
        inner = np.tril(np.swapaxes(block, -1, -2) @ d)
        inner = inner + np.swapaxes(np.tril(inner, -1), -1, -2)
        d = np.swapaxes(inverse, -1, -2) @ inner @ inverse
        g[..., start:end, :start] -= np.swapaxes(g_below, -1, -2) @ factor[..., end:, :start] + d @ rows
        g[..., start:end, start:end] = np.tril(d, -1)
        g[..., range(start, end), range(start, end)] = 0.5 * np.diagonal(d, axis1=-2, axis2=-1)
    return 0.5 * (g + np.swapaxes(g, -1, -2))
