# flags: --mode value-and-grad --wrt q,r
# args: 0.3, 0.5, [0.1, -0.7, 1.2, 0.4]
# input
from math import log, pi


def kalman(q, r, zs):
    x, p = 0.0, 1.0
    total = 0.0
    for z in zs:
        p = p + q
        s = p + r
        k = p / s
        e = z - x
        total += 0.5 * (log(2.0 * pi * s) + e * e / s)
        x = x + k * e
        p = (1.0 - k) * p
    return total
# output
from math import log, pi


def kalman_value_and_grad(q, r, zs):
    """Value of `kalman` and its gradient with respect to (q, r)."""
    tape = []
    p, total, x = 1.0, 0.0, 0.0
    for z in zs:
        p = p + q
        s = p + r
        k = p / s
        e = z - x
        tape.append((p, e))
        total += 0.5 * (log(2.0 * pi * s) + e * e / s)
        x = x + k * e
        p = (1.0 - k) * p

    dp, dx, dq, dr = 0.0, 0.0, 0.0, 0.0
    for p, e in reversed(tape):
        s = p + r
        k = p / s
        t = 2.0 * pi
        # p = (1.0 - k) * p
        d = dp * p
        dp *= 1.0 - k
        dk = -d
        # x = x + k * e
        dk += dx * e
        de = dx * k
        # total += 0.5 * (log(2.0 * pi * s) + e * e / s)
        d = 0.5 / s
        d2 = d * e
        de = de + d2 + d2
        ds = -(d * (e * e / s)) + 0.5 / (t * s) * t
        # e = z - x
        dx -= de
        # k = p / s
        d = dk / s
        dp += d
        ds -= d * k
        # s = p + r
        dp += ds
        dr += ds
        # p = p + q
        dq += dp
    return total, (dq, dr)
