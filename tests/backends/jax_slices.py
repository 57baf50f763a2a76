"""Programs with slices whose bounds only the run knows."""

from __future__ import annotations

from typing import Any

import numpy as np


def convolution(image: Any, kernel: Any) -> Any:
    out = np.zeros((image.shape[0] - 1, image.shape[1] - 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + 2, j : j + 2] * kernel)
    return np.sum(out * out)


def convolution_by_any_kernel(image: Any, kernel: Any) -> Any:
    m, n = kernel.shape
    out = np.zeros((image.shape[0] - m + 1, image.shape[1] - n + 1))
    for i in range(image.shape[0] - m + 1):
        for j in range(image.shape[1] - n + 1):
            out[i, j] = np.sum(image[i : i + m, j : j + n] * kernel)
    return np.sum(out * out)


def smoothed(x: Any) -> Any:
    for i in range(1, x.shape[0] - 1):
        x[i - 1 : i + 2] *= np.sin(x[i]) + x[i + 1 : i + 2]
    return np.sum(x * x)


def columns(x: Any, c: Any) -> Any:
    n, m = x.shape
    for j in range(m):
        for i in range(n - 2, 0, -1):
            x[i - 1 : i + 2, j] += c * x[i, j] * x[i - 1 : i + 2, -1]
            x[i : i + 2, j] = np.cos(x[i - 1, j])
    return np.sum(x**3)


def rows_of_blocks(x: Any, c: Any) -> Any:
    for i in range(x.shape[0] - 1):
        x[i : i + 2] = x[i : i + 2] * c
        x[i : i + 2, 1:-1] = np.sin(x[i : i + 2, :-2]) - x[i : i + 2, 2:]
    for j in range(x.shape[1]):
        x[..., j : j + 1] += c[0]
    return np.sum(x * x)


def broadcast(x: Any, c: Any) -> Any:
    for i in range(x.shape[0] - 2):
        x[i : i + 3] = c * x[i + 1]
        for j in range(1, x.shape[1]):
            x[i : i + 3, j - 1 : j + 1] *= 0.9 + 0.1 * x[i : i + 1, j : j + 1]
        x[i : i + 3, -1:] += x[i : i + 1, :1]
        x[i + 1 : i + 3] -= c[:1]
        x[i : i + 2, 0] = 0.5
    return np.sum(x * x)


def by_blocks(x: Any) -> Any:
    for _ in range(2):
        for k in range(0, x.shape[0] - 1, 2):
            x[k : k + 2] = np.tanh(x[k : k + 2] @ x.T)[:, :3]
    return np.sum(x**3)


def chosen_columns(x: Any, chosen: Any) -> Any:
    for k in range(chosen.shape[0]):
        for i in range(x.shape[0] - 1):
            x[i : i + 2, chosen[k]] *= np.sin(x[i : i + 2, chosen[k]] + x[i, chosen[k]])
    return np.sum(x * x)


def through_a_view(x: Any, c: float) -> Any:
    for i in range(x.shape[0] - 2):
        y = x[i : i + 3]
        y[1] = c * y[0] * y[2]
        y *= 0.5
    return np.sum(x * x)


def until_it_is_small(x: Any) -> Any:
    for i in range(x.shape[0] - 2):
        x[i : i + 2] = 0.5 * x[i + 1 : i + 3] + 0.2
        if x[i] < 0.0:
            break
    while np.sum(x * x) > 0.5:
        for i in range(x.shape[0] - 1):
            x[i : i + 2] *= 0.8
    return np.sum(x * x * x)


def into_another_dtype(x: Any, y: Any) -> Any:
    for i in range(x.shape[0] - 1):
        x[i : i + 2] = y * x[i + 1]
        x[i : i + 2] += y[0]
    return np.sum(x * x)


def under_a_condition(x: Any, c: float) -> Any:
    for i in range(x.shape[0] - 1):
        if x[i] > 0.0:
            x[i : i + 2] = c * x[i : i + 2] ** 2
        else:
            x[i + 1 : i + 2] = x[i : i + 1]
    return np.sum(x * x)


def beyond_the_end(x: Any) -> Any:
    s = 0.0
    for i in range(x.shape[0]):
        s = s + np.sum(x[i : i + 2])
    return s


def before_the_start(x: Any) -> Any:
    s = 0.0
    for i in range(x.shape[0] - 1):
        s = s + np.sum(x[i - 1 : i + 1] ** 2)
    return s


def in_another_array(x: Any, y: Any) -> Any:
    for i in range(x.shape[0] - 1):
        y[i : i + 2] = x[i : i + 2]
    return np.sum(y * y)


def of_a_width(x: Any, width: int) -> Any:
    s = 0.0
    for i in range(x.shape[0] - width):
        s = s + np.sum(x[i : i + width]) ** 2
    return s


def by_every_second(x: Any) -> Any:
    s = 0.0
    for i in range(x.shape[0] - 3):
        s = s + np.sum(x[i : i + 3 : 2]) ** 2
    return s


def from_an_index_array(x: Any, starts: Any) -> Any:
    s = 0.0
    for k in range(starts.shape[0]):
        s = s + np.sum(x[starts[k] : starts[k] + 2]) ** 2
    return s
