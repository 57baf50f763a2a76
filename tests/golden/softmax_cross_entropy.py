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
import numpy as np

from softmax_cross_entropy import log_softmax


def log_softmax_pullback(logits, dout):
    t = np.max(logits, axis=1, keepdims=True)
    shifted = logits - t
    t2 = np.exp(shifted)

    # return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    d = np.sum(dout, axis=1, keepdims=True) / np.sum(t2, axis=1, keepdims=True) * t2
    dshifted = dout - d
    # shifted = logits - np.max(logits, axis=1, keepdims=True)
    d = logits == t
    d2 = np.sum(d, axis=1, dtype=np.float64, keepdims=True)
    return dshifted - np.sum(dshifted, axis=1, keepdims=True) / d2 * d


def loss_value_and_grad(w, b, x, labels):
    """Value of `loss` and its gradient with respect to (w, b)."""
    t = x @ w + b
    log_p = log_softmax(t)
    t2 = np.arange(len(labels))
    value = -np.mean(log_p[t2, labels])

    # return -np.mean(log_p[np.arange(len(labels)), labels])
    dlog_p = np.zeros_like(log_p)
    np.subtract.at(dlog_p, (t2, labels), 1.0 / labels.shape[0])
    # log_p = log_softmax(x @ w + b)
    d = log_softmax_pullback(t, dlog_p)
    db = np.sum(d, axis=0)
    dw = x.T @ d
    return value, (dw, db)
