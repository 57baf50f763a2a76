# flags: --mode grad --wrt u,alpha
# args: n(10), 0.1, 5
# args: n(10), 0.1, 0
# input
import numpy as np


def energy(u, alpha, steps):
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)
# output
import numpy as np


def energy_grad(u, alpha, steps):
    """Gradient of `energy` with respect to (u, alpha)."""
    u = u.copy()
    tape = np.empty((max(steps, 0), u.shape[0] - 2))
    for i in range(steps):
        t = u[2:] - 2.0 * u[1:-1] + u[:-2]
        tape[i] = t
        u[1:-1] += alpha * t

    # return np.sum(u * u)
    du = 2.0 * u
    dalpha = 0.0
    for t in reversed(tape):
        # u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        d = du[1:-1]
        dalpha += np.sum(d * t)
        d = d * alpha
        du[:-2] += d
        du[2:] += d
        du[1:-1] -= 2.0 * d
    return du, float(dalpha)
