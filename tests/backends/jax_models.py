"""Functions that are differentiated for JAX in tests."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def squash(z: Any, scale: float = 2.0) -> Any:
    return np.tanh(z) * scale


def mlp(w1: Any, b1: Any, w2: Any, b2: Any, x: Any, y: Any) -> Any:
    h = np.tanh(x @ w1 + b1)
    p = h @ w2 + b2
    return np.mean((p - y) ** 2)


def layers(params: Any, tokens: Any, targets: Any) -> Any:
    h = params["embed"][tokens].mean(axis=1)
    for layer in params["layers"]:
        h = np.maximum(h @ layer["w"] + layer["b"], 0.0)
    return np.mean((h - targets) ** 2)


def calls(w: Any, x: Any) -> Any:
    h = squash(x @ w)
    return np.sum(squash(h, 0.5) * h)


def scalars(a: float, b: float) -> float:
    return math.exp(-a) * math.erf(b) + max(a, b) * math.atan2(a, b) + math.log(a, 3.0) + abs(b) ** 1.5


def shapes(x: Any, k: Any) -> Any:
    y = np.stack([x[0], x[1:].sum(axis=0)])
    z = np.concatenate((y, x[:, ::-1]))[k]
    return np.sum(z * z.T[0][:, None]) + np.einsum("ij,ij->", y, y) + np.prod(x[0])


def sums(xs: Any, a: Any, s: float) -> Any:
    return sum(xs) * sum(a, s) + sum([s, a, 0.5])[0] + sum(x * s for x in (1.0, 2.0, s))


def loop_that_is_left(xs: Any) -> Any:
    total = 0.0
    for x in xs:
        if len(x) > 5:
            break
        total = total + np.sum(x)
    return total


def mask(x: Any) -> Any:
    return np.sum(np.sort(x[x > 0.0]))


def vectors(xs: Any, y: Any) -> Any:
    joined = np.concatenate(xs) ** 2
    return np.sum(joined) + np.sum(np.stack(xs) ** 3) + np.sum(sum(xs, y) ** 2)
