# flags: --mode grad --wrt w,b
# args: n(3, 2).astype("f4"), n(2).astype("f4"), n(5, 3).astype("f4")
# input
import numpy as np


def loss(w, b, x):
    z = 1.0 / (1.0 + np.exp(-(x @ w + b)))
    return np.mean(np.log(z)) * 2.0
# output
import numpy as np


def loss_grad(w, b, x):
    """Gradient of `loss` with respect to (w, b)."""
    t = np.exp(-(x @ w + b))
    t2 = 1.0 + t
    z = 1.0 / t2

    # return np.mean(np.log(z)) * 2.0
    dz = 2.0 / z.size / z
    # z = 1.0 / (1.0 + np.exp(-(x @ w + b)))
    d = dz * z / t2 * t
    db = np.sum(d, axis=0)
    dw = x.T @ d
    return dw, db
