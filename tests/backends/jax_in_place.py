"""Programs that overwrite arrays in loops, a few elements at a time."""

from __future__ import annotations

from typing import Any

import numpy as np


def jacobi_2d(a: Any, b: Any, steps: int) -> Any:
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return np.sum(a * a)


def diffusion(u: Any, k: float, steps: int) -> Any:
    for _ in range(steps):
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += k * lap / (1.0 + u[1:-1, 1:-1] ** 2)
    return np.sum(u * u)


def seidel_2d(a: Any, sweeps: int) -> Any:
    n = a.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    return np.sum(a * a)


def written_under_a_condition(x: Any, c: float) -> Any:
    s = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0.0:
            s = s + x[i] * x[i]
        else:
            x[i] = c * np.sin(s)
    return s + np.sum(x)


def cholesky(a: Any) -> Any:
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
            a[i, j] /= a[j, j]
        for k in range(i):
            a[i, i] -= a[i, k] * a[i, k]
        a[i, i] = np.sqrt(a[i, i])
    return 2.0 * np.sum(np.log(np.diagonal(a)))


def lu(a: Any) -> Any:
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(np.log(np.diagonal(a)))


def gauss_seidel(x: Any, a: Any, sweeps: int) -> Any:
    for _ in range(sweeps):
        for i in range(len(x)):
            x[i] = np.tanh(a[i] @ x)
    return np.sum(x * x)


def by_rows(a: Any, f: float) -> Any:
    for i in range(1, a.shape[0]):
        a[i] -= f * a[i - 1] * a[i, 0]
    return np.sum(a * a)


def swapped(x: Any, steps: int) -> Any:
    for k in range(steps):
        old = x[k]
        x[k] = np.sin(x[k + 1]) * old
        x[k + 1] = old * x[0]
    return np.sum(x * x)


def kept_across_a_loop(x: Any, n: int) -> Any:
    for i in range(n):
        first = x[i] * x[0]
        for j in range(n):
            x[j] = x[j] * 0.9 + first
        x[i] = first * x[i]
    return np.sum(x)


def weighted_neighbours(a: Any, w: Any, steps: int) -> Any:
    for _ in range(steps):
        a[:, 1:-2] = np.sin(w * (a[:, :-3] + a[:, 1:-2] + a[:, 2:-1] + a[:, 3:]))
    return np.sum(a * a)


def other_places_in_branches(x: Any, c: float) -> Any:
    for i in range(1, x.shape[0] - 1):
        if x[i] > 0.0:
            x[i] = c * x[i - 1] + x[i + 1]
        elif x[i + 1] > 0.0:
            x[i + 1] = x[i + 1] * x[i]
    return np.sum(x * x)
