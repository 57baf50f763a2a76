"""NumPy's functions that work element by element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.runtime import halved
from pullback.stdlib.registry import elementwise, is_complex, rule


@elementwise(np.exp)
def exp(out: Any, x: Any) -> Any:
    return out


@elementwise(np.exp2)
def exp2(out: Any, x: Any) -> Any:
    return out * math.log(2.0)


@elementwise(np.expm1)
def expm1(out: Any, x: Any) -> Any:
    return out + 1.0


@elementwise(np.log)
def log(out: Any, x: Any) -> Any:
    return 1.0 / x


@elementwise(np.log2)
def log2(out: Any, x: Any) -> Any:
    return 1.0 / (x * math.log(2.0))


@elementwise(np.log10)
def log10(out: Any, x: Any) -> Any:
    return 1.0 / (x * math.log(10.0))


@elementwise(np.log1p)
def log1p(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 + x)


@elementwise(np.sqrt)
def sqrt(out: Any, x: Any) -> Any:
    return 0.5 / out


@elementwise(np.cbrt)
def cbrt(out: Any, x: Any) -> Any:
    return 1.0 / (3.0 * out * out)


@elementwise(np.square)
def square(out: Any, x: Any) -> Any:
    return 2.0 * x


@elementwise(np.reciprocal)
def reciprocal(out: Any, x: Any) -> Any:
    return -out * out


@elementwise(np.absolute)
def absolute(out: Any, x: Any) -> Any:
    return np.conjugate(x) / (out + (out == 0.0)) if is_complex(x) else np.sign(x)


@elementwise(np.fabs)
def fabs(out: Any, x: Any) -> Any:
    return np.sign(x)


@elementwise(np.sin)
def sin(out: Any, x: Any) -> Any:
    return np.cos(x)


@elementwise(np.cos)
def cos(out: Any, x: Any) -> Any:
    return -np.sin(x)


@elementwise(np.tan)
def tan(out: Any, x: Any) -> Any:
    return 1.0 + out * out


@elementwise(np.arcsin)
def arcsin(out: Any, x: Any) -> Any:
    return 1.0 / np.sqrt(1.0 - x * x)


@elementwise(np.arccos)
def arccos(out: Any, x: Any) -> Any:
    return -1.0 / np.sqrt(1.0 - x * x)


@elementwise(np.arctan)
def arctan(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 + x * x)


@elementwise(np.arctan2)
def arctan2(out: Any, y: Any, x: Any) -> Any:
    return x / (x * x + y * y), -y / (x * x + y * y)


@elementwise(np.sinh)
def sinh(out: Any, x: Any) -> Any:
    return np.cosh(x)


@elementwise(np.cosh)
def cosh(out: Any, x: Any) -> Any:
    return np.sinh(x)


@elementwise(np.tanh)
def tanh(out: Any, x: Any) -> Any:
    return 1.0 - out * out


@elementwise(np.arcsinh)
def arcsinh(out: Any, x: Any) -> Any:
    return 1.0 / np.sqrt(1.0 + x * x)


@elementwise(np.arccosh)
def arccosh(out: Any, x: Any) -> Any:
    if is_complex(x):
        return 1.0 / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0))
    return 1.0 / np.sqrt((x - 1.0) * (x + 1.0))


@elementwise(np.arctanh)
def arctanh(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 - x * x)


@elementwise(np.degrees, np.rad2deg)
def degrees(out: Any, x: Any) -> Any:
    return 180.0 / math.pi


@elementwise(np.radians, np.deg2rad)
def radians(out: Any, x: Any) -> Any:
    return math.pi / 180.0


@elementwise(np.hypot)
def hypot(out: Any, x: Any, y: Any) -> Any:
    return x / (out + (out == 0.0)), y / (out + (out == 0.0))


@elementwise(np.logaddexp)
def logaddexp(out: Any, x: Any, y: Any) -> Any:
    return np.exp(x - out), np.exp(y - out)


@elementwise(np.logaddexp2)
def logaddexp2(out: Any, x: Any, y: Any) -> Any:
    return np.exp2(x - out), np.exp2(y - out)


@elementwise(np.sinc)
def sinc(out: Any, x: Any) -> Any:
    t = math.pi * math.pi * x * x
    near_zero = -math.pi * math.pi * x / 3.0 * (1.0 - t / 10.0 * (1.0 - t / 28.0))
    return np.where(np.abs(x) < 0.01, near_zero, (np.cos(math.pi * x) - out) / (x + (x == 0.0)))


def divided(ct: Any, to_x: Any, to_y: Any) -> Any:
    """The cotangents of two operands, of which the result is one or the other: if it is both they share it."""
    tie = to_x & to_y
    return halved(ct * to_x, tie), halved(ct * to_y, tie)


@rule(halved)
def halved_(ct: Any, out: Any, d: Any, where: Any) -> Any:
    return halved(ct, where), None


@rule(np.maximum, ct="elementwise")
def maximum(ct: Any, out: Any, x: Any, y: Any) -> Any:
    return divided(ct, x >= y, y >= x)


@elementwise(np.maximum, active=(0,))
def maximum_with_constant(out: Any, x: Any, y: Any) -> Any:
    return out > y, None


@elementwise(np.maximum, active=(1,))
def maximum_of_constant(out: Any, x: Any, y: Any) -> Any:
    return None, out > x


@rule(np.minimum, ct="elementwise")
def minimum(ct: Any, out: Any, x: Any, y: Any) -> Any:
    return divided(ct, x <= y, y <= x)


@elementwise(np.minimum, active=(0,))
def minimum_with_constant(out: Any, x: Any, y: Any) -> Any:
    return out < y, None


@elementwise(np.minimum, active=(1,))
def minimum_of_constant(out: Any, x: Any, y: Any) -> Any:
    return None, out < x


@rule(np.fmax, np.fmin, ct="elementwise")
def fmax(ct: Any, out: Any, x: Any, y: Any) -> Any:
    return divided(ct, out == x, out == y)


@elementwise(np.fmax, np.fmin, active=(0,))
def fmax_with_constant(out: Any, x: Any, y: Any) -> Any:
    return out != y, None


@elementwise(np.fmax, np.fmin, active=(1,))
def fmax_of_constant(out: Any, x: Any, y: Any) -> Any:
    return None, out != x


@elementwise(np.fmod)
def fmod(out: Any, x: Any, y: Any) -> Any:
    return 1.0, -np.trunc(x / y)


@elementwise(np.copysign)
def copysign(out: Any, x: Any, y: Any) -> Any:
    return np.sign(x) * np.sign(out), 0.0


@elementwise(np.nextafter)
def nextafter(out: Any, x: Any, y: Any) -> Any:
    return 1.0, 0.0


@elementwise(np.heaviside)
def heaviside(out: Any, x: Any, y: Any) -> Any:
    return 0.0, x == 0.0


@elementwise(np.nan_to_num)
def nan_to_num(out: Any, x: Any, *, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    return np.isfinite(x)


@rule(np.conjugate, ct="elementwise")
def conjugate(ct: Any, out: Any, x: Any) -> Any:
    return np.conjugate(ct)


@rule(np.ldexp, ct="elementwise")
def ldexp(ct: Any, out: Any, x: Any, i: Any) -> Any:
    return np.ldexp(ct, i), None


@rule(np.where, ct="elementwise")
def where(ct: Any, out: Any, condition: Any, x: Any, y: Any) -> Any:
    return None, np.where(condition, ct, 0.0), np.where(condition, 0.0, ct)


@elementwise(np.clip)
def clip(out: Any, a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    if a_min is None:
        return a < a_max, None, a >= a_max
    if a_max is None:
        return a > a_min, a <= a_min, None
    return (a > a_min) & (a < a_max), (a <= a_min) & (a_min < a_max), (a >= a_max) | (a_min >= a_max)


@elementwise(np.clip, active=(0,))
def clip_between_constants(out: Any, a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    if a_min is None:
        return out < a_max, None, None
    if a_max is None:
        return out > a_min, None, None
    return (out > a_min) & (out < a_max), None, None
