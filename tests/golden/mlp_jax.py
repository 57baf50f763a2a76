# flags: --mode value-and-grad --wrt w1,b1,w2,b2 --backend jax
# args: n(3, 4), n(4), n(4, 2), n(2), n(5, 3), n(5, 2)
# input
import numpy as np


def loss(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1 + b1)
    p = h @ w2 + b2
    return np.mean((p - y) ** 2)
# output
import jax.numpy as jnp


def loss_value_and_grad(w1, b1, w2, b2, x, y):
    """Value of `loss` and its gradient with respect to (w1, b1, w2, b2)."""
    h = jnp.tanh(x @ w1 + b1)
    p = h @ w2 + b2
    t = p - y
    value = jnp.mean(t ** 2)

    # return np.mean((p - y) ** 2)
    dp = 2.0 * t / y.size
    # p = h @ w2 + b2
    db2 = jnp.sum(dp, axis=0)
    dh = dp @ w2.T
    dw2 = h.T @ dp
    # h = np.tanh(x @ w1 + b1)
    d = dh * (1.0 - h * h)
    db1 = jnp.sum(d, axis=0)
    dw1 = x.T @ d
    return value, (dw1, db1, dw2, db2)
