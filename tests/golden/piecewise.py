# flags: --mode grad --wrt x --bare
# args: n(6)
# input
import numpy as np


def huber(x):
    small = np.abs(x) < 1.0
    return np.sum(np.where(small, 0.5 * x**2, np.abs(x) - 0.5)) + np.sum(np.clip(x, -0.5, 0.5))
# output
import numpy as np


def huber_grad(x):
    """Gradient of `huber` with respect to x."""
    t = np.abs(x)
    small = t < 1.0
    t2 = np.clip(x, -0.5, 0.5)

    # return np.sum(np.where(small, 0.5 * x**2, np.abs(x) - 0.5)) + np.sum(np.clip(x ...
    dx = 1.0 * ((t2 > -0.5) & (t2 < 0.5))
    d = np.full_like(np.where(small, 0.5 * x ** 2, t - 0.5), 1.0)
    dx += np.where(small, d, 0.0) * x
    # small = np.abs(x) < 1.0
    dx += np.where(small, 0.0, d) * np.sign(x)
    return dx
