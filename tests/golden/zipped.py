# flags: --mode grad --wrt weights,biases
# args: [n(4, 4), n(4, 4)], [n(4), n(4)], n(4)
# input
import numpy as np


def f(weights, biases, x):
    penalty = 0.0
    for i, (w, b) in enumerate(zip(weights, biases)):
        x = np.tanh(w @ x + b)
        penalty = penalty + 0.1 * (i + 1) * np.sum(w * w)
    return np.sum(x) + penalty
# output
import numpy as np


def f_grad(weights, biases, x):
    """Gradient of `f` with respect to (weights, biases)."""
    assert len(weights) == len(biases), "zip of lists of different lengths"
    tape = []
    for w, b in zip(weights, biases):
        x_prev = x
        x = np.tanh(w @ x_prev + b)
        tape.append((x_prev, x))

    dx = np.ones_like(x)
    dweights = []
    dbiases = []
    for i in reversed(range(len(weights))):
        w = weights[i]
        x_prev, x = tape.pop()
        # penalty = penalty + 0.1 * (i + 1) * np.sum(w * w)
        dw = 0.1 * (i + 1) * w
        dw += dw
        # x = np.tanh(w @ x + b)
        db = dx * (1.0 - x * x)
        dbiases.append(db)
        dx = w.T @ db
        dw += np.outer(db, x_prev)
        dweights.append(dw)
    dweights.reverse()
    dbiases.reverse()
    return dweights, dbiases
