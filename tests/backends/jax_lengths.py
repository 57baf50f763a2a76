"""Programs with slices of which only the run knows how long they are."""

from __future__ import annotations

from typing import Any

import numpy as np


def cholesky(a: Any) -> Any:
    n = a.shape[0]
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j] - np.dot(a[j, :j], a[j, :j]))
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
    return 2.0 * np.sum(np.log(np.diagonal(a)))


def cholesky_by_columns(a: Any) -> Any:
    n = len(a)
    x = np.zeros((n, n))
    for j in range(n):
        x[j:, j] = a[j:, j] - x[j:, :j] @ x[j, :j]
        x[j:, j] /= np.sqrt(x[j, j])
    return np.sum(np.log(np.diagonal(x))) + np.sum(np.sin(x))


def lu(a: Any) -> Any:
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return np.sum(np.log(np.diagonal(a)))


def lu_by_blocks(a: Any) -> Any:
    for k in range(a.shape[0] - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.log(np.diagonal(a))) + np.sum(a[:, 0])


def elimination(a: Any, b: Any) -> Any:
    n = b.shape[0]
    for k in range(n):
        factors = a[k + 1 :, k] / a[k, k]
        a[k + 1 :, k:] -= factors[:, None] * a[k, k:]
        b[k + 1 :] -= factors * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x * x)


def forward_substitution(a: Any, b: Any) -> Any:
    y = np.zeros_like(b)
    for i in range(len(b)):
        y[i] = (b[i] - np.sum(a[i, :i] * y[:i])) / a[i, i]
    return np.sum(np.sin(y))


def gram_schmidt(a: Any) -> Any:
    q = np.zeros_like(a)
    for j in range(a.shape[1]):
        v = a[:, j] - q[:, :j] @ (q[:, :j].T @ a[:, j])
        q[:, j] = v / np.sqrt(np.sum(v * v))
    return np.sum(q[0] ** 3)


def modified_gram_schmidt(a: Any) -> Any:
    for j in range(a.shape[1]):
        a[:, j] /= np.linalg.norm(a[:, j])
        r = a[:, j] @ a[:, j + 1 :]
        a[:, j + 1 :] -= np.outer(a[:, j], r)
    return np.sum(a**3)


def prefix_means(x: Any) -> Any:
    s = 0.0
    for k in range(1, x.shape[0] + 1):
        s = s + np.mean(x[:k]) ** 2 + np.max(x[k - 1 :]) * np.min(x[:k]) / len(x[:k])
    return s


def prefixes_of_a_table(x: Any) -> Any:
    s = 0.0
    for k in range(1, x.shape[1] + 1):
        s = s + np.sum(np.sum(x[:, :k], axis=0) ** 3) + np.sum(np.mean(x[:, :k], axis=1) ** 2)
        s = s + np.sum(np.mean(x[:, k - 1 :] ** 2)) + np.sum(x[:, -k:] @ x[0, -k:])
    return s


def beyond_the_ends(x: Any) -> Any:
    s = 0.0
    for k in range(-12, 12):
        s = s + np.sum(np.sin(x[k:])) + np.sum(x[:k] ** 2) * (0.1 * k) + np.sum(x[k : k + 3])
        s = s + np.sum(x[k:-1]) ** 2 + np.sum(x[1:k]) ** 2
        x[k:] *= 0.9
        x[:k] += 0.01 * k
        x[k - 1 : k + 1] = 0.5 * x[k - 1 : k + 1] + 0.1
    return s + np.sum(x)


def between_two(x: Any, starts: Any, stops: Any) -> Any:
    s = 0.0
    for k in range(starts.shape[0]):
        part = x[starts[k] : stops[k]]
        s = s + np.sum(np.exp(part) * part) ** 2
        x[starts[k] : stops[k]] = np.tanh(part) * s
    return s + np.sum(x)


def of_steep_functions(x: Any) -> Any:
    s = 0.0
    for k in range(x.shape[0]):
        s = s + np.sum(np.sqrt(x[:k]) / x[:k] + np.log(x[:k]) + x[:k] ** 0.3)
        x[:k] = np.sqrt(x[:k])
    return s


def under_a_condition(x: Any, c: float) -> Any:
    for k in range(x.shape[0]):
        if x[k] > 0.0:
            x[:k] = c * x[:k] ** 2
        else:
            x[k:] += np.sum(x[:k])
    return np.sum(x * x)


def until_it_is_small(x: Any) -> Any:
    k = 0
    while np.sum(x[k:] ** 2) > 0.1:
        x[k:] *= 0.7
        k = k + 1
    return np.sum(x**3) + k


def by_an_argument(x: Any, k: Any) -> Any:
    x[:k] = np.cos(x[:k]) * np.sum(x[k:])
    return np.sum(x * x)


def in_single(x: Any, y: Any) -> Any:
    for k in range(x.shape[0]):
        x[:k] += y[:k] * x[k]
        x[k:] = 2
    return np.sum(x * x)


def kept_for_the_way_back(x: Any) -> Any:
    s = 0.0
    for k in range(x.shape[0]):
        y = np.exp(x[k:] * s) * x[k:]
        for _ in range(2):
            y = np.sin(y) * y
        s = np.sum(y * y) * 0.1
    return s


def rows_and_columns(a: Any) -> Any:
    s = 0.0
    for k in range(a.shape[0]):
        s = s + a[k, :k] @ a[:k, k]
        a[:k, k] *= a[k, :k]
        a[k, :k] = s
        a[k:, :k] += 1.0
    return s + np.sum(a * a)


def of_integers(x: Any, m: Any) -> Any:
    s = 0.0
    for k in range(x.shape[0]):
        m[:k] += 2
        m[k:] = k
        s = s + np.sum(m[:k]) * x[k] + m[:k] @ m[:k] * x[0] + np.sum(m[k:] * x[k:])
    return s


def chosen(x: Any, c: float) -> Any:
    s = 0.0
    for k in range(x.shape[0]):
        y = x[:k] * c
        if x[k] > 0.0:
            s = s + np.sum(y) + np.linalg.norm(x[k:])
        else:
            s = s * np.sum(y * y)
        v = x[k:].copy()
        v[:] = v * 2.0
        v += 1.0
        for i in range(len(y)):
            s = s + np.sum(v) * x[i]
    return s


def extremes(a: Any) -> Any:
    s = 0.0
    for k in range(1, a.shape[0] + 1):
        s = s + np.sum(np.max(a[:k], axis=0)) + np.sum(a[:k].max(axis=1)) + a[:k].min() + np.sum(a[:k].mean(axis=0))
    return s


def of_another_length(x: Any, y: Any) -> Any:
    for k in range(x.shape[0]):
        y[k : k + 2] = x[k : k + 2]
    return np.sum(y)


def shifted(x: Any) -> Any:
    for k in range(1, x.shape[0]):
        x[:k] += x[1 : k + 1]
    return np.sum(x)


def sorted_parts(x: Any) -> Any:
    s = 0.0
    for k in range(x.shape[0]):
        s = s + np.sort(x[:k])[0]
    return s


def by_steps(x: Any) -> Any:
    s = 0.0
    for k in range(x.shape[0]):
        s = s + np.sum(x[:k:2])
    return s


def of_either_length(x: Any, k: Any) -> Any:
    y = x[:k]
    if np.sum(x) > 0.0:
        y = x[k:]
    return np.sum(y)


def collected(x: Any) -> Any:
    out = []
    for k in range(x.shape[0]):
        out.append(x[:k] ** 2)
    s = 0.0
    for y in out:
        s = s + np.sum(y)
    return s


def element(x: Any) -> Any:
    for k in range(x.shape[0] - 1):
        v = x[k:]
        v[0] = 2.0 * v[1]
    return np.sum(x)
