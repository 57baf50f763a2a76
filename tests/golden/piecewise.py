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
    small = np.abs(x) < 1.0
    t = np.clip(x, -0.5, 0.5)

    # return np.sum(np.where(small, 0.5 * x**2, np.abs(x) - 0.5)) + np.sum(np.clip(x ...
    dx = 1.0 * ((t > -0.5) & (t < 0.5))
    dx += np.where(small, 1.0, 0.0) * x
    # small = np.abs(x) < 1.0
    dx += np.where(small, 0.0, 1.0) * np.sign(x)
    return dx
