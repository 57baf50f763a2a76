"""Programs with chains of branches."""

from __future__ import annotations

from typing import Any

import numpy as np


def by_number(x: float, k: Any) -> Any:
    if k == 0:
        y = np.sin(x)
    elif k == 1:
        y = x * x
    elif k == 2:
        y = np.exp(x) * x
    else:
        y = 0.5 * x
    return y * y


def from_minus_one(x: float, k: Any) -> Any:
    if k == 1:
        return x * x
    if k == -1:
        return np.sin(x)
    if k == 0:
        return x
    return 3.0 * x * x


def with_gaps(x: float, k: Any) -> Any:
    y = x
    if k == 7:
        y = np.sin(x)
    elif k == 2:
        y = x * x
    elif k == 7:
        y = np.exp(x)
    elif k == -(2**31):
        y = np.cosh(x)
    return x * y


def by_ranges(x: float, c: float) -> Any:
    if x < 0.0:
        y = np.sin(x) * c
    elif x < 1.0:
        y = x * x
    elif x * c < 2.0 or c > 3.0:
        y = np.exp(x) * c
    else:
        y = 0.5 * x
    return y * y


def of_quotients(x: float, c: float) -> Any:
    if c == 0.0:
        y = x * x
    elif x / c > 1.0:
        y = np.sin(x)
    elif x / c > -1.0:
        y = np.cos(x)
    else:
        y = x
    return c * y + y


def mixed(x: Any, k: Any) -> Any:
    if k == 0:
        x[0] = np.sin(x[1])
    elif x[0] > 0.5:
        x[1:] *= x[0]
    elif k == 2:
        x *= x
    elif np.sum(x * x) > 1.0:
        x[-1] = 0.5 * x[0]
    else:
        x[1] = 0.0
    return np.sum(x * x)


def in_a_loop(x: Any, ks: Any) -> Any:
    s = 0.0
    for i in range(x.shape[0]):
        if ks[i] == 0:
            s = s + np.sin(x[i])
        elif ks[i] == 1:
            x[i] = s * x[i]
        elif ks[i] == 2:
            s = np.cos(s) * x[i - 1]
    return s * np.sum(x)


def ranges_in_a_loop(x: Any, c: float) -> Any:
    s = 0.0
    for i in range(x.shape[0]):
        if x[i] < -0.5:
            x[i] = c * np.sin(s)
        elif x[i] < 0.5:
            s = s + x[i] ** 2
        elif i == 3:
            break
        else:
            s = s * x[i] + c
    return s + np.sum(x * x)


def in_a_while(x: float, c: float) -> Any:
    k = 0
    while x * x > 0.01:
        if k % 4 == 0:
            x = 0.5 * x
        elif k % 4 == 1:
            x = x * np.cos(x)
        elif k % 4 == 2:
            x = x - c * x
        k = k + 1
    return x * c


def step(x: float, k: Any) -> Any:
    if k == 0:
        return x * x
    elif k == 1:
        return np.sin(x)
    return 2.0 * x


def called(x: float, k: Any) -> Any:
    return step(x, k) * step(x + 1.0, k + 1)


def of_integers(x: float, k: Any) -> Any:
    n = 0
    if k == 0:
        y, n = x * x, 2
    elif k == 1:
        y, n = np.sin(x), k
    else:
        y = 1
    return x * y + n


def of_values(x: float, c: float) -> Any:
    y = 0.0 if x < 0.0 else c if x < 1.0 else x
    return x * y


def of_truths(x: float, c: float) -> Any:
    if x < 0.0 or c < 0.0 or x * c > 2.0:
        return x * c
    return x + c


def continued(x: Any, ks: Any) -> Any:
    s = 0.0
    for i in range(x.shape[0]):
        if ks[i] == 0:
            continue
        if ks[i] == 2:
            s = s * x[i]
            continue
        if ks[i] == 5:
            return s
        s = s + x[i] ** 2
    return s * s
