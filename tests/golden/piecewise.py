# flags: --mode grad --wrt x --bare
# args: n(6)
# input
import numpy as np


def huber(x):
    small = np.abs(x) < 1.0
    return np.sum(np.where(small, 0.5 * x**2, np.abs(x) - 0.5)) + np.sum(np.clip(x, -0.5, 0.5))
# output
