# flags: --mode grad --wrt x --backend jax
# args: n(6), 0.3
# input
import numpy as np


def energy(x, c):
    e = x
    for k in range(x.shape[0]):
        if x[k] < -c:
            e = e - c * x
        elif x[k] < 0.0:
            e = e + 0.5 * x * x
        elif e[k] > 2.0:
            e = np.sqrt(e)
    return np.sum(e)
# output
import jax.numpy as jnp
from jax import lax


def energy_grad(x, c):
    """Gradient of `energy` with respect to x."""

    def step(e, k):
        t = x[k]
        branch = jnp.select((t < -c, t < 0.0, e[k] > 2.0), (0, 1, 2), 3)
        value = e, branch

        def case0():
            e2 = e - c * x
            return e2

        def case1():
            e2 = e + 0.5 * x * x
            return e2

        def case2():
            e2 = jnp.sqrt(e)
            return e2

        def otherwise():
            return e

        e2 = lax.switch(branch, (case0, case1, case2, otherwise))
        return e2, value

    e, tape = lax.scan(step, x, jnp.arange(x.shape[0]))

    de = jnp.ones_like(e)
    dx = jnp.zeros_like(x)

    def step(carry, kept):
        de, dx = carry
        e, branch = kept

        def case0():
            # e = e - c * x
            dx2 = dx - de * c
            return dx2, de

        def case1():
            # e = e + 0.5 * x * x
            d = de * x
            dx2 = dx + de * (0.5 * x)
            dx2 += 0.5 * d
            return dx2, de

        def case2():
            e2 = jnp.sqrt(e)
            # e = np.sqrt(e)
            de2 = 0.5 * de / e2
            return dx, de2

        def otherwise():
            return dx, de

        dx2, de2 = lax.switch(branch, (case0, case1, case2, otherwise))
        return (de2, dx2), None

    (de, dx), _ = lax.scan(step, (de, dx), tape, reverse=True)
    dx += de
    return (dx,)
