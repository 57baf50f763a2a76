"""Python's arithmetic, and the NumPy functions that it stands for on arrays."""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from pullback.stdlib.registry import elementwise, is_complex, known


@elementwise(operator.add, np.add)
def add(out: Any, x: Any, y: Any) -> Any:
    return 1.0, 1.0


@elementwise(operator.sub, np.subtract)
def subtract(out: Any, x: Any, y: Any) -> Any:
    return 1.0, -1.0


@elementwise(operator.mul, np.multiply)
def multiply(out: Any, x: Any, y: Any) -> Any:
    return y, x


@elementwise(operator.truediv, np.divide)
def divide(out: Any, x: Any, y: Any) -> Any:
    return 1.0 / y, -out / y


@elementwise(operator.mod, np.remainder)
def remainder(out: Any, x: Any, y: Any) -> Any:
    return 1.0, -(x // y)


@elementwise(operator.neg, np.negative)
def negative(out: Any, x: Any) -> Any:
    return -1.0


@elementwise(operator.pos, np.positive)
def positive(out: Any, x: Any) -> Any:
    return 1.0


@elementwise(builtins.abs, operator.abs)
def absolute(out: Any, x: Any) -> Any:
    if is_complex(x):
        return np.conjugate(x) / (out + (out == 0.0))
    if np.ndim(x) == 0:
        return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0
    return np.sign(x)


def power_of_base(out: Any, x: Any, y: Any) -> Any:
    """`y * x ** (y - 1)`, and 0 for the exponent 0, also at x = 0 where the second factor is infinite."""
    if known(y):
        if y == 0:
            return 0.0
        if y == 1:
            return 1.0
        if y == 2:
            return 2.0 * x
        if y == 3:
            return 3.0 * x * x
        if y == 4:
            return 4.0 * x * x * x
        if y == 0.5:
            return 0.5 / out
        if y == -1:
            return -out * out
        return y * x ** (y - 1)
    if isinstance(y, int):
        return y * x ** (y - (y != 0))
    # where x is not 0 the plain form stays, so that its own derivative in y is right at y = 0
    return y * x ** (y - ((x != 0) | (y != 0)))


def power_of_exponent(out: Any, x: Any, y: Any) -> Any:
    """`out * log(x)`, and 0 for the base 0."""
    if is_complex(x) or is_complex(y):
        return out * np.log(x + (x == 0) + 0j)
    if known(x):
        if x > 0:
            return out * math.log(x)
        if x == 0:
            return 0.0
    if np.ndim(x) == 0:
        return out * (math.log(x) if x > 0.0 else 0.0 if x == 0.0 else math.nan)
    return out * np.log(x + (x == 0))


@elementwise(operator.pow, builtins.pow, np.power, np.float_power)
def power(out: Any, x: Any, y: Any) -> Any:
    return power_of_base(out, x, y), power_of_exponent(out, x, y)


@elementwise(operator.pow, builtins.pow, np.power, np.float_power, active=(0,))
def power_constant_exponent(out: Any, x: Any, y: Any) -> Any:
    return power_of_base(out, x, y), None


@elementwise(operator.pow, builtins.pow, np.power, np.float_power, active=(1,))
def power_constant_base(out: Any, x: Any, y: Any) -> Any:
    return None, power_of_exponent(out, x, y)


@elementwise(builtins.float, np.float16, np.float32, np.float64)
def cast(out: Any, x: Any) -> Any:
    return 1.0


@elementwise(builtins.max)
def larger(out: Any, x: Any, y: Any) -> Any:
    half = 0.5 if x == y else 0.0
    return (1.0 if x > y else half), (1.0 if y > x else half)


@elementwise(builtins.max, active=(0,))
def larger_than_constant(out: Any, x: Any, y: Any) -> Any:
    return (1.0 if x > y else 0.0), None


@elementwise(builtins.max, active=(1,))
def larger_than_constant_first(out: Any, x: Any, y: Any) -> Any:
    return None, (1.0 if y > x else 0.0)


@elementwise(builtins.min)
def smaller(out: Any, x: Any, y: Any) -> Any:
    half = 0.5 if x == y else 0.0
    return (1.0 if x < y else half), (1.0 if y < x else half)


@elementwise(builtins.min, active=(0,))
def smaller_than_constant(out: Any, x: Any, y: Any) -> Any:
    return (1.0 if x < y else 0.0), None


@elementwise(builtins.min, active=(1,))
def smaller_than_constant_first(out: Any, x: Any, y: Any) -> Any:
    return None, (1.0 if y < x else 0.0)
