# flags: --mode grad --wrt u,alpha --backend jax
# args: n(10), 0.1, 5
# input
import numpy as np


def energy(u, alpha, steps):
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)
# output
import jax.numpy as jnp
from jax import lax

from pullback.runtime.jax import write_apart


def energy_grad(u, alpha, steps):
    """Gradient of `energy` with respect to (u, alpha)."""

    def step(u, _):
        t = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u = write_apart(u, slice(1, -1), u[1:-1] + alpha * t)
        return u, t

    u, tape = lax.scan(step, u, jnp.arange(steps))

    # return np.sum(u * u)
    du = 2.0 * u

    def step(carry, d):
        du, dalpha = carry
        # u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        d2 = du[1:-1]
        dalpha += jnp.sum(d2 * d)
        d = d2 * alpha
        du = write_apart(du, slice(None, -2), du[:-2] + d)
        du = write_apart(du, slice(2, None), du[2:] + d)
        du = du.at[1:-1].add(-(2.0 * d))
        return (du, dalpha), None

    (du, dalpha), _ = lax.scan(step, (du, 0.0), tape, reverse=True)
    return du, dalpha
