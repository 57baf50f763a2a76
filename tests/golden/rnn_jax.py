# flags: --mode grad --wrt w,u,b --backend jax
# args: n(3, 4), n(4, 4), n(4), n(6, 5, 3), n(5, 4)
# input
import numpy as np


def loss(w, u, b, xs, h):
    for t in range(len(xs)):
        h = np.tanh(xs[t] @ w + h @ u + b)
    return np.sum(h ** 2)
# output
import jax.numpy as jnp
from jax import lax


def loss_grad(w, u, b, xs, h):
    """Gradient of `loss` with respect to (w, u, b)."""

    def step(h, t):
        h2 = jnp.tanh(xs[t] @ w + h @ u + b)
        return h2, (h2, h)

    h, (tape, hs) = lax.scan(step, h, jnp.arange(len(xs)))

    # return np.sum(h ** 2)
    dh = 2.0 * h

    def step(dh, h):
        # h = np.tanh(xs[t] @ w + h @ u + b)
        d = dh * (1.0 - h * h)
        dh = d @ u.T
        return dh, d

    _, ds = lax.scan(step, dh, tape, reverse=True)
    # h = np.tanh(xs[t] @ w + h @ u + b)
    dw = jnp.tensordot(xs, ds, ((0, 1), (0, 1)))
    du = jnp.tensordot(hs, ds, ((0, 1), (0, 1)))
    db = jnp.sum(ds, axis=(0, 1))
    return dw, du, db
