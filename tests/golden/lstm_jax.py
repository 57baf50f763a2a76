# flags: --mode value-and-grad --wrt wx,wh,b,h,c --backend jax
# args: n(3, 16), n(4, 16), n(16), n(5, 2, 3), n(2, 4), n(2, 4)
# input
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(wx, wh, b, xs, h, c):
    n = h.shape[-1]
    for x in xs:
        z = x @ wx + h @ wh + b
        i, f, g, o = sigmoid(z[:, :n]), sigmoid(z[:, n:2*n]), np.tanh(z[:, 2*n:3*n]), sigmoid(z[:, 3*n:])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h * h) + np.mean(c)
# output
import jax.numpy as jnp
from jax import lax

from pullback.runtime.jax import unbroadcast


def sigmoid(x):
    return 1.0 / (1.0 + jnp.exp(-x))


def sigmoid_pullback(x, dout):
    t = jnp.exp(-x)
    t2 = 1.0 + t

    # return 1.0 / (1.0 + np.exp(-x))
    return dout * (1.0 / t2) / t2 * t


def lstm_value_and_grad(wx, wh, b, xs, h, c):
    """Value of `lstm` and its gradient with respect to (wx, wh, b, h, c)."""
    n = h.shape[-1]

    def step(carry, x):
        c, h = carry
        z = x @ wx + h @ wh + b
        i = sigmoid(z[:, :n])
        f = sigmoid(z[:, n:2 * n])
        g = jnp.tanh(z[:, 2 * n:3 * n])
        o = sigmoid(z[:, 3 * n:])
        value = c, z, i, f, o
        c = f * c + i * g
        h2 = o * jnp.tanh(c)
        return (c, h2), (value, h)

    (c, h), (tape, hs) = lax.scan(step, (c, h), xs)
    aux = jnp.sum(h * h) + jnp.mean(c)

    # return np.sum(h * h) + np.mean(c)
    dc = 1.0 / c.size
    dh = 2.0 * h
    dc = jnp.full_like(c, dc)

    def step(carry, kept):
        dc, dh = carry
        c, z, i, f, o = kept
        g = jnp.tanh(z[:, 2 * n:3 * n])
        c2 = f * c + i * g
        t = jnp.tanh(c2)
        # h = o * np.tanh(c)
        do = unbroadcast(dh * t, o)
        dc += dh * o * (1.0 - t * t)
        # c = f * c + i * g
        d = unbroadcast(dc, i, g)
        di = unbroadcast(d * g, i)
        dg = unbroadcast(d * i, g)
        df = unbroadcast(dc * c, f)
        dc *= f
        # i, f, g, o = sigmoid(z[:, :n]), sigmoid(z[:, n:2*n]), np.tanh(z[:, 2*n:3*n ...
        dz = jnp.zeros_like(z)
        dz = dz.at[:, 3 * n:].add(sigmoid_pullback(z[:, 3 * n:], do))
        dz = dz.at[:, 2 * n:3 * n].add(dg * (1.0 - g * g))
        dz = dz.at[:, n:2 * n].add(sigmoid_pullback(z[:, n:2 * n], df))
        dz = dz.at[:, :n].add(sigmoid_pullback(z[:, :n], di))
        # z = x @ wx + h @ wh + b
        dh = dz @ wh.T
        return (dc, dh), dz

    (dc, dh), dzs = lax.scan(step, (dc, dh), tape, reverse=True)
    # z = x @ wx + h @ wh + b
    dwx = jnp.tensordot(xs, dzs, ((0, 1), (0, 1)))
    dwh = jnp.tensordot(hs, dzs, ((0, 1), (0, 1)))
    db = jnp.sum(dzs, axis=(0, 1))
    return aux, (dwx, dwh, db, dh, dc)
