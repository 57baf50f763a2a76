# flags: --mode grad --wrt x,a --backend jax
# args: n(4), n(4, 4), 3
# input
import numpy as np


def gauss_seidel(x, a, sweeps):
    for _ in range(sweeps):
        for i in range(len(x)):
            x[i] = np.tanh(a[i] @ x)
    return np.sum(x * x)
# output
import jax.numpy as jnp
from jax import lax


def gauss_seidel_grad(x, a, sweeps):
    """Gradient of `gauss_seidel` with respect to (x, a)."""

    def step(x, _):
        t = jnp.arange(len(x))

        def step(x, i):
            old = x[i]
            t, old, x = lax.optimization_barrier((jnp.tanh(a[i] @ x), old, x))
            x = x.at[i].set(t)
            return x, (t, old)

        x, tape = lax.scan(step, x, t)
        return x, tape

    x2, tape = lax.scan(step, x, jnp.arange(sweeps))

    # return np.sum(x * x)
    dx = 2.0 * x2
    da = jnp.zeros_like(a)

    def step(carry, tape2):
        dx, da, x2 = carry
        d = jnp.arange(len(x))

        def step(carry, xs):
            dx, da, x = carry
            i, (d, old) = xs
            # x[i] = np.tanh(a[i] @ x)
            x = x.at[i].set(old)
            d2, dx = lax.optimization_barrier((dx[i], dx))
            dx = dx.at[i].set(0.0)
            d = d2 * (1.0 - d * d)
            dx += d * a[i]
            da = da.at[i].add(d * x)
            return (dx, da, x), None

        (dx, da, x2), _ = lax.scan(step, (dx, da, x2), (d, tape2), reverse=True)
        return (dx, da, x2), None

    (dx, da, _), _ = lax.scan(step, (dx, da, x2), tape, reverse=True)
    return dx, da
