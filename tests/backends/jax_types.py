"""Functions whose branches, and rounds of loops, give values of several types."""

from __future__ import annotations

from typing import Any

import numpy as np


def integer_first(x: Any) -> Any:
    s = 0
    for k in range(len(x)):
        s = s + x[k]
    return s * s


def integer_first_in_a_while(x: float) -> float:
    s = 0
    while s < 3.0:
        s = s + x * x
    return s


def single_precision(x: Any) -> Any:
    s = 1.5
    while s < 10.0:
        s = s * x[0] + x[1]
    return s


def integer_on_one_side(x: Any, s: float) -> Any:
    if s > 0.0:
        y = 1
    else:
        y = s * 2
    return np.sum(x * y)


def integer_before(x: Any, s: float) -> Any:
    y = 0
    if s > 0.0:
        y = np.sum(x) * s
    return y * s


def counted_by_halves(x: Any) -> Any:
    c = 0
    for k in range(len(x)):
        if x[k] > 0:
            c = c + 0.5
    return np.sum(x) * c


def integer_of_numpy(x: Any) -> Any:
    c = np.sum(x > 0)
    while c < 9:
        c = c + 0.5 + x[0] * x[0]
    return c


def of_either_length(x: Any, z: Any, s: float) -> Any:
    if s > 0.0:
        y = x * 2
    else:
        y = z
    return np.sum(y) * s


def longer_in_a_loop(x: Any) -> Any:
    s = np.zeros(1)
    for _ in range(3):
        s = s + x
    return np.sum(s * s)


def wider_in_a_loop(x: Any, n: int) -> Any:
    y = np.ones(3, dtype=np.float32)
    for _ in range(n):
        y = y * x
    return np.sum(y)


def made_narrow_in_branches(x: Any) -> Any:
    e, c, d, k = 0.0, 1, 0.5, 0
    for r in x:
        if r > 0.0:
            e = np.sqrt(e * e + r * r)
        if r > 0.2:
            c = c * r
        elif r > 0.0:
            c = c * 2
        else:
            c = c * 0.5
    while k < 3 and d < 10.0:
        if x[k] > 0.2:
            d = np.sqrt(d * x[k])
        k += 1
    return e * c + d


def returned_narrow(x: Any) -> Any:
    e, n = 0.0, 0
    while n < 3:
        for r in x:
            if r > 0.0:
                e = np.tanh(e + r)
        n += 1
        if e > 0.9:
            return e
    return e * 2


def wide_on_purpose(x: Any) -> Any:
    e = np.float64(0.5)
    for r in x:
        if r > 0.1:
            e = e * r
    return e


def guarded_division(x: float, y: float) -> float:
    if y != 0.0 and x / y > 1:
        return x * x
    if y == 0.0:
        t = x
    else:
        t = x % y + y**-1.0
    while y != 0.0 and 1.0 / y > 0.7:
        y = y * 2
    return t * x + y


def guarded_in_a_dict(p: dict[str, Any]) -> Any:
    if p["y"] != 0.0 and p["x"][0] % p["y"] > 0.1:
        return p["x"][0] * 2
    return p["x"][1]
