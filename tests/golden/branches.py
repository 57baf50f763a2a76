# flags: --mode grad --wrt x,y
# args: 0.5, -0.3
# args: 2.0, 3.0
# args: -1.5, 0.2
# input
from math import cos, exp, sin


def f(x, y):
    if x > 1.0:
        z = x * y
        if z > 4.0:
            return exp(-z)
        w = sin(z)
    elif x > 0.0:
        w = x / (1.0 + y * y)
    else:
        w = cos(x) - y
    return w * (y if y > 0.0 else 2.0 * x)
# output
from math import cos, exp, sin


def f_grad(x, y):
    """Gradient of `f` with respect to (x, y)."""
    if x > 1.0:
        z = x * y
        if z > 4.0:
            # return exp(-z)
            dz = -exp(-z)
            dy, dx = 0.0, 0.0
        else:
            w = sin(z)
            t = y > 0.0
            # return w * (y if y > 0.0 else 2.0 * x)
            if t:
                dy, dx = w, 0.0
            else:
                dx = 2.0 * w
                dy = 0.0
            # w = sin(z)
            dz = (y if t else 2.0 * x) * cos(z)

        # z = x * y
        dx += dz * y
        dy += dz * x
        return dx, dy

    t = x > 0.0
    if t:
        w = x / (1.0 + y * y)
    else:
        w = cos(x) - y
    t2 = y > 0.0
    t3 = y if t2 else 2.0 * x

    # return w * (y if y > 0.0 else 2.0 * x)
    if t2:
        dy, dx = w, 0.0
    else:
        dx = 2.0 * w
        dy = 0.0
    if t:
        t = 1.0 + y * y
        w = x / t

        # w = x / (1.0 + y * y)
        d = t3 / t
        dx += d
        d = d * w * y
        dy = dy - d - d
        return dx, dy

    # w = cos(x) - y
    dy -= t3
    dx -= t3 * sin(x)
    return dx, dy
