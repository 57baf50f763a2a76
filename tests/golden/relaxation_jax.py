# flags: --mode primal --backend jax
# args: n(8), n(8), 1e-3, 200
# input
import numpy as np


def residual(u, f):
    return u[:-2] - 2.0 * u[1:-1] + u[2:] - f[1:-1]


def relax(u, f, tolerance, most):
    """The solution of u'' = f between fixed ends, and how many sweeps it took."""
    sweeps = 0
    while np.max(np.abs(residual(u, f))) > tolerance and sweeps < most:
        u[1:-1] += 0.4 * residual(u, f)
        sweeps += 1
    return u, sweeps
# output
import jax.numpy as jnp
from jax import lax

from pullback.runtime.jax import write_apart


def residual(u, f):
    return u[:-2] - 2.0 * u[1:-1] + u[2:] - f[1:-1]


def relax(u, f, tolerance, most):
    """The solution of u'' = f between fixed ends, and how many sweeps it took."""

    def step(state):
        sweeps, u = state
        u = write_apart(u, slice(1, -1), u[1:-1] + 0.4 * residual(u, f))
        sweeps += 1
        return sweeps, u

    def test(state):
        sweeps, u = state
        t = jnp.max(jnp.abs(residual(u, f))) > tolerance
        return jnp.logical_and(t, sweeps < most)

    sweeps, u = lax.while_loop(test, step, (0, u))
    return u, sweeps
