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
