# flags: --mode grad --wrt a --backend jax
# args: n(5, 5), 3
# input
import numpy as np


def energy(a, sweeps):
    n = a.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    return np.sum(a * a)
# output
import jax.numpy as jnp
from jax import lax


def energy_grad(a, sweeps):
    """Gradient of `energy` with respect to a."""
    n = a.shape[0]

    def step(a, _):
        def step(a, i):
            def step(a, j):
                t = a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]
                t, a = lax.optimization_barrier((0.2 * t, a))
                a = a.at[i, j].set(t)
                return a, None

            a, _ = lax.scan(step, a, jnp.arange(1, n - 1))
            return a, None

        a, _ = lax.scan(step, a, jnp.arange(1, n - 1))
        return a, None

    a, _ = lax.scan(step, a, jnp.arange(sweeps))

    # return np.sum(a * a)
    da = 2.0 * a

    def step(da, _):
        def step(da, i):
            def step(da, j):
                # a[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] ...
                d, da = lax.optimization_barrier((0.2 * da[i, j], da))
                da = da.at[i, j].set(d)
                da = da.at[i, j + 1].add(d)
                da = da.at[i, j - 1].add(d)
                da = da.at[i + 1, j].add(d)
                da = da.at[i - 1, j].add(d)
                return da, None

            da, _ = lax.scan(step, da, jnp.arange(1, n - 1), reverse=True)
            return da, None

        da, _ = lax.scan(step, da, jnp.arange(1, n - 1), reverse=True)
        return da, None

    da, _ = lax.scan(step, da, jnp.arange(sweeps), reverse=True)
    return (da,)
