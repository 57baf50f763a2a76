"""Programs that say something of their own derivative, but for what changes it."""

from __future__ import annotations

import math

import numpy as np

from pullback import on_gradient, stop_gradient
from tests.inplace.cases import positive, refused, right


@refused(positive(4), text="'y' cannot be used: it may be the array that is written", marked="return np.sum(y * x)")
def written_after_it_was_stopped(x):
    u = 2.0 * x
    y = stop_gradient(u)
    u[0] = x[1]
    return np.sum(y * x)


@refused(positive(4), text="'u' cannot be used: it may be the array that is written", marked="return np.sum(u * x)")
def read_after_a_write_to_what_was_stopped(x):
    u = 2.0 * x
    y = stop_gradient(u)
    y[0] = x[1]
    return np.sum(u * x)


def look(d):
    assert d is not None


def layer(x, w):
    return on_gradient(np.tanh(w @ x), look)


@right(positive(3), positive(3, 3))
def looked_at(x, w):
    h = on_gradient(np.sin(x), look)
    return np.sum(layer(layer(h, w), w) * h)


@right(positive(4), 3)
@right(positive(4), 0)
def looked_at_in_a_loop_that_writes(u, n):
    u = on_gradient(2.0 * u, look)
    for i in range(1, n):
        u[i] = u[i] * u[i - 1]
        u = on_gradient(u, look)
        u[0] *= 1.5
    return u


@right({"w": positive(3), "b": 0.5, "pair": (positive(2, seed=1), 2)})
def looked_at_as_a_whole(p):
    q = on_gradient(p, fn=look)
    return np.sum(q["w"] * p["w"]) * q["b"] + np.sum(q["pair"][0]) * q["pair"][1]


@right([positive(3), positive(2)])
def looked_at_in_a_list(xs):
    s = 0.0
    for x in on_gradient(xs, look):
        s += np.sum(x * x)
    return s


@right(1.3)
@right(-0.4)
def looked_at_in_a_branch(x):
    y = math.sin(x)
    if x > 0.0:
        y = on_gradient(y, look) * x
    return y * y


@refused(positive(3), text="on_gradient needs a function", marked="on_gradients.append")
def looked_at_by_a_method(x):
    return np.sum(on_gradient(x, on_gradients.append))


on_gradients: list[object] = []


@refused(positive(3), text="'x' cannot be used: it may be the array that is written", marked="return np.sum(x)")
def written_after_it_was_looked_at(x):
    y = on_gradient(x[1:], look)
    y[0] = 2.0
    return np.sum(x)
