"""Functions with loops, branches and writes, each of which is differentiated for both targets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def over_a_range(x: Any, n: int) -> Any:
    for k in range(n):
        x = np.sin(x) + 0.1 * k
    return np.sum(x)


def backwards(x: Any, n: int) -> Any:
    for k in range(n - 1, -1, -2):
        x = x * np.cos(x) - k
    return np.sum(x)


def of_no_iterations(x: Any) -> Any:
    for _ in range(0):
        x = x * x
    return np.sum(x)


def over_rows(w: Any, xs: Any) -> Any:
    h = 0.0 * w
    for x in xs:
        h = np.tanh(w * h + x)
    return np.sum(h * h)


def over_rows_in_step(w: Any, xs: Any, ys: Any) -> Any:
    total = 0.0
    for k, (x, y) in enumerate(zip(xs, ys)):
        total = total + np.sum((w * x - y) ** 2) / (k + 1.0)
    return total


def collected(x: Any, n: int) -> Any:
    out = []
    for k in range(n):
        x = np.tanh(x) * (k + 1.0)
        out.append(x)
    return np.sum(np.stack(out) ** 2)


def nested(x: float, n: int, m: int) -> float:
    s = 0.0
    for i in range(n):
        p = 1.0
        for j in range(m):
            p = p * x / (1.0 + j + i)
        s = s + p * x
    return s


def triangular(x: float, n: int) -> float:
    s = 0.0
    for i in range(n):
        p = 1.0
        for j in range(i, n):
            p = p * x / (1.0 + j)
        s = s + p * x
    return s


def heat(u: Any, alpha: float, steps: int) -> Any:
    for _ in range(steps):
        u[1:-1] = u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def by_elements(x: Any, a: Any, sweeps: int) -> Any:
    for _ in range(sweeps):
        for i in range(len(x)):
            x[i] = np.tanh(a[i] @ x)
    return np.sum(x * x)


def branch(x: Any, y: Any) -> Any:
    if np.sum(x) > 0.0:
        t = np.sin(x)
        y = y * t * t
    else:
        y = y + x
    return np.sum(y * y)


def chain(x: float, y: float) -> float:
    if x < 0.0:
        return y * x
    elif x < 1.0:
        return math.exp(x) * y
    return y - x * x


def newton(a: float) -> float:
    x = a
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


def decay(x: Any, rate: float) -> Any:
    n = 0
    while np.sum(x * x) > 0.01:
        x = x - rate * np.sin(x)
        n += 1
    return np.sum(x) * n


def never(x: float) -> float:
    while x < 0.0:
        x = x * x - 1.0
    return x * x


def stopped(x: float, a: float) -> float:
    for _ in range(60):
        x = x - 0.3 * (x * x - a)
        if abs(x * x - a) < 1e-6:
            break
    return x * x * a


def returned(x: float, a: float) -> float:
    for i in range(20):
        if x > a:
            continue
        x = x * 1.1 + 0.1 * i
        if x > 3.0:
            return x * a
    return x


def forever(x: float, a: float) -> float:
    while True:
        y = 0.5 * (x + a / x)
        if abs(y - x) < 1e-9:
            return y * y * a
        x = y


def loops_in_a_loop(x: float, n: int) -> float:
    for i in range(n):
        y = x
        while y > 0.5:
            y = y * (0.7 + 0.01 * i)
        x = x + np.sin(y)
    return x * x


def in_a_branch(x: Any, n: int) -> Any:
    if np.sum(x) > 0.0:
        for _ in range(n):
            x = np.sin(x)
    else:
        while np.sum(x) < -1.0:
            x = 0.5 * x
    return np.sum(x * x)


def solved(a: float, steps: int) -> float:
    x = 1.0
    for _ in range(steps):
        x = 0.5 * (x + a / x)
    return x


def of_calls(a: float, b: float, steps: int) -> float:
    return solved(a, steps) * solved(b * a, steps)


def layers(x: Any, ws: Any, bs: Any) -> Any:
    for k in range(len(ws)):
        x = np.tanh(x @ ws[k] + bs[k])
    return np.sum(x)


def swaps(x: float, y: float, n: int) -> float:
    for _ in range(n):
        x, y = y, np.sin(x) * y
    return x * y


def power(x: float, n: int) -> float:
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def first_in_the_loop(xs: Any) -> Any:
    for x in xs:
        last = np.sum(x * x)
    return last


def of_two_ranks(x: Any, n: int) -> Any:
    total = 0.0
    for _ in range(n):
        total = total + x
    return np.sum(total)


def deep(x: float, n: int) -> float:
    if x > 10.0:
        return x
    return deep(x * n, n)


def grows(x: Any, n: int) -> Any:
    for k in range(n):
        x[: k + 1] *= 0.5
    return np.sum(x)


def under_masks(u: Any, c: float) -> Any:
    u[u > 0.2] *= 0.5
    u[u < -0.5] = c
    m = u > 0.1
    u[m] += 0.3 * np.sin(u[m]) * c
    m[1] = not m[1]
    u[m] -= 0.1 * u[m]
    return np.sum(u**3) + np.sum(u[m]) * c


def mask_in_a_loop(u: Any, steps: int) -> Any:
    for _ in range(steps):
        hot = u > 0.5
        u[hot] = 0.8 * u[hot] + 0.1
        u = u + 0.05 * np.cos(u)
    return np.sum(u * u)


def of_either_shape(x: Any, s: float) -> Any:
    y = x if s > 0.0 else 1.0
    return np.sum(y) * s


def halves(x: float, n: int) -> float:
    s = 0.0
    for k in range(n):
        s = s + x * 2**-k
    return s


def factorial(x: float, n: int) -> float:
    f, s = 1, 0.0
    for k in range(1, n):
        f = f * 3
        s = s + x**k / f
    return s


def masked_by_a_wider_kind(u: Any, c: Any) -> Any:
    u[u > 0.2] = c[0]
    return np.sum(u * u)


def overwritten(x: Any, k: Any) -> Any:
    y = np.zeros(4)
    y[k] = np.cos(k * 1.0)
    return np.sum(x * y)


def down_by_steps(x, n):
    total = 0.0
    for k in range(3):
        for i in range(n - 1, k - 1, -1):
            total = total + x[i] * (k + 1)
        for i in range(k, n, 2):
            total = total * x[i]
        for i in range(n, k, -2):
            total = total + x[i - 1]
    return total


def number_as_a_condition(x, n):
    while n:
        n -= 1
        x[n] *= x[n - 1] or 1.0
    if not n:
        x[0] = 2.0 * x[1]
    return np.sum(x * x)


def fewer_times_than_none(x, n):
    for _ in range(n - 9):
        x = x * x
    for _ in range(3, n - 9):
        x = x * x
    return np.sum(x)


def counted_down_by_nobody(x, a):
    ys = []
    for _ in reversed(range(3)):
        for _ in reversed(range(2)):
            x = np.sin(x) * a
        ys.append(x)
    return np.sum(ys[0] * ys[-1]) + np.sum(ys[0] * x)


def connected(x, m):
    best = x[0]
    steps = 0
    while (abs(best) > 0.01 or steps < 2) and steps < 200 and not (best > 100.0 and steps > 3):
        best = best * np.cos(m)
        steps += 1
    if best > 0.0 and x[1] > 0.2 or steps == 7:
        best = best * x[1]
    i = 0
    while i < len(x) and x[i] > 0.1:
        best = best + x[i] ** 2
        i += 1
    return best * steps
