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
