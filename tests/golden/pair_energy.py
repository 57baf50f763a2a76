# flags: --mode value-and-grad --wrt q,x
# args: n(5), n(5, 3), 1.5
# args: n(2), n(2, 3), 9.5
# input
import numpy as np


def energy(q, x, cutoff):
    total = 0.0
    for i in range(len(q)):
        for j in range(i):
            r = np.sqrt(np.sum((x[i] - x[j]) ** 2))
            if r > cutoff:
                continue
            total += q[i] * q[j] / r
    return total
# output
import numpy as np


def energy_value_and_grad(q, x, cutoff):
    """Value of `energy` and its gradient with respect to (q, x)."""
    tape = []
    total = 0.0
    for i in range(len(q)):
        tape2 = []
        for j in range(i):
            r = np.sqrt(np.sum((x[i] - x[j]) ** 2))
            t = r > cutoff
            tape2.append((r, t))
            if t:
                continue
            total += q[i] * q[j] / r
        tape.append(tape2)

    dtotal, dx, dq = 1.0, np.zeros_like(x), np.zeros_like(q)
    for i in reversed(range(len(q))):
        tape2 = tape.pop()
        for j in reversed(range(i)):
            r, d = tape2.pop()
            t = x[i] - x[j]
            if not d:
                t2 = q[i]
                t3 = q[j]
                # total += q[i] * q[j] / r
                d = dtotal / r
                dr = -(d * (t2 * t3 / r))
                dq[j] += d * t2
                dq[i] += d * t3
                # r = np.sqrt(np.sum((x[i] - x[j]) ** 2))
                d = dr / r * t
                dx[j] -= d
                dx[i] += d
    return total, (dq, dx)
