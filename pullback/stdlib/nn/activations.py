"""Activations: functions of numbers, element by element, that keep dtypes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.stdlib.nn.normalised import sigmoid


def relu(x: Any) -> Any:
    """max(x, 0); the derivative at 0 is 0."""
    return np.maximum(x, 0.0)


def relu6(x: Any) -> Any:
    """`relu`, and 6 at most."""
    return np.clip(x, 0.0, 6.0)


def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x where it is positive, `slope * x` elsewhere."""
    return np.where(x > 0.0, x, slope * x)


def prelu(x: Any, slope: Any) -> Any:
    """`leaky_relu` with a slope that is learnt, for each of the last axis for instance."""
    return np.where(x > 0.0, x, slope * x)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, `alpha * (exp(x) - 1)` elsewhere (Clevert and others, 2016)."""
    return np.where(x > 0.0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def selu(x: Any) -> Any:
    """A scaled `elu` that keeps mean 0 and variance 1 (Klambauer and others, 2017)."""
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), which does not overflow."""
    return np.logaddexp(x, 0.0)


def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x))."""
    return -np.logaddexp(-x, 0.0)


def softsign(x: Any) -> Any:
    """x / (1 + abs(x))."""
    return x / (1.0 + np.abs(x))


def silu(x: Any) -> Any:
    """x * sigmoid(x), also called swish."""
    return x * sigmoid(x)


def mish(x: Any) -> Any:
    """x * tanh(softplus(x)) (Misra, 2019)."""
    return x * np.tanh(softplus(x))


def gelu(x: Any) -> Any:
    """x times the normal distribution function of x, in its form with tanh (Hendrycks and Gimpel, 2016).

    `x * scipy.special.ndtr(x)` is the exact one; they differ by less than 5e-4.
    """
    return 0.5 * x * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)))


def hard_sigmoid(x: Any) -> Any:
    """x / 6 + 1/2, between 0 and 1."""
    return np.clip(x / 6.0 + 0.5, 0.0, 1.0)


def hard_silu(x: Any) -> Any:
    """x * hard_sigmoid(x), also called hard swish."""
    return x * hard_sigmoid(x)


def hard_tanh(x: Any) -> Any:
    """x between -1 and 1."""
    return np.clip(x, -1.0, 1.0)


def glu(x: Any, axis: int = -1) -> Any:
    """The first half along `axis` times the sigmoid of the second half (Dauphin and others, 2017)."""
    a, b = np.split(x, 2, axis=axis)
    return a * sigmoid(b)
