"""Elliptic integrals and hypergeometric functions, in `scipy.special`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import (
    ellipe,
    ellipeinc,
    ellipk,
    ellipkinc,
    ellipkm1,
    elliprd,
    elliprf,
    hyp0f1,
    hyp1f1,
    hyp2f1,
    hyperu,
    lambertw,
)

from pullback.stdlib.registry import elementwise, refused

refused(
    hyp0f1, hyp1f1, hyp2f1, hyperu,
    way_round="There is a derivative in the last argument only: pullback.stop_gradient makes the others constants.",
)  # fmt: skip
refused(
    ellipkinc, ellipeinc,
    way_round="There is a derivative in the amplitude only: pullback.stop_gradient makes the parameter a constant.",
)  # fmt: skip
refused(lambertw, way_round="Solve w * np.exp(w) == x by Newton's method, in a loop.")


@elementwise(ellipk)
def ellipk_(out: Any, m: Any) -> Any:
    return (out - elliprd(0.0, 1.0 - m, 1.0) / 3.0) / (2.0 * (1.0 - m))


@elementwise(ellipkm1)
def ellipkm1_(out: Any, p: Any) -> Any:
    return (elliprd(0.0, p, 1.0) / 3.0 - out) / (2.0 * p)


@elementwise(ellipe)
def ellipe_(out: Any, m: Any) -> Any:
    return -elliprd(0.0, 1.0 - m, 1.0) / 6.0


@elementwise(elliprf)
def elliprf_(out: Any, x: Any, y: Any, z: Any) -> Any:
    return -elliprd(y, z, x) / 6.0, -elliprd(x, z, y) / 6.0, -elliprd(x, y, z) / 6.0


@elementwise(elliprd)
def elliprd_(out: Any, x: Any, y: Any, z: Any) -> Any:
    dx = 0.5 * (elliprd(z, y, x) - out) / (x - z)
    dy = 0.5 * (elliprd(x, z, y) - out) / (y - z)
    return dx, dy, (-1.5 * out - x * dx - y * dy) / z


@elementwise(ellipkinc, active=(0,))
def ellipkinc_(out: Any, phi: Any, m: Any) -> Any:
    return 1.0 / np.sqrt(1.0 - m * np.square(np.sin(phi))), None


@elementwise(ellipeinc, active=(0,))
def ellipeinc_(out: Any, phi: Any, m: Any) -> Any:
    return np.sqrt(1.0 - m * np.square(np.sin(phi))), None


@elementwise(hyp0f1, active=(1,))
def hyp0f1_(out: Any, v: Any, z: Any) -> Any:
    return None, hyp0f1(v + 1.0, z) / v


@elementwise(hyp1f1, active=(2,))
def hyp1f1_(out: Any, a: Any, b: Any, x: Any) -> Any:
    return None, None, a / b * hyp1f1(a + 1.0, b + 1.0, x)


@elementwise(hyp2f1, active=(3,))
def hyp2f1_(out: Any, a: Any, b: Any, c: Any, z: Any) -> Any:
    return None, None, None, a * b / c * hyp2f1(a + 1.0, b + 1.0, c + 1.0, z)


@elementwise(hyperu, active=(2,))
def hyperu_(out: Any, a: Any, b: Any, x: Any) -> Any:
    return None, None, -a * hyperu(a + 1.0, b + 1.0, x)
