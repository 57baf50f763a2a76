"""What in-place programs cost: time beside the primal, growth with the number of updates, bytes on the tape.

`python -m benchmarks.in_place` prints these rows of the table alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import pullback
from benchmarks.in_place_by_hand import (
    fdtd_value_and_grad,
    fish_value_and_grad,
    gauss_seidel_value_and_grad,
    heat_value_and_grad,
    jacobi_value_and_grad,
    seidel_value_and_grad,
)
from benchmarks.programs import Program
from benchmarks.table import Row, Setting, multiple_of_primal, print_rows, verdict
from benchmarks.timing import seconds
from tests.inplace.programs import algorithms as a
from tests.memory import kept_bytes

LENGTHS = (100, 1000, 10_000, 100_000)


def updates_of_elements(x):
    for i in range(1, x.shape[0]):
        x[i] = 0.5 * x[i] + 0.4 * x[i - 1]
    return x[-1]


def nonlinear_updates_of_elements(x):
    for i in range(1, x.shape[0]):
        x[i] = math.sin(x[i] + 0.4 * x[i - 1])
    return x[-1]


def elements_of_a_buffer(x):
    y = np.zeros(x.shape[0])
    for i in range(1, x.shape[0]):
        y[i] = 0.9 * y[i - 1] + x[i] * x[i]
    return y[-1]


def programs() -> Iterator[Program]:
    """Loops that overwrite arrays, each at two numbers of sweeps: the cost must not depend on it."""
    rng = np.random.default_rng(3)

    def program(name: str, f: Callable[..., Any], by_hand: Callable[..., Any], limit: float, *args: Any) -> Program:
        wrt = tuple(i for i, x in enumerate(args) if not isinstance(x, int) and (f is not a.fdtd_2d or i < 3))
        return Program(name, f, args, wrt, by_hand=by_hand, limit=limit, writes=True)

    u, source = rng.uniform(0.2, 0.8, 200), 0.01 * rng.standard_normal(40)
    ex, ey, hz = (rng.standard_normal((200, 200)) for _ in range(3))
    long = rng.uniform(0.2, 0.8, 10_000)
    for n in (10, 100):
        yield program(f"heat 1-D, N=200, {n} sweeps", a.heat, heat_value_and_grad, 4.3, u, 0.1, n)
        yield program(f"heat 1-D, N=10000, {n} sweeps", a.heat, heat_value_and_grad, 4.3, long, 0.1, n)
        yield program(f"fish, N=200, {n} years", a.fish, fish_value_and_grad, 3.2, u, 0.4, 0.3, n)
        name = f"Gauss-Seidel recurrence, N=40, {n} sweeps"
        yield program(name, a.gauss_seidel_recurrence, gauss_seidel_value_and_grad, 3.0, u[:40], source, n)
    for n in (3, 30):
        yield program(f"Jacobi 2-D, N=200, {n} sweeps", a.jacobi_2d, jacobi_value_and_grad, 4.3, ex, ey, n)
        yield program(f"FDTD 2-D, N=200, {n} steps", a.fdtd_2d, fdtd_value_and_grad, 4.3, ex, ey, hz, 0.5, n)
        yield program(f"seidel 2-D, N=20, {n} sweeps", a.seidel, seidel_value_and_grad, 3.0, ex[:20, :20], n)


def element_rows() -> Iterator[Row]:
    """How the time of n element updates on an array of length n grows."""
    for f in (updates_of_elements, nonlinear_updates_of_elements, elements_of_a_buffer):
        times = []
        for n in LENGTHS:
            derivative = pullback.value_and_grad(f)
            x = np.linspace(0.1, 0.9, n)
            derivative(x)
            times.append(min(seconds(lambda d=derivative, x=x: d(x)) for _ in range(5 if n > 1000 else 50)))
        exponent = float(np.polyfit(np.log(LENGTHS), np.log(times), 1)[0])
        name = f"{f.__name__.replace('_', ' ')}, n = 1e2 … 1e5"
        yield Row("growth with n", name, "", f"n^{exponent:.2f}", "", "n^1.05", verdict(exponent, 1.05))


def tape_rows() -> Iterator[Row]:
    """What a tape holds beside the array as the program leaves it, in bytes by those of the array."""
    rng = np.random.default_rng(4)
    stock, years = rng.uniform(0.2, 0.8, 10_000), 50
    square = rng.standard_normal((200, 200)) + 40.0 * np.eye(200)
    definite = square @ square.T
    rows: list[tuple[str, Any, tuple[Any, ...], tuple[int, ...], float]] = [
        ("non-linear step (fish), N=10000, 50 steps", a.fish, (stock, 0.4, 0.3, years), (0, 1, 2), years),
        ("non-linear step, in the state alone", a.fish, (stock, 0.4, 0.3, years), (0,), years),
        ("linear step (heat) in u, N=10000, 50 steps", a.heat, (stock, 0.1, years), (0,), 0.1),
        ("linear step (Jacobi 2-D), N=200, 10 sweeps", a.jacobi_2d, (square, definite, 10), (0, 1), 1.1),
        ("LU, N=200", a.lu, (square,), (0,), 1),
        ("LU by elements, N=200", a.lu_by_elements, (square,), (0,), 1),
        ("Cholesky, N=200", a.log_det, (definite,), (0,), 1),
    ]
    for name, f, args, wrt, limit in rows:
        size = args[0].nbytes
        measured = (kept_bytes(f, args, wrt) - size) / size
        yield Row("bytes on the tape", name, "", f"{measured:.2f}×", "", f"{limit:g}×", verdict(measured, limit, 0.02))


def rows(pairs: int) -> Iterator[Row]:
    """All rows about in-place programs."""
    for program in programs():
        yield multiple_of_primal(program, Setting("", pairs, time.process_time))
    yield from element_rows()
    yield from tape_rows()


if __name__ == "__main__":
    print_rows(__doc__, rows, 40)
