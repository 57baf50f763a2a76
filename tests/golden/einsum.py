# flags: --mode grad --wrt a,b
# args: n(2, 3, 4), n(2, 4, 5), n(2, 3, 5)
# input
import numpy as np


def f(a, b, weights):
    return np.sum(np.einsum("bij,bjk->bik", a, b) * weights)
# output
import numpy as np


def f_grad(a, b, weights):
    """Gradient of `f` with respect to (a, b)."""
    # return np.sum(np.einsum("bij,bjk->bik", a, b) * weights)
    da = np.einsum("bik,bjk->bij", weights, b)
    db = np.einsum("bik,bij->bjk", weights, a)
    return da, db
