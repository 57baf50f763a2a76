# flags: --mode grad --wrt a,b
# args: np.array([[0.2, 0.1], [-0.1, 0.3]]), n(2), 1e-12
# input
import numpy as np


def solve(a, b, tolerance):
    x = b
    change = 1.0
    while change > tolerance:
        new = np.tanh(a @ x) + b
        change = np.max(np.abs(new - x))
        x = new
    return np.sum(x**2)
# output
