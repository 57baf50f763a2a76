# flags: --mode grad --wrt w,x
# args: n(3), n(9)
# input
import numpy as np


def conv1d(w, x):
    out = np.zeros(x.shape[0] - w.shape[0] + 1)
    for i in range(w.shape[0]):
        out = out + w[i] * x[i:i + out.shape[0]]
    return np.sum(np.maximum(out, 0.0) ** 2)
# output
import numpy as np

from pullback.runtime import unbroadcast


def conv1d_grad(w, x):
    """Gradient of `conv1d` with respect to (w, x)."""
    out = np.zeros(x.shape[0] - w.shape[0] + 1)
    tape = []
    for i in range(w.shape[0]):
        tape.append(out)
        out = out + w[i] * x[i:i + out.shape[0]]
    t = np.maximum(out, 0.0)

    # return np.sum(np.maximum(out, 0.0) ** 2)
    dout = 2.0 * t * (t > 0.0)
    dw, dx = np.zeros_like(w), np.zeros_like(x)
    for i in reversed(range(w.shape[0])):
        out = tape.pop()
        t = x[i:i + out.shape[0]]
        # out = out + w[i] * x[i:i + out.shape[0]]
        d = unbroadcast(dout, t)
        dout = unbroadcast(dout, out)
        dx[i:i + out.shape[0]] += d * w[i]
        dw[i] += np.sum(d * t)
    return dw, dx
