"""Functions of which parts are known while they are traced."""

import numpy as np


def power(x, n: int):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def traced_power(x: float, n: np.int64):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def half(n):
    return n // 2


def first_few(x, n: int):
    k = n if n < 3 else 3
    total = 0.0
    for j in range(k):
        total = total + x[j] ** half(n)
    return total


def layers(ws, x, depth: int):
    for k in range(depth):
        x = np.tanh(ws[k] @ x)
    return np.sum(x)


def flagged(x, on: bool):
    if on:
        return x * x
    return x


def item(x, i: int):
    return x[i] ** 2


def halved_until(x, tolerance: float):
    step = 1.0
    while step > tolerance:
        x = x * np.sin(step * x)
        step = step / 2
    return x
