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
        return h2, (h, h2)

    h, tape = lax.scan(step, h, jnp.arange(len(xs)))

    # return np.sum(h ** 2)
    dh = 2.0 * h
    dw = jnp.zeros_like(w)
    du = jnp.zeros_like(u)
    db = jnp.zeros_like(b)

    def step(carry, xs2):
        dh, dw, du, db = carry
        t, (h, h2) = xs2
        # h = np.tanh(xs[t] @ w + h @ u + b)
        d = dh * (1.0 - h2 * h2)
        db += jnp.sum(d, axis=0)
        dh = d @ u.T
        du += h.T @ d
        dw += xs[t].T @ d
        return (dh, dw, du, db), None

    (_, dw, du, db), _ = lax.scan(
        step, (dh, dw, du, db), (jnp.arange(len(xs)), tape), reverse=True
    )
    return dw, du, db
