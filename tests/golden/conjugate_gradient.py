# flags: --mode grad --wrt a,b
# args: np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 5.0]]), n(3)
# input
import numpy as np


def matrix_while(a, b):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r
    rs = r @ r
    i = 0
    while i < 3:
        ap = a @ p
        alpha = rs / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        p = r + (new / rs) * p
        rs = new
        i += 1
    return np.sum(x)
# output
import numpy as np


def matrix_while_grad(a, b):
    """Gradient of `matrix_while` with respect to (a, b)."""
    x = np.zeros_like(b)
    r = b - a @ x
    rs = r @ r
    tape = []
    x_prev = x
    r_prev = r
    p, i = r_prev, 0
    while i < 3:
        ap = a @ p
        t = p @ ap
        alpha = rs / t
        x = x + alpha * p
        r = r - alpha * ap
        rs_prev = rs
        rs = r @ r
        t2 = rs / rs_prev
        tape.append((p, rs_prev, ap, t, r, t2))
        p = r + t2 * p
        i += 1

    dx = np.ones_like(x)
    dr, dp, drs, da = np.zeros_like(r), np.zeros_like(p), 0.0, np.zeros_like(a)
    while tape:
        p, rs_prev, ap, t, r, t2 = tape.pop()
        alpha = rs_prev / t
        # p = r + (new / rs) * p
        dr += dp
        d = np.sum(dp * p)
        dp = dp * t2
        d /= rs_prev
        dnew = drs + d
        drs = -(d * t2)
        # new = r @ r
        d = dnew * r
        dr += d
        dr += d
        # r = r - alpha * ap
        dalpha = -np.sum(dr * ap)
        dap = -(dr * alpha)
        # x = x + alpha * p
        dalpha += np.sum(dx * p)
        dp += dx * alpha
        # alpha = rs / (p @ ap)
        d = dalpha / t
        drs += d
        d *= alpha
        dp -= d * ap
        dap -= d * p
        # ap = a @ p
        da += np.outer(dap, p)
        dp += a.T @ dap
    dr += dp
    # rs = r @ r
    d = drs * r_prev
    dr += d
    dr += d
    # r = b - a @ x
    da += np.outer(-dr, x_prev)
    return da, dr
