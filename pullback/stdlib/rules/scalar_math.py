"""The functions of `math`, on Python floats."""

from __future__ import annotations

import math
from typing import Any

from pullback.stdlib.registry import elementwise, rule
from pullback.stdlib.rules.arithmetic import power_of_base, power_of_exponent


@elementwise(math.exp)
def exp(out: Any, x: Any) -> Any:
    return out


@elementwise(math.exp2)
def exp2(out: Any, x: Any) -> Any:
    return out * math.log(2.0)


@elementwise(math.expm1)
def expm1(out: Any, x: Any) -> Any:
    return out + 1.0


@elementwise(math.log)
def log(out: Any, x: Any, base: Any = None) -> Any:
    if base is None:
        return 1.0 / x
    return 1.0 / (x * math.log(base)), -out / (base * math.log(base))


@elementwise(math.log2)
def log2(out: Any, x: Any) -> Any:
    return 1.0 / (x * math.log(2.0))


@elementwise(math.log10)
def log10(out: Any, x: Any) -> Any:
    return 1.0 / (x * math.log(10.0))


@elementwise(math.log1p)
def log1p(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 + x)


@elementwise(math.sqrt)
def sqrt(out: Any, x: Any) -> Any:
    return 0.5 / out


@elementwise(math.cbrt)
def cbrt(out: Any, x: Any) -> Any:
    return 1.0 / (3.0 * out * out)


@elementwise(math.pow)
def power(out: Any, x: Any, y: Any) -> Any:
    return power_of_base(out, x, y), power_of_exponent(out, x, y)


@elementwise(math.pow, active=(0,))
def power_constant_exponent(out: Any, x: Any, y: Any) -> Any:
    return power_of_base(out, x, y), None


@elementwise(math.pow, active=(1,))
def power_constant_base(out: Any, x: Any, y: Any) -> Any:
    return None, power_of_exponent(out, x, y)


@elementwise(math.sin)
def sin(out: Any, x: Any) -> Any:
    return math.cos(x)


@elementwise(math.cos)
def cos(out: Any, x: Any) -> Any:
    return -math.sin(x)


@elementwise(math.tan)
def tan(out: Any, x: Any) -> Any:
    return 1.0 + out * out


@elementwise(math.asin)
def asin(out: Any, x: Any) -> Any:
    return 1.0 / math.sqrt(1.0 - x * x)


@elementwise(math.acos)
def acos(out: Any, x: Any) -> Any:
    return -1.0 / math.sqrt(1.0 - x * x)


@elementwise(math.atan)
def atan(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 + x * x)


@elementwise(math.atan2)
def atan2(out: Any, y: Any, x: Any) -> Any:
    return x / (x * x + y * y), -y / (x * x + y * y)


@elementwise(math.sinh)
def sinh(out: Any, x: Any) -> Any:
    return math.cosh(x)


@elementwise(math.cosh)
def cosh(out: Any, x: Any) -> Any:
    return math.sinh(x)


@elementwise(math.tanh)
def tanh(out: Any, x: Any) -> Any:
    return 1.0 - out * out


@elementwise(math.asinh)
def asinh(out: Any, x: Any) -> Any:
    return 1.0 / math.sqrt(1.0 + x * x)


@elementwise(math.acosh)
def acosh(out: Any, x: Any) -> Any:
    return 1.0 / math.sqrt((x - 1.0) * (x + 1.0))


@elementwise(math.atanh)
def atanh(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 - x * x)


@elementwise(math.erf)
def erf(out: Any, x: Any) -> Any:
    return 2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.erfc)
def erfc(out: Any, x: Any) -> Any:
    return -2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.fabs)
def fabs(out: Any, x: Any) -> Any:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0


@elementwise(math.copysign)
def copysign(out: Any, x: Any, y: Any) -> Any:
    return (math.copysign(1.0, x) * math.copysign(1.0, y) if x != 0.0 else 0.0), 0.0


@elementwise(math.nextafter)
def nextafter(out: Any, x: Any, y: Any) -> Any:
    return 1.0, 0.0


@elementwise(math.degrees)
def degrees(out: Any, x: Any) -> Any:
    return 180.0 / math.pi


@elementwise(math.radians)
def radians(out: Any, x: Any) -> Any:
    return math.pi / 180.0


@elementwise(math.fmod)
def fmod(out: Any, x: Any, y: Any) -> Any:
    return 1.0, -math.trunc(x / y)


@elementwise(math.remainder)
def remainder(out: Any, x: Any, y: Any) -> Any:
    return 1.0, (out - x) / y


@elementwise(math.ldexp)
def ldexp(out: Any, x: Any, i: Any) -> Any:
    return math.ldexp(1.0, i), None


if hasattr(math, "fma"):  # Python 3.13

    @elementwise(math.fma)
    def fma(out: Any, x: Any, y: Any, z: Any) -> Any:
        return y, x, 1.0


@rule(math.hypot)
def hypot(ct: Any, out: Any, *coordinates: Any) -> Any:
    cts = tuple([ct * x / (out + (out == 0.0)) for x in coordinates])
    return cts if len(coordinates) > 1 else cts[0]


@rule(math.dist)
def dist(ct: Any, out: Any, p: Any, q: Any) -> Any:
    to_p = tuple([ct * (x - y) / (out + (out == 0.0)) for x, y in zip(p, q, strict=False)])
    to_q = tuple([ct * (y - x) / (out + (out == 0.0)) for x, y in zip(p, q, strict=False)])
    return to_p, to_q


@rule(math.fsum)
def fsum(ct: Any, out: Any, seq: Any) -> Any:
    return tuple([ct for _ in seq])


@rule(math.prod)
def prod(ct: Any, out: Any, iterable: Any) -> Any:
    return tuple([ct * math.prod((*iterable[:k], *iterable[k + 1 :])) for k in range(len(iterable))])
