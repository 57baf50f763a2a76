# mypy: allow-untyped-defs, allow-untyped-calls
"""The model of `pullback demo`: a classifier of handwritten digits, in the plain NumPy that users write."""

import numpy as np


def logits(w1, b1, w2, b2, x):
    h = np.tanh(x @ w1 + b1)
    return h @ w2 + b2


def loss(w1, b1, w2, b2, x, labels):
    z = logits(w1, b1, w2, b2, x)
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])
