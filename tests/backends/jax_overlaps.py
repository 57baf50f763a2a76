"""Programs that write into an array what they compute from other places of it, for `test_jax_overlaps.py`.

Run as a script it compiles them as users have XLA compile them, and compares them with NumPy.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

import pullback


def slices(b: Any, c: float) -> Any:
    y = b[1] * 2.0
    y[1:] = 0.3 * y[:-1]
    y[1:-1] += c * y[2:]
    y[2:] *= c
    y[:3] = y[:3][::-1] * c
    return np.sum(y * y)


def rows_of_a_loop(b: Any, c: float) -> Any:
    s = 0.0
    for r in b:
        y = r * 1.0
        y[1:] += c * y[:-1]
        s = s + np.sum(y**2)
    return s


def carried(b: Any, n: int) -> Any:
    u = b[1] * 2.0
    for _ in range(n):
        u[1:-1] = 0.5 * (u[2:] + np.sin(u[:-2]))
    return np.sum(u**2)


def shift(u: Any, c: float) -> Any:
    u[1:] = c * u[:-1]
    return u


def in_a_function(b: Any, c: float) -> Any:
    return np.sum(shift(b[2] * c, c) ** 3)


def under_a_condition(b: Any, c: float) -> Any:
    u = b[0] * c
    if c > 0.5:
        u[:-1] -= u[1:] * u[1]
    return np.sum(u**3)


def turned_row(t: Any, c: float) -> Any:
    a = t[1] * c
    a[0] = a[0, ::-1] * 2.0
    a[-1] += np.cumsum(a[-1])
    return np.sum(a**3)


def column(b: Any, c: float) -> Any:
    a = b[1][:, None] * c
    a[1:, 0] = a[:-1, 0] * 2.0
    return np.sum(a**3)


def running(b: Any, c: float) -> Any:
    u = np.cumsum(b[0]) * c
    u[1:] = u[:-1] * u[1:]
    return np.sum(u**2)


def chosen(b: Any, c: float) -> Any:
    u = b[np.argmax(b[:, 0])].copy()
    u[1:4] = c * u[0:3]
    return np.sum(u**3)


B, T = np.random.default_rng(4).normal(size=(3, 8)), np.random.default_rng(5).normal(size=(3, 4, 5))
CASES: list[tuple[Any, tuple[Any, ...]]] = [
    (slices, (B, 0.7)), (rows_of_a_loop, (B, 0.7)), (carried, (B, 1)), (carried, (B, 3)), (in_a_function, (B, 0.7)),
    (under_a_condition, (B, 0.7)), (turned_row, (T, 0.7)), (column, (B, 0.7)), (running, (B, 0.7)), (chosen, (B, 0.7)),
]  # fmt: skip


def main() -> None:
    """Compare all of them, compiled, with what they are for NumPy."""
    import jax

    jax.config.update("jax_enable_x64", True)
    for f, args in CASES:
        derived: Any = pullback.value_and_grad(f, backend="jax")
        compiled = jax.jit(derived, static_argnums=tuple(k for k, a in enumerate(args) if type(a) is int))
        expected = pullback.value_and_grad(f)(*copy.deepcopy(args))
        for found, wanted in zip(compiled(*args), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12, err_msg=f.__name__)
    print(len(CASES))


if __name__ == "__main__":
    main()
