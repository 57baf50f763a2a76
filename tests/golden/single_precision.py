# flags: --mode grad --wrt w,b
# args: n(3, 2).astype("f4"), n(2).astype("f4"), n(5, 3).astype("f4")
# input
import numpy as np


def loss(w, b, x):
    z = 1.0 / (1.0 + np.exp(-(x @ w + b)))
    return np.mean(np.log(z)) * 2.0
# output
