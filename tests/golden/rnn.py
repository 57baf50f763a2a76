# flags: --mode grad --wrt w,u,b
# args: n(3, 4), n(4, 4), n(4), n(6, 5, 3), n(5, 4)
# args: n(3, 4), n(4, 4), n(4), n(0, 5, 3), n(5, 4)
# input
import numpy as np


def loss(w, u, b, xs, h):
    for t in range(len(xs)):
        h = np.tanh(xs[t] @ w + h @ u + b)
    return np.sum(h ** 2)
# output
