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
from math import cos, sin

from runge_kutta import slope


def slope_pullback(x, k, dout):
    # return -k * sin(x) - 0.1 * x
    dx = -(0.1 * dout) + dout * -k * cos(x)
    dk = -(dout * sin(x))
    return dx, dk


def simulate_value_and_grad(x, k, dt, steps):
    """Value of `simulate` and its gradient with respect to (x, k)."""
    tape = []
    for _ in range(steps):
        k1 = slope(x, k)
        t = 0.5 * dt
        t2 = x + t * k1
        k2 = slope(t2, k)
        t = x + t * k2
        k3 = slope(t, k)
        t3 = x + dt * k3
        tape.append((x, t2, t, t3))
        k4 = slope(t3, k)
        x = x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)

    dx, dk = 1.0, 0.0
    for x2, t2, t, t3 in reversed(tape):
        t4 = 0.5 * dt
        # x = x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        dk4 = dx * (dt / 6.0)
        dk3 = 2.0 * dk4
        # k4 = slope(x + dt * k3, k)
        d, d2 = slope_pullback(t3, k, dk4)
        dk += d2
        dx += d
        dk3_2 = dk3 + d * dt
        # k3 = slope(x + 0.5 * dt * k2, k)
        d, d2 = slope_pullback(t, k, dk3_2)
        dk += d2
        dx += d
        dk2 = dk3 + d * t4
        # k2 = slope(x + 0.5 * dt * k1, k)
        d, d2 = slope_pullback(t2, k, dk2)
        dk += d2
        dx += d
        dk1 = dk4 + d * t4
        # k1 = slope(x, k)
        d, d2 = slope_pullback(x2, k, dk1)
        dx += d
        dk += d2
    return x, (dx, dk)
