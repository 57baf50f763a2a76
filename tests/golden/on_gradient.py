# flags: --mode value-and-grad --wrt w,u
# args: n(4, 4), n(4, 3), n(6, 3), n(4)
# input
import numpy as np

from pullback import on_gradient


def checked(d):
    assert np.all(np.isfinite(d))


def loss(w, u, xs, target):
    h = np.zeros(4)
    for x in xs:
        h = on_gradient(np.tanh(w @ h + u @ x), checked)
    return np.sum((h - target) ** 2)
# output
import numpy as np

from pullback.runtime import pass_through
from on_gradient import checked


def loss_value_and_grad(w, u, xs, target):
    """Value of `loss` and its gradient with respect to (w, u)."""
    h = np.zeros(4)
    tape = []
    for x in xs:
        h_prev = h
        h = np.tanh(w @ h_prev + u @ x)
        tape.append((h_prev, h))
    t = h - target
    value = np.sum(t ** 2)

    # return np.sum((h - target) ** 2)
    dh = 2.0 * t
    dw, du = np.zeros_like(w), np.zeros_like(u)
    for x in reversed(xs):
        h_prev, h = tape.pop()
        # h = on_gradient(np.tanh(w @ h + u @ x), checked)
        dh = pass_through(checked, dh)
        d = dh * (1.0 - h * h)
        du += np.outer(d, x)
        dh = w.T @ d
        dw += np.outer(d, h_prev)
    return value, (dw, du)
