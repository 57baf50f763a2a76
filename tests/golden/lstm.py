# flags: --mode value-and-grad --wrt wx,wh,b,h,c
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
import numpy as np

from pullback.runtime import unbroadcast
from lstm import sigmoid


def sigmoid_pullback(x, dout):
    t = np.exp(-x)
    t2 = 1.0 + t

    # return 1.0 / (1.0 + np.exp(-x))
    return dout * (1.0 / t2) / t2 * t


def lstm_value_and_grad(wx, wh, b, xs, h, c):
    """Value of `lstm` and its gradient with respect to (wx, wh, b, h, c)."""
    n = h.shape[-1]
    tape = []
    for x in xs:
        z = x @ wx + h @ wh + b
        i = sigmoid(z[:, :n])
        f = sigmoid(z[:, n:2 * n])
        g = np.tanh(z[:, 2 * n:3 * n])
        o = sigmoid(z[:, 3 * n:])
        c_prev = c
        c = f * c_prev + i * g
        t = np.tanh(c)
        tape.append((c_prev, h, z, i, f, g, o, t))
        h = o * t
    value = np.sum(h * h) + np.mean(c)

    # return np.sum(h * h) + np.mean(c)
    dc = 1.0 / c.size
    dh = 2.0 * h
    dc = np.full_like(c, dc)
    dwx, dwh, db = np.zeros_like(wx), np.zeros_like(wh), np.zeros_like(b)
    for x in reversed(xs):
        c_prev, h, z, i, f, g, o, t = tape.pop()
        # h = o * np.tanh(c)
        do = unbroadcast(dh * t, o)
        dc += dh * o * (1.0 - t * t)
        # c = f * c + i * g
        d = unbroadcast(dc, i, g)
        di = unbroadcast(d * g, i)
        dg = unbroadcast(d * i, g)
        df = unbroadcast(dc * c_prev, f)
        dc = dc * f
        # i, f, g, o = sigmoid(z[:, :n]), sigmoid(z[:, n:2*n]), np.tanh(z[:, 2*n:3*n ...
        dz = np.zeros_like(z)
        dz[:, 3 * n:] += sigmoid_pullback(z[:, 3 * n:], do)
        dz[:, 2 * n:3 * n] += dg * (1.0 - g * g)
        dz[:, n:2 * n] += sigmoid_pullback(z[:, n:2 * n], df)
        dz[:, :n] += sigmoid_pullback(z[:, :n], di)
        # z = x @ wx + h @ wh + b
        db += np.sum(dz, axis=0)
        dh = dz @ wh.T
        dwh += h.T @ dz
        dwx += x.T @ dz
    return value, (dwx, dwh, db, dh, dc)
