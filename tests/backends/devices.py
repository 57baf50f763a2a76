"""Models, with parameters and a batch each, that several devices share: a dense one, one that scans, one that loops."""

from __future__ import annotations

from typing import Any

import numpy as np

RNG = np.random.default_rng(8)


def n(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def dense(w: Any, b: Any, x: Any, y: Any) -> Any:
    return np.mean((np.tanh(x @ w + b) - y) ** 2)


def recurrent(w: Any, u: Any, xs: Any, y: Any) -> Any:
    h = np.zeros((len(xs), u.shape[0]))
    for t in range(xs.shape[1]):
        h = np.tanh(xs[:, t] @ w + h @ u)
    return np.mean((h - y) ** 2)


def settled(w: Any, x: Any) -> Any:
    steps = 0.0
    z = x
    while steps < 5.0:
        z = np.tanh(z @ w) + x
        steps = steps + 1.0
    return np.mean(z * z)


MODELS: dict[str, Any] = {
    "dense": (dense, (0, 1), (n(4, 3), n(3)), (n(16, 4), n(16, 3))),
    "recurrent": (recurrent, (0, 1), (n(4, 3), n(3, 3)), (n(16, 6, 4), n(16, 3))),
    "settled": (settled, (0,), (0.3 * n(4, 4),), (n(16, 4),)),
}
