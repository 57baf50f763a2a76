# flags: --mode grad --wrt u --bare
# args: n(10), 0.1, 5
# input
import numpy as np


def energy(u, alpha, steps):
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)
# output
def energy_grad(u, alpha, steps):
    """Gradient of `energy` with respect to u."""
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])

    # return np.sum(u * u)
    du = 2.0 * u
    for _ in range(steps):
        # u[1:-1] += alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        d = du[1:-1] * alpha
        du[:-2] += d
        du[2:] += d
        du[1:-1] -= 2.0 * d
    return du
