"""Bessel functions and their like, in `scipy.special`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import (
    airy,
    gamma,
    hankel1,
    hankel1e,
    hankel2,
    hankel2e,
    i0,
    i0e,
    i1,
    i1e,
    iv,
    ive,
    j0,
    j1,
    jv,
    jve,
    k0,
    k0e,
    k1,
    k1e,
    kn,
    kv,
    kve,
    modstruve,
    spherical_in,
    spherical_jn,
    spherical_kn,
    spherical_yn,
    struve,
    y0,
    y1,
    yn,
    yv,
    yve,
)

from pullback.stdlib.registry import elementwise, refused, rule
from pullback.stdlib.scipy_rules.integrals import both, times

refused(
    jv, jve, yv, yve, yn, iv, ive, kv, kve, kn, struve, modstruve, spherical_jn, spherical_yn, spherical_in,
    spherical_kn,
    way_round="There is a derivative in the argument only: pullback.stop_gradient makes the order a constant.",
)  # fmt: skip
refused(hankel1, hankel1e, hankel2, hankel2e, way_round="Use jv and yv, the real and the imaginary part.")


@elementwise(j0)
def j0_(out: Any, x: Any) -> Any:
    return -j1(x)


@elementwise(j1)
def j1_(out: Any, x: Any) -> Any:
    near = 1 / 2 - x * x * (1 / 16 - x * x * (1 / 384))
    return j0(x) - np.where(np.abs(x) < 0.02, near, out / (x + (x == 0.0)))


@elementwise(y0)
def y0_(out: Any, x: Any) -> Any:
    return -y1(x)


@elementwise(y1)
def y1_(out: Any, x: Any) -> Any:
    return y0(x) - out / x


@elementwise(jv, active=(1,))
def jv_(out: Any, v: Any, z: Any) -> Any:
    return None, 0.5 * (jv(v - 1, z) - jv(v + 1, z))


@elementwise(jve, active=(1,))
def jve_(out: Any, v: Any, z: Any) -> Any:
    return None, 0.5 * (jve(v - 1, z) - jve(v + 1, z))


@elementwise(yv, active=(1,))
def yv_(out: Any, v: Any, z: Any) -> Any:
    return None, 0.5 * (yv(v - 1, z) - yv(v + 1, z))


@elementwise(yve, active=(1,))
def yve_(out: Any, v: Any, z: Any) -> Any:
    return None, 0.5 * (yve(v - 1, z) - yve(v + 1, z))


@elementwise(yn, active=(1,))
def yn_(out: Any, n: Any, x: Any) -> Any:
    return None, 0.5 * (yn(n - 1, x) - yn(n + 1, x))


@elementwise(iv, active=(1,))
def iv_(out: Any, v: Any, z: Any) -> Any:
    return None, 0.5 * (iv(v - 1, z) + iv(v + 1, z))


@elementwise(ive, active=(1,))
def ive_(out: Any, v: Any, z: Any) -> Any:
    return None, 0.5 * (ive(v - 1, z) + ive(v + 1, z)) - np.sign(z) * out


@elementwise(kv, active=(1,))
def kv_(out: Any, v: Any, z: Any) -> Any:
    return None, -0.5 * (kv(v - 1, z) + kv(v + 1, z))


@elementwise(kve, active=(1,))
def kve_(out: Any, v: Any, z: Any) -> Any:
    return None, out - 0.5 * (kve(v - 1, z) + kve(v + 1, z))


@elementwise(kn, active=(1,))
def kn_(out: Any, n: Any, x: Any) -> Any:
    return None, -0.5 * (kn(n - 1, x) + kn(n + 1, x))


@elementwise(i0)
def i0_(out: Any, x: Any) -> Any:
    return i1(x)


def near_zero(x: Any) -> Any:
    """`i1(x) / x` where `x` is small."""
    return 1 / 2 + x * x * (1 / 16 + x * x * (1 / 384))


@elementwise(i1)
def i1_(out: Any, x: Any) -> Any:
    return i0(x) - np.where(np.abs(x) < 0.02, near_zero(x), out / (x + (x == 0.0)))


@elementwise(i0e)
def i0e_(out: Any, x: Any) -> Any:
    return i1e(x) - np.sign(x) * out


@elementwise(i1e)
def i1e_(out: Any, x: Any) -> Any:
    near = np.exp(-np.abs(x)) * near_zero(x)
    return i0e(x) - np.where(np.abs(x) < 0.02, near, out / (x + (x == 0.0))) - np.sign(x) * out


@elementwise(k0)
def k0_(out: Any, x: Any) -> Any:
    return -k1(x)


@elementwise(k1)
def k1_(out: Any, x: Any) -> Any:
    return -k0(x) - out / x


@elementwise(k0e)
def k0e_(out: Any, x: Any) -> Any:
    return out - k1e(x)


@elementwise(k1e)
def k1e_(out: Any, x: Any) -> Any:
    return out - k0e(x) - out / x


@elementwise(spherical_jn, active=(1,))
def spherical_jn_(out: Any, n: Any, z: Any, *, derivative: Any = False) -> Any:
    if derivative:
        return None, -2.0 * out / z - (1.0 - n * (n + 1) / (z * z)) * spherical_jn(n, z)
    return None, spherical_jn(n, z, derivative=True)


@elementwise(spherical_yn, active=(1,))
def spherical_yn_(out: Any, n: Any, z: Any, *, derivative: Any = False) -> Any:
    if derivative:
        return None, -2.0 * out / z - (1.0 - n * (n + 1) / (z * z)) * spherical_yn(n, z)
    return None, spherical_yn(n, z, derivative=True)


@elementwise(spherical_in, active=(1,))
def spherical_in_(out: Any, n: Any, z: Any, *, derivative: Any = False) -> Any:
    if derivative:
        return None, (1.0 + n * (n + 1) / (z * z)) * spherical_in(n, z) - 2.0 * out / z
    return None, spherical_in(n, z, derivative=True)


@elementwise(spherical_kn, active=(1,))
def spherical_kn_(out: Any, n: Any, z: Any, *, derivative: Any = False) -> Any:
    if derivative:
        return None, (1.0 + n * (n + 1) / (z * z)) * spherical_kn(n, z) - 2.0 * out / z
    return None, spherical_kn(n, z, derivative=True)


def between(v: Any, x: Any) -> Any:
    """What the recurrences of Struve functions have besides those of Bessel functions."""
    return (0.5 * x) ** v / (math.sqrt(math.pi) * gamma(v + 1.5))


@elementwise(struve, active=(1,))
def struve_(out: Any, v: Any, x: Any) -> Any:
    return None, 0.5 * (struve(v - 1, x) - struve(v + 1, x) + between(v, x))


@elementwise(modstruve, active=(1,))
def modstruve_(out: Any, v: Any, x: Any) -> Any:
    return None, 0.5 * (modstruve(v - 1, x) + modstruve(v + 1, x) + between(v, x))


@rule(airy, ct="parts")
def airy_(ct: Any, out: Any, z: Any) -> Any:
    of_ai = both(times(ct[0], out[1]), times(ct[1], z * out[0]))
    return both(of_ai, both(times(ct[2], out[3]), times(ct[3], z * out[2])))


@rule.forward(airy)
def moved_airy(tangents: Any, out: Any, z: Any) -> Any:
    dz = tangents[0]
    return dz * out[1], dz * (z * out[0]), dz * out[3], dz * (z * out[2])
