# flags: --mode value-and-grad --wrt x,k
# args: 1.0, 0.4, 0.1, 12
# input
from math import sin


def slope(x, k):
    return -k * sin(x) - 0.1 * x


def simulate(x, k, dt, steps):
    for _ in range(steps):
        k1 = slope(x, k)
        k2 = slope(x + 0.5 * dt * k1, k)
        k3 = slope(x + 0.5 * dt * k2, k)
        k4 = slope(x + dt * k3, k)
        x = x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return x
# output
