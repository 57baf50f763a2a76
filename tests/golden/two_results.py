# flags: --mode vjp --wrt r,theta
# args: 1.5, 0.4
# input
from math import cos, sin


def cartesian(r, theta):
    return r * cos(theta), r * sin(theta)
# output
from math import cos, sin


def cartesian_vjp(r, theta):
    """Value and pullback of `cartesian`."""
    t = cos(theta)
    t2 = sin(theta)
    value = r * t, r * t2

    def pull(dout):
        # return r * cos(theta), r * sin(theta)
        dr = dout[1] * t2 + dout[0] * t
        dtheta = dout[1] * r * t - dout[0] * r * t2
        return dr, dtheta

    return value, pull
