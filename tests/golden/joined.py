# flags: --mode grad --wrt a,b
# args: n(2, 3), n(4, 3), n(6, 3), n(3, 2, 3)
# input
import numpy as np


def f(a, b, u, v):
    c = np.concatenate([a, b])
    first, second, third = np.split(c, 3)
    return np.sum(c * u) + np.sum(np.stack([first, second * third, third]) * v)
# output
