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
import numpy as np


def attention_grad(q, k, v, weights):
    """Gradient of `attention` with respect to (q, k, v)."""
    t = k.swapaxes(-1, -2)
    t2 = np.sqrt(q.shape[-1])
    scores = q @ t / t2
    t3 = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - t3)
    t4 = e.sum(axis=-1, keepdims=True)
    p = e / t4

    # return np.sum(weights * (p @ v))
    dp = weights @ np.swapaxes(v, -1, -2)
    dv = np.swapaxes(p, -1, -2) @ weights
    # p = e / e.sum(axis=-1, keepdims=True)
    de = dp / t4
    de -= np.sum(de * p, axis=2, keepdims=True)
    # e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    dscores = de * e
    d = scores == t3
    d2 = np.sum(d, axis=-1, dtype=np.float64, keepdims=True)
    dscores -= np.sum(dscores, axis=2, keepdims=True) / d2 * d
    # scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    d = dscores / t2
    dq = d @ np.swapaxes(t, -1, -2)
    dk = np.swapaxes(np.swapaxes(q, -1, -2) @ d, -1, -2)
    return dq, dk, dv
