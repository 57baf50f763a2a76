"""What forward mode, Hessians, Jacobians and gradients inside functions cost.

`python -m benchmarks.modes` prints these rows of the table alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import autograd
import autograd.numpy
import numpy as np
from threadpoolctl import threadpool_limits

import pullback
from benchmarks.programs import against_primal, with_numpy
from benchmarks.table import Row, Setting, compared_runs, print_rows

STEPS = 350


def rosenbrock(x):
    """The sum over neighbours."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def decays(p, t):
    """Fourteen decays with their heights, at so many times."""
    return np.exp(-np.outer(t, p[14:])) @ p[:14]


def saturated(p, a):
    """A layer of units with 28 inputs."""
    return np.tanh(a @ p) ** 2


def energy(x, w):
    """What is descended."""
    return np.sum(np.tanh(w @ x) ** 2) + 0.1 * np.sum(x * x)


def descended(x, w):
    """So many steps down the energy."""
    for _ in range(STEPS):
        x = x - 0.05 * pullback.grad(energy)(x, w)
    return np.sum(x * x)


def descended_by_hand(x, w):
    """The same, with the gradient written by hand."""
    for _ in range(STEPS):
        h = np.tanh(w @ x)
        x = x - 0.05 * (w.T @ (2.0 * h * (1.0 - h * h)) + 0.2 * x)
    return np.sum(x * x)


def rows(pairs: int) -> Iterator[Row]:
    """All rows, with BLAS on one thread."""
    with threadpool_limits(1):
        yield from _rows(pairs)


def _rows(pairs: int) -> Iterator[Row]:
    setting = Setting("one thread", pairs, time.process_time)
    rng = np.random.default_rng(8)
    for program in list(against_primal())[:3]:
        gradient = pullback.grad(program.primal, wrt=program.wrt).specialize(*program.args)
        product = pullback.hvp(program.primal, wrt=program.wrt)
        moves = tuple(rng.standard_normal(np.shape(program.args[k])) for k in program.wrt)
        run, against = (lambda p=product, a=program.args, m=moves: p(a, m)), program.call(gradient)
        yield compared_runs("hvp by gradient", program.name, setting, run, against, 2.5)
    x = rng.standard_normal(50)
    ours, theirs = pullback.hessian(rosenbrock), autograd.hessian(with_numpy(rosenbrock, autograd.numpy))
    name = "Hessian of Rosenbrock, 50 variables"
    yield compared_runs("against HIPS autograd", name, setting, lambda: ours(x), lambda: theirs(x), 0.5)
    p = rng.random(28)
    for f, data in ((saturated, rng.standard_normal((1000, 28))), (decays, np.linspace(0.0, 2.0, 300))):
        jacobian = pullback.jacobian(f, mode="forward")
        name = f"Jacobian of {f.__name__}, 28 columns"
        run, against = (lambda j=jacobian, d=data: j(p, d)), (lambda f=f, d=data: f(p, d))
        yield compared_runs("multiple of the primal", name, setting, run, against, 10.0)
    start, w = rng.standard_normal(20), rng.standard_normal((20, 20)) / 5.0
    outer = pullback.grad(descended)
    name = f"gradient inside a loop, {STEPS} steps"
    yield compared_runs(
        "multiple of the primal", name, setting, lambda: outer(start, w), lambda: descended_by_hand(start, w), 6.0
    )


if __name__ == "__main__":
    print_rows(__doc__, rows, 20)
