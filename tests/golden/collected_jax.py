# flags: --mode grad --wrt x --bare --backend jax
# args: n(3), 4
# input
import numpy as np


def collected(x, n):
    out = []
    for k in range(n):
        x = np.tanh(x) * (k + 1.0)
        out.append(x)
    return np.sum(np.stack(out) ** 2)
# output
import jax.numpy as jnp
from jax import lax


def collected_grad(x, n):
    """Gradient of `collected` with respect to x."""

    def step(x, k):
        t = jnp.tanh(x)
        x = t * (k + 1.0)
        return x, (x, t)

    x, (out, tape) = lax.scan(step, x, jnp.arange(n))

    # return np.sum(np.stack(out) ** 2)
    dout = 2.0 * out

    def step(dx, xs):
        k, dx2, d = xs
        dx += dx2
        # x = np.tanh(x) * (k + 1.0)
        dx = dx * (k + 1.0) * (1.0 - d * d)
        return dx, None

    dx, _ = lax.scan(step, jnp.zeros_like(x), (jnp.arange(n), dout, tape), reverse=True)
    return dx
