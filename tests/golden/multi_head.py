# flags: --mode value-and-grad --wrt x,w
# args: n(2, 5, 4), n(4, 12)
# input
import math
import numpy as np


def split_heads(x, w):
    q, k, v = np.split(x @ w, 3, axis=-1)
    b, t, d = q.shape
    q = q.reshape(b, t, 2, d // 2).transpose(0, 2, 1, 3)
    k = k.reshape(b, t, 2, d // 2).transpose(0, 2, 3, 1)
    v = v.reshape(b, t, 2, d // 2).transpose(0, 2, 1, 3)
    s = q @ k / math.sqrt(d // 2)
    e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    p = e / np.sum(e, axis=-1, keepdims=True)
    return np.mean((p @ v) ** 2)
# output
import numpy as np
from math import sqrt


def split_heads_value_and_grad(x, w):
    """Value of `split_heads` and its gradient with respect to (x, w)."""
    q, k, v = np.split(x @ w, 3, axis=-1)
    t2 = q.shape[0]
    t3 = q.shape[1]
    t4 = q.shape[2]
    t5 = q.shape[2] // 2
    t6 = q.reshape((q.shape[0], q.shape[1], 2, q.shape[2] // 2))
    q = t6.transpose((0, 2, 1, 3))
    k2 = k.reshape((t2, t3, 2, t5)).transpose((0, 2, 3, 1))
    v2 = v.reshape((t2, t3, 2, t5)).transpose((0, 2, 1, 3))
    root_t5 = sqrt(t5)
    s = q @ k2 / root_t5
    t2 = np.max(s, axis=-1, keepdims=True)
    e = np.exp(s - t2)
    t3 = np.sum(e, axis=-1, keepdims=True)
    p = e / t3
    t5 = p @ v2
    t6 = t5 ** 2
    value = np.mean(t6)

    # return np.mean((p @ v) ** 2)
    d2 = 2.0 * t5 / t6.size
    dp = d2 @ np.swapaxes(v2, -1, -2)
    dv = np.swapaxes(p, -1, -2) @ d2
    # p = e / np.sum(e, axis=-1, keepdims=True)
    de = dp / t3
    de -= np.sum(de * p, axis=3, keepdims=True)
    # e = np.exp(s - np.max(s, axis=-1, keepdims=True))
    ds = de * e
    d2 = s == t2
    d3 = np.sum(d2, axis=-1, dtype=np.float64, keepdims=True)
    ds -= np.sum(ds, axis=3, keepdims=True) / d3 * d2
    # s = q @ k / math.sqrt(d // 2)
    d2 = ds / root_t5
    dq = d2 @ np.swapaxes(k2, -1, -2)
    dk = np.swapaxes(q, -1, -2) @ d2
    # v = v.reshape(b, t, 2, d // 2).transpose(0, 2, 1, 3)
    d2 = np.transpose(dv, (0, 2, 1, 3))
    dv = np.reshape(d2, (x.shape[0], x.shape[1], v.shape[2]))
    # k = k.reshape(b, t, 2, d // 2).transpose(0, 2, 3, 1)
    d2 = np.transpose(dk, (0, 3, 1, 2))
    dk = np.reshape(d2, (x.shape[0], x.shape[1], k.shape[2]))
    # q = q.reshape(b, t, 2, d // 2).transpose(0, 2, 1, 3)
    dq = np.reshape(np.transpose(dq, (0, 2, 1, 3)), (x.shape[0], x.shape[1], t4))
    # q, k, v = np.split(x @ w, 3, axis=-1)
    d2 = np.concatenate((dq, dk, dv), axis=-1)
    dx = d2 @ w.T
    dw = np.reshape(x, (-1, x.shape[2])).T @ np.reshape(d2, (-1, w.shape[1]))
    return value, (dx, dw)
