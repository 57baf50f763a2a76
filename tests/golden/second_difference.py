# flags: --mode grad --wrt u --bare
# args: n(9)
# args: n(5)
# input
import numpy as np


def roughness(u):
    d = u[2:] - 2.0 * u[1:-1] + u[:-2]
    return np.sum(d**2) + u[0] * u[-1]
# output
import numpy as np


def roughness_grad(u):
    """Gradient of `roughness` with respect to u."""
    d = u[2:] - 2.0 * u[1:-1] + u[:-2]

    # return np.sum(d**2) + u[0] * u[-1]
    du = np.zeros_like(u)
    du[-1] += u[0]
    du[0] += u[-1]
    dd = 2.0 * d
    # d = u[2:] - 2.0 * u[1:-1] + u[:-2]
    du[:-2] += dd
    du[1:-1] -= 2.0 * dd
    du[2:] += dd
    return du
