# flags: --mode grad --wrt q,k,v
# args: n(2, 5, 4), n(2, 6, 4), n(2, 6, 3), n(2, 5, 3)
# input
import numpy as np


def attention(q, k, v, weights):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return np.sum(weights * (p @ v))
# output
