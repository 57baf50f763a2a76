# flags: --mode grad --wrt a,b,c
# args: n(4, 1), n(1, 3), 0.7
# args: n(4, 1), n(1, 3), -0.2
# input
import numpy as np


def f(a, b, c):
    return np.sum(np.sin(a * b) / (1.0 + c * b**2))
# output
import numpy as np


def f_grad(a, b, c):
    """Gradient of `f` with respect to (a, b, c)."""
    t = a * b
    t2 = b ** 2
    t3 = 1.0 + c * t2

    # return np.sum(np.sin(a * b) / (1.0 + c * b**2))
    d = np.sum(np.sin(t) / t3 / t3, axis=0, keepdims=True)
    db = -(2.0 * (d * c) * b)
    d2 = np.cos(t) / t3
    da = np.sum(d2 * b, axis=1, keepdims=True)
    db += np.sum(d2 * a, axis=0, keepdims=True)
    dc = float(-np.sum(d * t2))
    return da, db, dc
