"""Programs that write through views, and at integers that repeat."""

from __future__ import annotations

from typing import Any

import numpy as np


def slice_of_it(x: Any) -> Any:
    v = x[1:-1]
    v[0] = np.sin(v[1]) * x[0]
    v += x[2:] * 0.5
    v[1:] *= v[:-1].copy()
    return np.sum(x * x)


def row(a: Any, c: float) -> Any:
    for i in range(a.shape[0]):
        r = a[i]
        r *= c
        r[0] = r[1] * r[2]
    return np.sum(a**3)


def transposed(a: Any, b: Any) -> Any:
    t = a.T
    t[0] = b
    t[1, :] += b * t[2, 0]
    a.T[2][1:] = b[1:] ** 2
    return np.sum(a * np.arange(12.0).reshape(4, 3)) + np.sum(t)


def other_views(a: Any, b: Any) -> Any:
    np.swapaxes(a, 0, 2)[1] = b
    np.moveaxis(a, 0, 1)[:, 1, 0] *= b[0, 0]
    a.transpose(1, 2, 0)[0, 1] = np.sin(a[:, 1, 0])
    a[:, None][0, 0, 1] *= 2.0
    np.expand_dims(a, 0)[0, 1, 0] = b[1, 0] * a[1, 1]
    np.flip(a, 1)[0, 0, 0] = b[0, 1] ** 2
    a[::-1][0, 0, 0] += a[0, 0, 1]
    return np.sum(a * np.arange(12.0).reshape(3, 2, 2))


def flat_of_it(a: Any, b: Any) -> Any:
    m = a.reshape(2, 3)
    m[0] = b
    m[1] *= m[0]
    return np.sum(a**3)


def views_in_a_loop(x: Any, n: int) -> Any:
    left, right = x[:-1], x[1:]
    for i in range(n):
        left[i] = np.sin(left[i]) * right[i]
        right[i] += 0.1 * left[i]
    return np.sum(x * x)


def view_under_a_condition(x: Any) -> Any:
    v = x[2:]
    if np.sum(x) > 0.0:
        v[0] = x[0] * x[1]
    else:
        v *= 2.0
    return np.sum(x**2)


def mask_through_a_view(x: Any) -> Any:
    v = x[1:]
    v[v > 0.2] = 0.1
    v[v < -0.2] *= 3.0
    return np.sum(x**2)


def repeated(x: Any, v: Any, k: Any) -> Any:
    x[k] = v * 2.0
    x[k] += v
    return np.sum(x**2) + np.sum(x[k] * v)


def repeated_rows(a: Any, b: Any, k: Any) -> Any:
    a[k] = np.sin(b)
    a[:, k] = b.T[0] * a[0, 0]
    return np.sum(a**2)


def repeated_pairs(a: Any, v: Any, k: Any, m: Any) -> Any:
    a[k, m] = v * a[0, 0]
    a[k, m] *= 2.0
    return np.sum(a**3)


def repeated_in_a_loop(x: Any, v: Any, k: Any, n: int) -> Any:
    for i in range(n):
        x[k] = v * x[k - 1] + i
    return np.sum(x**2)


def at_fixed_places(x: Any, v: Any) -> Any:
    y = np.zeros(5)
    y[[0, 2, 0]] = v
    y[np.array([1, -1])] = x[[0, 0]] * v[:2]
    return np.sum(y * y * x)


def turned_and_filled(v, n):
    for _ in range(n):
        w = v[::-1]
        w[:] = np.tanh(w[0]) + 0.5 * np.sum(v)
        w[...] += v * v
        v[:] = w * v[0]
    return np.sum(v[::-1] * v)
