# flags: --mode value-and-grad --wrt x,y,noise
# args: n(4), n(4), 0.3
# input
import numpy as np
from scipy import linalg


def loss(x, y, noise):
    k = np.exp(-((x[:, None] - x[None, :]) ** 2)) + noise * np.eye(x.shape[0])
    c = linalg.cho_factor(k, lower=True)
    return 0.5 * y @ linalg.cho_solve(c, y) + np.sum(np.log(np.diag(c[0])))
# output
import numpy as np
from scipy.linalg import cho_factor, cho_solve

from pullback.runtime import place_diagonal, through_cholesky


def loss_value_and_grad(x, y, noise):
    """Value of `loss` and its gradient with respect to (x, y, noise)."""
    t = x[:, None] - x[None, :]
    t2 = np.exp(-t ** 2)
    t3 = np.eye(x.shape[0])
    k = t2 + noise * t3
    c = cho_factor(k, lower=True)
    t4 = 0.5 * y
    t5 = cho_solve((c[0], True), y)
    t6 = np.diag(c[0])
    value = t4 @ t5 + np.sum(np.log(t6))

    # return 0.5 * y @ linalg.cho_solve(c, y) + np.sum(np.log(np.diag(c[0])))
    dy = cho_solve((c[0], True), t4)
    d = -np.outer(dy, t5)
    d2 = np.tril(c[0])
    d = place_diagonal(1.0 / t6, c[0], 0, 0, 1) + np.tril((d + d.T) @ d2)
    dy += 0.5 * t5
    # c = linalg.cho_factor(k, lower=True)
    dk = through_cholesky(d, d2)
    # k = np.exp(-((x[:, None] - x[None, :]) ** 2)) + noise * np.eye(x.shape[0])
    d = 2.0 * (dk * t2) * t
    dx = np.sum(d, axis=0)
    dx -= np.sum(d, axis=1)
    dnoise = float(np.sum(dk * t3))
    return value, (dx, dy, dnoise)
