"""Calls of functions of `scipy.integrate` at which rules are tested."""

from __future__ import annotations

import numpy as np
from scipy import integrate

from tests.stdlib.samples import add, call, normal

X = np.array([0.0, 0.4, 1.1, 1.5, 2.3])
add(
    integrate.trapezoid,
    samples=[
        call(normal(5)), call(normal(3, 4), axis=0), call(normal(5), X), call(normal(3, 5), X),
        call(normal(5, 3), X, axis=0), call(normal(2, 4), normal(2, 4)), call(normal(5), None, 0.3),
        call(normal(1)),
    ],
)  # fmt: skip
add(
    integrate.cumulative_trapezoid,
    samples=[
        call(normal(5)), call(normal(3, 4), axis=0), call(normal(5), X, initial=0), call(normal(3, 5), X),
        call(normal(5, 3), X, axis=0, initial=0), call(normal(2, 4), normal(2, 4)), call(normal(5), None, 0.3),
        call(normal(2, 4, 3), None, 0.3, axis=-2, initial=0), call(normal(2)),
        call(normal(2, 3), normal(1, 3)), call(normal(1, 3), normal(2, 3), initial=0), call(normal(1)),
    ],
)  # fmt: skip
ONLY = (0,)
add(
    integrate.simpson,
    samples=[
        call(normal(5)), call(normal(4)), call(normal(2)), call(normal(3, 6), axis=0), call(normal(5), X, only=ONLY),
        call(normal(4), X[:4], only=ONLY), call(normal(3, 5), X, only=ONLY),
        call(normal(4, 3), X[:4], axis=0, only=ONLY),
        call(normal(2, 4), np.cumsum(np.abs(normal(2, 4)), axis=1), only=ONLY), call(normal(5, 2), dx=0.3, axis=-2),
        call(normal(3), X[[0, 1, 1]], only=ONLY),
    ],
)  # fmt: skip
