"""Functions that call functions with loops of which only the run knows how far they go."""

from __future__ import annotations

from typing import Any

import numpy as np


def newton(a: float) -> float:
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


def in_a_loop(a: float, n: int) -> float:
    s = 0.0
    for k in range(n):
        s = s + newton(a + k) * a
    return s


def in_branches(a: float, b: float) -> float:
    if a > b:
        s = newton(a) * b
    else:
        s = newton(b) * newton(a)
    return s * newton(s)


def twice(a: float) -> float:
    return newton(a) * newton(newton(a))


def through_two_calls(a: float, b: float) -> float:
    return twice(a * b) + twice(b)


def in_a_while_loop(a: float, b: float) -> float:
    x = a
    while x > 0.5:
        x = x - 0.3 * newton(x * b) / (1.0 + x)
    return x * b


def in_a_triangle(x: float, n: int) -> float:
    s = 0.0
    for i in range(n):
        for j in range(i):
            s = s + newton(x + j) * np.sin(s)
    return s


def in_a_loop_of_python(ws: list[float], x: float) -> float:
    for w in ws:
        x = x + newton(x * w) * w
    return x


def in_an_own_loop_of_python(ws: list[float], x: float) -> float:
    for w in ws:
        y = x
        while y > 0.3:
            y = y * np.cos(y) * w
        x = x + np.sin(y) * w
    return x


def cooled(x: Any, n: int) -> Any:
    while np.sum(x) > 1.0:
        for k in range(n):
            x = x * 0.9 - 0.01 * k * np.sin(x)
    return x


def of_a_known_length(xs: Any, n: int) -> Any:
    s = 0.0
    for x in xs:
        s = s + np.sum(cooled(x, n) ** 2)
    return s


def first_above(x: float, a: float) -> float:
    for i in range(50):
        if x > a:
            return x * a + i
        x = x * 1.1 + 0.1 * a
    return x * x


def sum_of_returns(x: float, a: float, n: int) -> float:
    s = 0.0
    for _ in range(n):
        s = s * 0.5 + first_above(x + s, a)
    return s


def shrunk(x: Any, a: float) -> Any:
    y = x * 1.0
    while np.sum(y * y) > a:
        y[0] = y[0] * 0.5
        y = y * 0.8
    return y


def of_arrays(xs: Any, a: float) -> Any:
    s = 0.0
    for x in xs:
        s = s + np.sum(shrunk(x, a) ** 3)
    return s


def scaled(p: dict[str, Any]) -> Any:
    x = p["x"]
    while np.sum(x) > 1.0:
        for _ in range(p["n"]):
            x = x * p["s"]
    return x


def of_a_structure(p: dict[str, Any], n: int) -> Any:
    s = 0.0
    for k in range(n):
        s = s + np.sum(scaled(p)) * k
    return s


def two_deep(a: float, b: float) -> float:
    x = a
    while x > 0.5:
        y = x * b
        while y > 1.0:
            y = y * 0.5
        x = x * 0.8 * y
    return x


def under_a_condition(a: float, b: float) -> float:
    s = a
    for _ in range(3):
        if s < b:
            s = s + two_deep(s, b) + 0.2
    return s


def until_four(a: float, b: float) -> float:
    t = a
    while t < 4.0:
        t = t + 0.5 + under_a_condition(t, b) * 0.1
    return t


def of_many_levels(a: float, b: float) -> float:
    return until_four(a, b) * under_a_condition(b, a)


def two_results(a: float, b: float) -> tuple[float, float]:
    x, y = a, b
    while x * y > 0.3:
        t = np.sin(x)
        x, y = y * 0.8, t * x
    return x, y


def of_two_results(a: float, b: float, n: int) -> float:
    s = 0.0
    for k in range(n):
        p, q = two_results(a + k, b)
        s = s + p * q + np.cos(p)
    return s


def two_loops(a: float, b: float) -> float:
    x = a
    while x > 0.1:
        t = np.sin(x)
        x = x * 0.5 * t * np.cos(x)
    y = np.exp(x) * b
    z = np.exp(y * y)
    while y > 0.1:
        u = np.sin(y)
        y = y * 0.5 * u + np.cos(y) * 0.01
    return x * y * z


def of_two_loops(a: float, b: float, n: int) -> float:
    s = 0.0
    for k in range(n):
        s = s + two_loops(a + k, b)
    return s


def counted_down(x: float, n: int) -> float:
    if n == 0:
        return x
    return newton(counted_down(x, n - 1) + 1.0)
