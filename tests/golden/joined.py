# flags: --mode grad --wrt a,b
# args: n(2, 3), n(4, 3), n(6, 3), n(3, 2, 3)
# input
import numpy as np


def f(a, b, u, v):
    c = np.concatenate([a, b])
    first, second, third = np.split(c, 3)
    return np.sum(c * u) + np.sum(np.stack([first, second * third, third]) * v)
# output
import numpy as np

from pullback.runtime import unbroadcast


def f_grad(a, b, u, v):
    """Gradient of `f` with respect to (a, b)."""
    c = np.concatenate((a, b))
    first, second, third = np.split(c, 3)

    # return np.sum(c * u) + np.sum(np.stack([first, second * third, third]) * v)
    d = unbroadcast(v, np.stack((first, second * third, third)))
    dfirst = d[0]
    d2 = d[1]
    dthird = d[2]
    dsecond = d2 * third
    dthird = dthird + d2 * second
    # first, second, third = np.split(c, 3)
    dc = u + np.concatenate((dfirst, dsecond, dthird))
    # c = np.concatenate([a, b])
    da = unbroadcast(dc[:a.shape[0]], a)
    db = unbroadcast(dc[a.shape[0]:], b)
    return da, np.copy(db)
