# flags: --mode vjp --wrt r,theta
# args: 1.5, 0.4
# input
from math import cos, sin


def cartesian(r, theta):
    return r * cos(theta), r * sin(theta)
# output
