# flags: --mode grad --wrt a,b
# args: np.array([[0.2, 0.1], [-0.1, 0.3]]), n(2), 1e-12
# input
import numpy as np


def solve(a, b, tolerance):
    x = b
    change = 1.0
    while change > tolerance:
        new = np.tanh(a @ x) + b
        change = np.max(np.abs(new - x))
        x = new
    return np.sum(x**2)
# output
import numpy as np


def solve_grad(a, b, tolerance):
    """Gradient of `solve` with respect to (a, b)."""
    tape = []
    change, x = 1.0, b
    while change > tolerance:
        t = np.tanh(a @ x)
        tape.append((x, t))
        x_prev = x
        x = t + b
        change = np.max(np.abs(x - x_prev))

    # return np.sum(x**2)
    dx = 2.0 * x
    da, db = np.zeros_like(a), np.zeros_like(b)
    while tape:
        x, t = tape.pop()
        # new = np.tanh(a @ x) + b
        db += dx
        d = dx * (1.0 - t * t)
        dx = a.T @ d
        da += np.outer(d, x)
    db += dx
    return da, db
