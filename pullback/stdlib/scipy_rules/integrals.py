"""Integrals of exponentials, sines and logarithms, in `scipy.special`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import exp1, expi, expn, fresnel, shichi, sici, spence

from pullback.stdlib.registry import elementwise, known, refused, rule

refused(expn, way_round="There is a derivative in x only: pullback.stop_gradient makes the order a constant.")


@elementwise(expi)
def expi_(out: Any, x: Any) -> Any:
    return np.exp(x) / x


@elementwise(exp1)
def exp1_(out: Any, x: Any) -> Any:
    return -np.exp(-x) / x


@elementwise(expn, active=(1,))
def expn_(out: Any, n: Any, x: Any) -> Any:
    if known(n) and n > 0:
        return None, -expn(n - 1, x)
    return None, np.where(n == 0, -out * (1.0 + 1.0 / x), -expn(np.maximum(n - 1, 0), x))


@elementwise(spence)
def spence_(out: Any, z: Any) -> Any:
    w = z - 1.0
    near = -1.0 + w * (1 / 2 - w * (1 / 3 - w * (1 / 4 - w * (1 / 5))))
    return np.where(np.abs(w) < 0.001, near, -np.log1p(w) / (w + (w == 0.0)))


def times(ct: Any, slope: Any) -> Any:
    """A part of a cotangent; None if this item has none."""
    return None if ct is None else ct * slope


def both(a: Any, b: Any) -> Any:
    """The sum of what there is of two parts."""
    return b if a is None else a if b is None else a + b


@rule(sici, ct="parts")
def sici_(ct: Any, out: Any, x: Any) -> Any:
    return both(times(ct[0], np.sinc(x / math.pi)), times(ct[1], np.cos(x) / x))


@rule.forward(sici)
def moved_sici(tangents: Any, out: Any, x: Any) -> Any:
    return tangents[0] * np.sinc(x / math.pi), tangents[0] * (np.cos(x) / x)


def sinhc(x: Any) -> Any:
    """`sinh(x) / x`."""
    near = 1.0 + x * x * (1 / 6 + x * x * (1 / 120 + x * x * (1 / 5040)))
    return np.where(np.abs(x) < 0.05, near, np.sinh(x) / (x + (x == 0.0)))


@rule(shichi, ct="parts")
def shichi_(ct: Any, out: Any, x: Any) -> Any:
    return both(times(ct[0], sinhc(x)), times(ct[1], np.cosh(x) / x))


@rule.forward(shichi)
def moved_shichi(tangents: Any, out: Any, x: Any) -> Any:
    return tangents[0] * sinhc(x), tangents[0] * (np.cosh(x) / x)


@rule(fresnel, ct="parts")
def fresnel_(ct: Any, out: Any, z: Any) -> Any:
    angle = 0.5 * math.pi * z * z
    return both(times(ct[0], np.sin(angle)), times(ct[1], np.cos(angle)))


@rule.forward(fresnel)
def moved_fresnel(tangents: Any, out: Any, z: Any) -> Any:
    angle = 0.5 * math.pi * z * z
    return tangents[0] * np.sin(angle), tangents[0] * np.cos(angle)
