# flags: --mode value-and-grad --wrt w,b
# args: n(4, 3), n(3), n(6, 4), rng.integers(0, 3, 6)
# input
import numpy as np


def log_softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def loss(w, b, x, labels):
    log_p = log_softmax(x @ w + b)
    return -np.mean(log_p[np.arange(len(labels)), labels])
# output
