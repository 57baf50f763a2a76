"""Calls of functions of SciPy at which rules are tested."""

from __future__ import annotations

from scipy import special

from tests.stdlib.samples import add, call, normal, unary

add(special.expit, samples=unary(-3.0, 3.0))
add(
    special.logsumexp,
    samples=[
        call(normal(5)), call(normal(2, 3)), call(normal(2, 3), axis=1), call(normal(2, 3, 2), axis=(0, -1)),
        call(normal(3, 4), axis=0, keepdims=True), call(normal(3, 1), axis=1),
    ],
)  # fmt: skip
