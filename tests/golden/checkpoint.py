# flags: --mode value-and-grad --wrt u,k
# args: rng.uniform(0.2, 0.8, (5, 6)), 0.1, 9
# args: rng.uniform(0.2, 0.8, (5, 6)), 0.1, 0
# input
import numpy as np

from pullback import checkpoint


def diffused(u, k, n):
    for _ in checkpoint(range(n)):
        gx, gy = u[1:, :] - u[:-1, :], u[:, 1:] - u[:, :-1]
        fx, fy = k * np.exp(-gx * gx) * gx, k * np.exp(-gy * gy) * gy
        u = u.copy()
        u[:-1, :] += fx
        u[1:, :] -= fx
        u[:, :-1] += fy
        u[:, 1:] -= fy
    return np.sum(u * u)
# output
import numpy as np
from math import isqrt


def diffused_value_and_grad(u, k, n):
    """Value of `diffused` and its gradient with respect to (u, k)."""
    every = isqrt(max(n // 2, 1))
    tape = []
    for start in range(0, n, every):
        tape.append(np.copy(u))
        for _ in range(start, min(start + every, n)):
            gx = u[1:, :] - u[:-1, :]
            gy = u[:, 1:] - u[:, :-1]
            fx = k * np.exp(-gx * gx) * gx
            fy = k * np.exp(-gy * gy) * gy
            u = np.copy(u, order="C")
            u[:-1, :] += fx
            u[1:, :] -= fx
            u[:, :-1] += fy
            u[:, 1:] -= fy
    value = np.sum(u * u)

    # return np.sum(u * u)
    du = 2.0 * u
    dk = 0.0
    for start in reversed(range(0, n, every)):
        u = tape.pop()
        tape2 = []
        for _ in range(start, min(start + every, n)):
            gx = u[1:, :] - u[:-1, :]
            gy = u[:, 1:] - u[:, :-1]
            t = np.exp(-gx * gx)
            fx = k * t * gx
            t2 = np.exp(-gy * gy)
            tape2.append((np.copy(u), t, t2))
            fy = k * t2 * gy
            u = np.copy(u, order="C")
            u[:-1, :] += fx
            u[1:, :] -= fx
            u[:, :-1] += fy
            u[:, 1:] -= fy
        while tape2:
            u, t, t2 = tape2.pop()
            gx = u[1:, :] - u[:-1, :]
            gy = u[:, 1:] - u[:, :-1]
            # u[:, 1:] -= fy
            dfy = -du[:, 1:]
            # u[:, :-1] += fy
            dfy += du[:, :-1]
            # u[1:, :] -= fx
            dfx = -du[1:, :]
            # u[:-1, :] += fx
            dfx += du[:-1, :]
            # fx, fy = k * np.exp(-gx * gx) * gx, k * np.exp(-gy * gy) * gy
            d = dfy * gy
            dgy = dfy * (k * t2)
            d2 = d * k * t2
            dgy += d2 * -gy
            dgy -= d2 * gy
            d2 = dfx * gx
            dgx = dfx * (k * t)
            dk = dk + np.sum(d * t2) + np.sum(d2 * t)
            d = d2 * k * t
            dgx += d * -gx
            dgx -= d * gx
            # gx, gy = u[1:, :] - u[:-1, :], u[:, 1:] - u[:, :-1]
            du[:, :-1] -= dgy
            du[:, 1:] += dgy
            du[:-1, :] -= dgx
            du[1:, :] += dgx
    return value, (du, float(dk))
