# flags: --mode grad --wrt u --bare
# args: n(9)
# args: n(5)
# input
import numpy as np


def roughness(u):
    d = u[2:] - 2.0 * u[1:-1] + u[:-2]
    return np.sum(d**2) + u[0] * u[-1]
# output
