# flags: --mode grad --wrt a,b,c
# args: n(4, 1), n(1, 3), 0.7
# args: n(4, 1), n(1, 3), -0.2
# input
import numpy as np


def f(a, b, c):
    return np.sum(np.sin(a * b) / (1.0 + c * b**2))
# output
