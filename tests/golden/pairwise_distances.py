# flags: --mode grad --wrt x,y
# args: n(4, 3), n(5, 3)
# input
import numpy as np


def energy(x, y):
    d = x[:, None, :] - y[None, :, :]
    r = np.sqrt(np.sum(d * d, axis=-1) + 0.01)
    return np.sum(1.0 / r)
# output
import numpy as np


def energy_grad(x, y):
    """Gradient of `energy` with respect to (x, y)."""
    d = x[:, None, :] - y[None, :, :]
    r = np.sqrt(np.sum(d * d, axis=-1) + 0.01)

    # return np.sum(1.0 / r)
    dr = -(1.0 / r / r)
    # r = np.sqrt(np.sum(d * d, axis=-1) + 0.01)
    dd = np.expand_dims(0.5 * dr / r, axis=-1) * d
    dd += dd
    # d = x[:, None, :] - y[None, :, :]
    dy = -np.sum(dd, axis=0)
    dx = np.sum(dd, axis=1)
    return dx, dy
