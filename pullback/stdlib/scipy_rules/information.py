"""Entropies, and losses of residuals, in `scipy.special`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import entr, huber, kl_div, pseudo_huber, rel_entr, xlog1py, xlogy

from pullback.stdlib.registry import elementwise


def ratio(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where both are 0."""
    return x / (y + ((x == 0.0) & (y == 0.0)))


@elementwise(xlogy)
def xlogy_(out: Any, x: Any, y: Any) -> Any:
    return np.log(y), ratio(x, y)


@elementwise(xlog1py)
def xlog1py_(out: Any, x: Any, y: Any) -> Any:
    return np.log1p(y), ratio(x, 1.0 + y)


@elementwise(entr)
def entr_(out: Any, x: Any) -> Any:
    return -1.0 - np.log(x)


@elementwise(rel_entr)
def rel_entr_(out: Any, x: Any, y: Any) -> Any:
    return 1.0 + np.log(x / y), -ratio(x, y)


@elementwise(kl_div)
def kl_div_(out: Any, x: Any, y: Any) -> Any:
    return np.log(x / y), 1.0 - ratio(x, y)


@elementwise(huber)
def huber_(out: Any, delta: Any, r: Any) -> Any:
    return np.maximum(np.abs(r) - delta, 0.0), np.clip(r, -delta, delta)


@elementwise(pseudo_huber)
def pseudo_huber_(out: Any, delta: Any, r: Any) -> Any:
    q = r / delta
    s = np.sqrt(1.0 + q * q)
    return 2.0 * out / delta - q * r / s, r / s
