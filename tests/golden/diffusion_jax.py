# flags: --mode grad --wrt u,k --backend jax
# args: n(6, 6), 0.1, 3
# input
import numpy as np


def energy(u, k, steps):
    for _ in range(steps):
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += k * lap / (1.0 + u[1:-1, 1:-1] ** 2)
    return np.sum(u * u)
# output
import jax.numpy as jnp
from jax import lax


def energy_grad(u, k, steps):
    """Gradient of `energy` with respect to (u, k)."""

    def step(u, _):
        t = u[1:-1, 1:-1]
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * t
        u2 = u.at[1:-1, 1:-1].add(k * lap / (1.0 + t ** 2))
        return u2, u

    u, tape = lax.scan(step, u, jnp.arange(steps))

    # return np.sum(u * u)
    du = 2.0 * u

    def step(carry, u):
        du, dk = carry
        t = u[1:-1, 1:-1]
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * t
        t2 = 1.0 + t ** 2
        # u[1:-1, 1:-1] += k * lap / (1.0 + u[1:-1, 1:-1] ** 2)
        d = du[1:-1, 1:-1] / t2
        dk += jnp.sum(d * lap)
        dlap = d * k
        # lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1: ...
        du = du.at[1:-1, 1:-1].add(-(2.0 * (d * (k * lap / t2)) * t) - 4.0 * dlap)
        d = jnp.pad(lax.optimization_barrier(dlap), 2)
        du += d[1:-1, 2:] + d[1:-1, :-2] + d[2:, 1:-1] + d[:-2, 1:-1]
        return (du, dk), None

    (du, dk), _ = lax.scan(step, (du, 0.0), tape, reverse=True)
    return du, dk
