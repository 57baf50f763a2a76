# flags: --mode value-and-grad --wrt mean_anomaly,e
# args: 1.2, 0.3
# args: 0.4, 0.8
# input
from math import cos, sin


def eccentric_anomaly(mean_anomaly, e):
    x = mean_anomaly
    for _ in range(50):
        error = x - e * sin(x) - mean_anomaly
        if abs(error) < 1e-12:
            return x
        x = x - error / (1.0 - e * cos(x))
    raise ArithmeticError("no convergence")
# output
from math import cos, sin


def eccentric_anomaly_value_and_grad(mean_anomaly, e):
    """Value and gradient of `eccentric_anomaly`."""
    tape = []
    x, returned = mean_anomaly, False
    for _ in range(50):
        t = sin(x)
        error = x - e * t - mean_anomaly
        if abs(error) < 1e-12:
            returned = True
            break
        t2 = cos(x)
        t3 = error / (1.0 - e * t2)
        tape.append((x, t, t3, t2))
        x = x - t3
    if not returned:
        raise ArithmeticError("no convergence")

    dx, de, dmean_anomaly = 1.0, 0.0, 0.0
    for x2, t, t3, t2 in reversed(tape):
        # x = x - error / (1.0 - e * cos(x))
        d = dx / (1.0 - e * t2)
        derror = -d
        d *= t3
        de -= d * t2
        dx += d * e * sin(x2)
        # error = x - e * sin(x) - mean_anomaly
        dmean_anomaly -= derror
        de -= derror * t
        dx = dx + derror - derror * e * cos(x2)
    dmean_anomaly += dx
    return x, (dmean_anomaly, de)
