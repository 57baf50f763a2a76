# flags: --mode grad --wrt x,a
# args: n(4), n(4, 4), 3
# input
import numpy as np


def gauss_seidel(x, a, sweeps):
    for _ in range(sweeps):
        for i in range(len(x)):
            x[i] = np.tanh(a[i] @ x)
    return np.sum(x * x)
# output
import numpy as np

from pullback.runtime import require_separate


def gauss_seidel_grad(x, a, sweeps):
    """Gradient of `gauss_seidel` with respect to (x, a)."""
    require_separate(1, x, a)
    x = x.copy()
    tape = []
    for _ in range(sweeps):
        tape2 = []
        for i in range(len(x)):
            t = np.tanh(a[i] @ x)
            old = x[i]
            tape2.append((t, old))
            x[i] = t
        tape.append(tape2)

    # return np.sum(x * x)
    dx = 2.0 * x
    da = np.zeros_like(a)
    while tape:
        tape2 = tape.pop()
        for i in reversed(range(len(x))):
            d, old = tape2.pop()
            # x[i] = np.tanh(a[i] @ x)
            x[i] = old
            d2 = dx[i]
            dx[i] = 0.0
            d = d2 * (1.0 - d * d)
            dx += d * a[i]
            da[i] += d * x
    return dx, da
