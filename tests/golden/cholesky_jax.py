# flags: --mode value-and-grad --wrt a --backend jax
# args: np.eye(4) + 0.1 * np.ones((4, 4))
# input
import numpy as np


def log_determinant(a):
    n = a.shape[0]
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j] - np.dot(a[j, :j], a[j, :j]))
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
    return 2.0 * np.sum(np.log(np.diagonal(a)))
# output
import jax.numpy as jnp
from jax import lax

from pullback.runtime.jax import place_diagonal


def log_determinant_value_and_grad(a):
    """Value of `log_determinant` and its gradient with respect to a."""
    n = a.shape[0]
    places = jnp.arange(a.shape[1])

    def step(a, j):
        inside = places < j
        t = jnp.where(inside, a[j], 0.0)
        t, a = lax.optimization_barrier((jnp.sqrt(a[j, j] - jnp.dot(t, t)), a))
        a = a.at[j, j].set(t)

        def step(state):
            k, a = state
            i = j + 1 + k
            t = jnp.dot(jnp.where(inside, a[i], 0.0), jnp.where(inside, a[j], 0.0))
            t, a = lax.optimization_barrier(((a[i, j] - t) / a[j, j], a))
            a = a.at[i, j].set(t)
            return k + 1, a

        def test(state):
            k, _ = state
            return k < n - (j + 1)

        _, a = lax.while_loop(test, step, (0, a))
        return a, None

    a, _ = lax.scan(step, a, jnp.arange(n))
    t = jnp.diagonal(a)
    value = 2.0 * jnp.sum(jnp.log(t))

    # return 2.0 * np.sum(np.log(np.diagonal(a)))
    da = place_diagonal(2.0 / t, a, 0, 0, 1)

    def step(da, j):
        t = a[j, j]
        t2 = a[j]
        # a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
        inside = places < j

        def step(state):
            k, da = state
            i = j + 1 + (n - (j + 1) - 1 - k)
            # a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
            d, da = lax.optimization_barrier((da[i, j] / t, da))
            da = da.at[i, j].set(d)
            da = da.at[j, j].add(-(d * a[i, j]))
            da = da.at[j].add(jnp.where(inside, -(d * a[i]), 0.0))
            da = da.at[i].add(jnp.where(inside, -(d * t2), 0.0))
            return k + 1, da

        def test(state):
            k, _ = state
            return k < n - (j + 1)

        _, da = lax.while_loop(test, step, (0, da))
        # a[j, j] = np.sqrt(a[j, j] - np.dot(a[j, :j], a[j, :j]))
        d, da = lax.optimization_barrier((0.5 * da[j, j] / t, da))
        da = da.at[j, j].set(d)
        da = da.at[j].add(jnp.where(inside, -(2.0 * (d * t2)), 0.0))
        return da, None

    da, _ = lax.scan(step, da, jnp.arange(n), reverse=True)
    return value, (da,)
