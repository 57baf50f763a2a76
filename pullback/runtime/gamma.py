"""The derivative of the incomplete gamma function in its first argument, which SciPy does not have."""

from __future__ import annotations

from typing import Any

import numpy as np


def gammainc_in_a(a: Any, x: Any) -> Any:
    """The derivative of `scipy.special.gammainc(a, x)` in `a`, for positive `a`.

    Its power series, differentiated term by term, where all terms have one sign; right of `a + 1` the continued
    fraction of what is left to 1. Both keep all digits but those that `x**a * exp(-x)` loses for large numbers.
    """
    dtypes = [v.dtype for v in (a, x) if hasattr(v, "dtype")]
    dtype = np.result_type(np.float32, *dtypes) if dtypes else np.float64
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    out = np.where((a > 0.0) & (x >= 0.0), 0.0, np.nan)
    within = (a > 0.0) & (x > 0.0) & (x < np.inf)
    for half, slope in ((x <= a + 1.0, slope_by_series), (x > a + 1.0, slope_by_fraction)):
        out[within & half] = slope(a[within & half], x[within & half])
    return out.astype(dtype)[()]


def slope_by_series(a: Any, x: Any) -> Any:
    """The sum of `x**(a + n) * exp(-x) / gamma(a + n + 1) * (log(x) - psi(a + n + 1))`."""
    from scipy.special import gammaln, psi, xlogy

    term, slope = np.exp(xlogy(a, x) - x - gammaln(a + 1.0)), np.log(x) - psi(a + 1.0)
    total, n = term * slope, 0
    while np.any(np.abs(term * slope) > 1e-17 * np.abs(total)):
        n += 1
        term, slope = term * (x / (a + n)), slope - 1.0 / (a + n)
        total = total + term * slope
    return total


def slope_by_fraction(a: Any, x: Any) -> Any:
    """By Lentz's method, the continued fraction and its derivative at once."""
    from scipy.special import gammaln, psi, xlogy

    b, c, dc = x + 1.0 - a, np.full_like(x, 1e300), np.zeros_like(x)
    d, dd = 1.0 / b, 1.0 / (b * b)
    h, dh, n = d, dd, 0
    moved = np.full_like(x, np.inf)
    while np.any(moved > 1e-15):
        n += 1
        b, part = b + 2.0, n * (a - n)
        c, dc = b + part / c, (n - part * (dc / c)) / c - 1.0
        below, dbelow = b + part * d, n * d + part * dd - 1.0
        d, dd = 1.0 / below, -dbelow / (below * below)
        step, dstep = c * d, c * dd + dc * d
        moved = np.abs(step - 1.0) + np.abs(h * dstep / dh)
        h, dh = h * step, dh * step + h * dstep
    return -np.exp(xlogy(a, x) - x - gammaln(a)) * (h * (np.log(x) - psi(a)) + dh)
