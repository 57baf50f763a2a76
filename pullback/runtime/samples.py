"""Integrals of samples."""

from __future__ import annotations

from typing import Any

import numpy as np


def simpson_weights(y: Any, x: Any, dx: Any, axis: int) -> Any:
    """How much each of the samples `y` counts in `scipy.integrate.simpson`, for all lines along `axis` or for each."""
    n = y.shape[axis]
    if x is None and n > 3:
        w = np.full(n, 2.0 * dx / 3.0, y.dtype if y.dtype.kind == "f" else None)
        w[1 : n - 2 + n % 2 : 2] *= 2.0
        w[0] *= 0.5
        if n % 2 == 0:  # the last step is beside the parabolas
            w[-3:] = 1.25 * dx, dx, 5.0 * dx / 12.0
        else:
            w[-1] *= 0.5
        return np.reshape(w, (n, *[1 for _ in range(y.ndim - 1 - axis)]))
    line = x is None or np.ndim(x) == 1
    h = np.full(n - 1, dx) if x is None else np.diff(x) if line else np.moveaxis(np.diff(x, axis=axis), axis, -1)
    h = h.astype(y.dtype) if y.dtype.kind == "f" else h
    w = np.zeros((*h.shape[:-1], n), h.dtype)
    m = n - 1 + n % 2  # of an even number the last one is beside the parabolas
    first, second = h[..., 0 : m - 1 : 2], h[..., 1 : m - 1 : 2]
    both = first + second
    ratio = np.divide(first, second, out=np.zeros_like(first), where=second != 0)
    inverse = np.divide(1.0, ratio, out=np.zeros_like(first), where=ratio != 0)
    w[..., 0 : max(m - 2, 0) : 2] += both / 6.0 * (2.0 - inverse)
    w[..., 1 : m - 1 : 2] += both / 6.0 * both * np.divide(
        both, first * second, out=np.zeros_like(first), where=first * second != 0
    )
    w[..., 2:m:2] += both / 6.0 * (2.0 - ratio)
    if n == 2:
        w[...] = 0.5 * h
    elif n % 2 == 0:
        a, b = h[..., -2], h[..., -1]
        w[..., -1] += (2.0 * b**2 + 3.0 * a * b) / (6.0 * (a + b))
        w[..., -2] += (b**2 + 3.0 * a * b) / (6.0 * a)
        w[..., -3] -= b**3 / (6.0 * a * (a + b))
    if line:
        return np.reshape(w, (n, *[1 for _ in range(y.ndim - 1 - axis)]))
    return np.moveaxis(w, -1, axis)
