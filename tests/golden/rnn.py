# flags: --mode grad --wrt w,u,b
# args: n(3, 4), n(4, 4), n(4), n(6, 5, 3), n(5, 4)
# args: n(3, 4), n(4, 4), n(4), n(0, 5, 3), n(5, 4)
# input
import numpy as np


def loss(w, u, b, xs, h):
    for t in range(len(xs)):
        h = np.tanh(xs[t] @ w + h @ u + b)
    return np.sum(h ** 2)
# output
import numpy as np


def loss_grad(w, u, b, xs, h):
    """Gradient of `loss` with respect to (w, u, b)."""
    tape = []
    for t in range(len(xs)):
        h_prev = h
        h = np.tanh(xs[t] @ w + h_prev @ u + b)
        tape.append((h_prev, h))

    # return np.sum(h ** 2)
    dh = 2.0 * h
    dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
    for t in reversed(range(len(xs))):
        h_prev, h = tape.pop()
        # h = np.tanh(xs[t] @ w + h @ u + b)
        d = dh * (1.0 - h * h)
        db += np.sum(d, axis=0)
        dh = d @ u.T
        du += h_prev.T @ d
        dw += xs[t].T @ d
    return dw, du, db
