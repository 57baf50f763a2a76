"""The error function, the normal distribution function, and their like, in `scipy.special`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import (
    dawsn,
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfi,
    erfinv,
    log_ndtr,
    ndtr,
    ndtri,
    ndtri_exp,
    owens_t,
    voigt_profile,
    wofz,
)

from pullback.stdlib.registry import elementwise, refused

refused(wofz, voigt_profile, way_round="For real arguments use erfcx and dawsn.")


@elementwise(erf)
def erf_(out: Any, x: Any) -> Any:
    return 2.0 / math.sqrt(math.pi) * np.exp(-x * x)


@elementwise(erfc)
def erfc_(out: Any, x: Any) -> Any:
    return -2.0 / math.sqrt(math.pi) * np.exp(-x * x)


@elementwise(erfi)
def erfi_(out: Any, x: Any) -> Any:
    return 2.0 / math.sqrt(math.pi) * np.exp(x * x)


FAR = 50.0
"""From here on what nearly cancels is a series in `1 / (2 x**2)`."""


@elementwise(erfcx)
def erfcx_(out: Any, x: Any) -> Any:
    u = 0.5 / np.square(np.maximum(x, FAR))
    series = -2.0 / math.sqrt(math.pi) * u * (1.0 - 3.0 * u * (1.0 - 5.0 * u * (1.0 - 7.0 * u)))
    return np.where(x > FAR, series, 2.0 * x * out - 2.0 / math.sqrt(math.pi))


@elementwise(dawsn)
def dawsn_(out: Any, x: Any) -> Any:
    u = 0.5 / np.square(np.maximum(np.abs(x), FAR))
    series = -u * (1.0 + 3.0 * u * (1.0 + 5.0 * u * (1.0 + 7.0 * u)))
    return np.where(np.abs(x) > FAR, series, 1.0 - 2.0 * x * out)


@elementwise(erfinv)
def erfinv_(out: Any, y: Any) -> Any:
    return 0.5 * math.sqrt(math.pi) * np.exp(out * out)


@elementwise(erfcinv)
def erfcinv_(out: Any, y: Any) -> Any:
    return -0.5 * math.sqrt(math.pi) * np.exp(out * out)


@elementwise(ndtr)
def ndtr_(out: Any, x: Any) -> Any:
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


@elementwise(ndtri)
def ndtri_(out: Any, y: Any) -> Any:
    return math.sqrt(2.0 * math.pi) * np.exp(0.5 * out * out)


@elementwise(ndtri_exp)
def ndtri_exp_(out: Any, y: Any) -> Any:
    return math.sqrt(2.0 * math.pi) * np.exp(y + 0.5 * out * out)


@elementwise(log_ndtr)
def log_ndtr_(out: Any, x: Any) -> Any:
    return math.sqrt(2.0 / math.pi) / erfcx(-math.sqrt(0.5) * x)


@elementwise(owens_t)
def owens_t_(out: Any, h: Any, a: Any) -> Any:
    dh = np.exp(-0.5 * h * h) * erf(math.sqrt(0.5) * a * h) / (-2.0 * math.sqrt(2.0 * math.pi))
    square = 1.0 + a * a
    return dh, np.exp(-0.5 * h * h * square) / (2.0 * math.pi * square)
