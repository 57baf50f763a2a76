# flags: --mode grad --wrt x,y
# args: n(4, 3), n(5, 3)
# input
import numpy as np


def energy(x, y):
    d = x[:, None, :] - y[None, :, :]
    r = np.sqrt(np.sum(d * d, axis=-1) + 0.01)
    return np.sum(1.0 / r)
# output
