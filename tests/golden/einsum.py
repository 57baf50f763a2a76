# flags: --mode grad --wrt a,b
# args: n(2, 3, 4), n(2, 4, 5), n(2, 3, 5)
# input
import numpy as np


def f(a, b, weights):
    return np.sum(np.einsum("bij,bjk->bik", a, b) * weights)
# output
