# flags: --mode value-and-grad --wrt w --has-aux
# args: n(3, 2), n(5, 3), n(5, 2)
# input
import numpy as np


def loss(w, x, y):
    p = x @ w
    r = p - y
    return np.sum(r * r), {"prediction": p, "worst": np.max(np.abs(r))}
# output
import numpy as np


def loss_value_and_grad(w, x, y):
    """Value of `loss` and its gradient with respect to w."""
    p = x @ w
    r = p - y
    value = np.sum(r * r)
    aux = {"prediction": p, "worst": np.max(np.abs(r))}

    # return np.sum(r * r), {"prediction": p, "worst": np.max(np.abs(r))}
    dr = 2.0 * r
    # p = x @ w
    dw = x.T @ dr
    return (value, aux), (dw,)
