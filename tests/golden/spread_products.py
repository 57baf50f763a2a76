# flags: --mode value-and-grad --wrt x,w,c
# args: n(4, 3), n(3, 5), n(2, 5)
# input
import numpy as np


def loss(x, w, c):
    h = np.tanh(np.sum(x[:, :, None] * w[None, :, :], axis=1))
    near = np.exp(-np.sum((h[:, None, :] - c[None, :, :]) ** 2, axis=2))
    return np.mean(near)
# output
import numpy as np


def loss_value_and_grad(x, w, c):
    """Value of `loss` and its gradient with respect to (x, w, c)."""
    h = np.tanh(np.sum(x[:, :, None] * w[None, :, :], axis=1))
    t = h[:, None, :] - c[None, :, :]
    near = np.exp(-np.sum(t ** 2, axis=2))
    value = np.mean(near)

    # return np.mean(near)
    dnear = 1.0 / near.size
    # near = np.exp(-np.sum((h[:, None, :] - c[None, :, :]) ** 2, axis=2))
    d = 2.0 * -(dnear * near)
    dc = -np.einsum("ab,abc->bc", d, t)
    dh = np.einsum("ab,abc->ac", d, t)
    # h = np.tanh(np.sum(x[:, :, None] * w[None, :, :], axis=1))
    d = dh * (1.0 - h * h)
    dw = x.T @ d
    dx = d @ w.T
    return value, (dx, dw, dc)
