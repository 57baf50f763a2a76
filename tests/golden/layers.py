# flags: --mode grad --wrt layers --bare
# args: [(n(3, 3), n(3)), (n(2, 3), n(2))], n(3)
# input
import numpy as np


def list_params(layers, x):
    for w, b in layers[:-1]:
        x = np.maximum(w @ x + b, 0.0)
    w, b = layers[-1]
    return np.sum(w @ x + b)
# output
import numpy as np

from pullback.runtime import add_trees, zeros_of


def list_params_grad(layers, x):
    """Gradient of `list_params` with respect to layers."""
    tape = []
    for i in range(len(layers) - 1):
        w, b = layers[i]
        x_prev = x
        x = np.maximum(w @ x_prev + b, 0.0)
        tape.append((x_prev, x))
    w, b = layers[-1]

    # return np.sum(w @ x + b)
    d = np.ones_like(w @ x)
    dw = np.outer(d, x)
    dx = w.T @ d
    # w, b = layers[-1]
    db = np.ones_like(b)
    dlayers = zeros_of(layers)
    dlayers[-1] = add_trees(dlayers[-1], (dw, db))
    for i in reversed(range(len(layers) - 1)):
        x_prev, x = tape.pop()
        w = layers[i][0]
        # x = np.maximum(w @ x + b, 0.0)
        db = dx * (x > 0.0)
        dw = np.outer(db, x_prev)
        dx = w.T @ db
        dlayers[i] = add_trees(dlayers[i], (dw, db))
    return dlayers
