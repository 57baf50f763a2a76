"""What `checkpoint` saves and costs on 50 steps of a non-linear stencil.

`python -m benchmarks.checkpoints` prints these rows of the table alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import pullback
from benchmarks.programs import Program
from benchmarks.table import Row, Setting, compared, derive, print_rows, verdict
from pullback import checkpoint
from tests.memory import peak_bytes

STEPS = 50


def stepped(u, k, n):
    """Reaction and diffusion, faster where there is more."""
    for _ in range(n):
        c = u[1:-1, 1:-1]
        spread = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * c
        v = u.copy()
        v[1:-1, 1:-1] += k * (spread * np.sqrt(c * c + 0.01) - np.tanh(c) * c)
        u = v
    return np.sum(u * u)


def checkpointed(u, k, n):
    """The same, with what goes round kept once in a few steps."""
    for _ in checkpoint(range(n)):
        c = u[1:-1, 1:-1]
        spread = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * c
        v = u.copy()
        v[1:-1, 1:-1] += k * (spread * np.sqrt(c * c + 0.01) - np.tanh(c) * c)
        u = v
    return np.sum(u * u)


def tape(f: Callable[..., Any], u: np.ndarray) -> float:
    """What value and gradient of all steps need beside what those of one step do, in sizes of the state."""
    derivative, one_step = pullback.value_and_grad(f), pullback.value_and_grad(stepped)
    more = peak_bytes(lambda: derivative(u, 0.01, STEPS)) - peak_bytes(lambda: one_step(u, 0.01, 1))
    return more / u.nbytes


def rows(pairs: int) -> Iterator[Row]:
    """Tape and time with checkpoints, by those without."""
    for size in (100, 300):
        u = np.random.default_rng(5).standard_normal((size, size))
        whole, pieces = tape(stepped, u), tape(checkpointed, u)
        name = f"non-linear stencil {size}×{size}, {STEPS} steps"
        measured = f"{pieces / whole:.2f}× ({pieces:.0f} states for {whole:.0f})"
        yield Row("tape with checkpoint", name, "", measured, "", "0.2×", verdict(pieces / whole, 0.2))
        program = Program(name, stepped, (u, 0.01, STEPS), (0,), mode="value_and_grad")
        again = derive(Program(name, checkpointed, program.args, (0,), mode="value_and_grad"))
        setting = Setting("", pairs, time.process_time)
        yield compared("time with checkpoint", program, setting, again, derive(program), 1.4)


if __name__ == "__main__":
    print_rows(__doc__, rows, 20)
