# flags: --mode grad --wrt x,c --backend jax
# args: n(6), 0.3
# input
import numpy as np


def energy(x, c):
    e = x[0]
    for k in range(x.shape[0]):
        if x[k] < -c:
            e = e - c * x[k]
        elif x[k] < 0.0:
            e = e + 0.5 * x[k] ** 2
        elif e > 2.0:
            e = np.sqrt(e)
    return e
# output
import jax.numpy as jnp
from jax import lax


def energy_grad(x, c):
    """Gradient of `energy` with respect to (x, c)."""
    e = x[0]

    def step(e, k):
        t = x[k]
        branch = jnp.select((t < -c, t < 0.0, e > 2.0), (0, 1, 2), 3)

        def case0():
            e2 = e - c * t
            return e2

        def case1():
            e2 = e + 0.5 * t ** 2
            return e2

        def case2():
            e2 = jnp.sqrt(e)
            return e2

        def otherwise():
            return e

        e2 = lax.switch(branch, (case0, case1, case2, otherwise))
        return e2, (branch, e2)

    _, tape = lax.scan(step, e, jnp.arange(x.shape[0]))

    dx = jnp.zeros_like(x)

    def step(carry, xs):
        de, dx, dc = carry
        k, (branch, e) = xs
        t = x[k]

        def case0():
            # e = e - c * x[k]
            dc2 = dc - de * t
            return dc2, -(de * c), de

        def case1():
            return dc, de * t, de

        def case2():
            # e = np.sqrt(e)
            de2 = 0.5 * de / e
            return dc, 0.0, de2

        def otherwise():
            return dc, 0.0, de

        dc2, d, de2 = lax.switch(branch, (case0, case1, case2, otherwise))
        dx = dx.at[k].add(d)
        return (de2, dx, dc2), None

    (de, dx, dc), _ = lax.scan(
        step, (1.0, dx, 0.0), (jnp.arange(x.shape[0]), tape), reverse=True
    )
    # e = x[0]
    dx = dx.at[0].add(de)
    return dx, dc
