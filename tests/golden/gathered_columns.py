# flags: --mode grad --wrt x --bare
# args: n(3, 4), np.array([0, 2, 2])
# input
import numpy as np


def f(x, columns):
    return np.sum(np.take(x, columns, axis=1) * 2.0) + np.sum(x[:, columns][0] ** 2)
# output
import numpy as np

from pullback.runtime import scatter_add


def f_grad(x, columns):
    """Gradient of `f` with respect to x."""
    t = x[:, columns]

    # return np.sum(np.take(x, columns, axis=1) * 2.0) + np.sum(x[:, columns][0] ** 2)
    d = np.zeros_like(t)
    d[0] += 2.0 * t[0]
    dx = np.zeros_like(x)
    np.add.at(dx, (slice(None), columns), d)
    d = scatter_add(np.full_like(np.take(x, columns, axis=1), 2.0), x, columns, 1)
    dx += d
    return dx
