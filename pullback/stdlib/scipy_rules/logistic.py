"""Logistic functions, exponentials and powers, and what normalises exponentials, in `scipy.special`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special
from scipy.special import (
    boxcox,
    boxcox1p,
    cbrt,
    cosdg,
    cosm1,
    exp2,
    exp10,
    expit,
    expm1,
    exprel,
    inv_boxcox,
    inv_boxcox1p,
    log1p,
    log_expit,
    log_softmax,
    logit,
    logsumexp,
    powm1,
    sindg,
    softmax,
    tandg,
)

from pullback.stdlib.registry import elementwise, rule
from pullback.stdlib.rules.reductions import widened
from pullback.stdlib.scipy_rules.operations import weighted_logsumexp


@elementwise(expit)
def expit_(out: Any, x: Any) -> Any:
    return out * (1.0 - out)


@elementwise(logit)
def logit_(out: Any, x: Any) -> Any:
    return 1.0 / (x * (1.0 - x))


@elementwise(log_expit)
def log_expit_(out: Any, x: Any) -> Any:
    return expit(-x)


if hasattr(special, "softplus"):  # SciPy 1.17

    @elementwise(special.softplus)
    def softplus_(out: Any, x: Any) -> Any:
        return expit(x)


@rule(logsumexp, ct="scalar")
def logsumexp_(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    return widened(ct, axis, keepdims) * np.exp(a - widened(out, axis, keepdims))


@rule(weighted_logsumexp, ct="scalar")
def weighted_logsumexp_(ct: Any, out: Any, a: Any, b: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    share = widened(ct, axis, keepdims) * np.exp(a - widened(out, axis, keepdims))
    return b * share, share


@rule(softmax)
def softmax_(ct: Any, out: Any, x: Any, *, axis: Any = None) -> Any:
    return out * (ct - np.sum(ct * out, axis=axis, keepdims=True))


@rule(log_softmax)
def log_softmax_(ct: Any, out: Any, x: Any, *, axis: Any = None) -> Any:
    return ct - np.exp(out) * np.sum(ct, axis=axis, keepdims=True)


@elementwise(exp2)
def exp2_(out: Any, x: Any) -> Any:
    return out * math.log(2.0)


@elementwise(exp10)
def exp10_(out: Any, x: Any) -> Any:
    return out * math.log(10.0)


@elementwise(expm1)
def expm1_(out: Any, x: Any) -> Any:
    return out + 1.0


@elementwise(log1p)
def log1p_(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 + x)


@elementwise(cbrt)
def cbrt_(out: Any, x: Any) -> Any:
    return 1.0 / (3.0 * out * out)


@elementwise(cosm1)
def cosm1_(out: Any, x: Any) -> Any:
    return -np.sin(x)


@elementwise(sindg)
def sindg_(out: Any, x: Any) -> Any:
    return math.pi / 180.0 * cosdg(x)


@elementwise(cosdg)
def cosdg_(out: Any, x: Any) -> Any:
    return -math.pi / 180.0 * sindg(x)


@elementwise(tandg)
def tandg_(out: Any, x: Any) -> Any:
    return math.pi / 180.0 * (1.0 + out * out)


def slope_of_exprel(t: Any) -> Any:
    """The derivative of `(exp(t) - 1) / t`, which is 1/2 at 0."""
    near = 1 / 2 + t * (1 / 3 + t * (1 / 8 + t * (1 / 30 + t * (1 / 144 + t * (1 / 840)))))
    return np.where(np.abs(t) < 0.02, near, (t * np.exp(t) - np.expm1(t)) / (t * t + (t == 0.0)))


@elementwise(exprel)
def exprel_(out: Any, x: Any) -> Any:
    return slope_of_exprel(x)


@elementwise(powm1)
def powm1_(out: Any, x: Any, y: Any) -> Any:
    return y * x ** (y - 1.0), (out + 1.0) * np.log(x)


@elementwise(boxcox)
def boxcox_(out: Any, x: Any, lmbda: Any) -> Any:
    log = np.log(x)
    return x ** (lmbda - 1.0), log * log * slope_of_exprel(lmbda * log)


@elementwise(boxcox1p)
def boxcox1p_(out: Any, x: Any, lmbda: Any) -> Any:
    log = np.log1p(x)
    return (1.0 + x) ** (lmbda - 1.0), log * log * slope_of_exprel(lmbda * log)


@elementwise(inv_boxcox)
def inv_boxcox_(out: Any, y: Any, lmbda: Any) -> Any:
    log, slope = np.log(out), out ** (1.0 - lmbda)
    return slope, -log * log * slope_of_exprel(lmbda * log) * slope


@elementwise(inv_boxcox1p)
def inv_boxcox1p_(out: Any, y: Any, lmbda: Any) -> Any:
    log, slope = np.log1p(out), (1.0 + out) ** (1.0 - lmbda)
    return slope, -log * log * slope_of_exprel(lmbda * log) * slope
