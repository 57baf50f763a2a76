# flags: --mode value-and-grad --wrt x,rate
# args: n(4), 0.1, 50, 1e-3
# args: n(4), 0.2, 3, 1e-3
# args: n(4), 0.1, 0, 1e-3
# input
import numpy as np


def descend(x, rate, steps, tolerance):
    for _ in range(steps):
        slope = np.sinh(x) + 0.5 * x
        if np.max(np.abs(slope)) < tolerance:
            break
        x = x - rate * slope
    return np.sum(np.cosh(x))
# output
import numpy as np


def descend_value_and_grad(x, rate, steps, tolerance):
    """Value of `descend` and its gradient with respect to (x, rate)."""
    tape = []
    for _ in range(steps):
        slope = np.sinh(x) + 0.5 * x
        if np.max(np.abs(slope)) < tolerance:
            break
        tape.append((x, slope))
        x = x - rate * slope
    value = np.sum(np.cosh(x))

    # return np.sum(np.cosh(x))
    dx = np.sinh(x)
    drate = 0.0
    while tape:
        x, slope = tape.pop()
        # x = x - rate * slope
        drate -= np.sum(dx * slope)
        dslope = -(dx * rate)
        # slope = np.sinh(x) + 0.5 * x
        dx += 0.5 * dslope
        dx += dslope * np.cosh(x)
    return value, (dx, float(drate))
