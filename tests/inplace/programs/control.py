"""Programs that say something of their own derivative, but for what changes it."""

from __future__ import annotations

import math

import numpy as np

from pullback import checkpoint, on_gradient, stop_gradient
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


@right(positive(5), 0.3, 10)
@right(positive(5), 0.3, 1)
@right(positive(5), 0.3, 0)
def run_again_in_pieces(u, k, n):
    for t in checkpoint(range(n)):
        du = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u[1:-1] += k * np.exp(-du * du) * du * t
    return np.sum(u * u)


@right(positive(4), positive(4, seed=1), 7, 3)
@right(positive(4), positive(4, seed=1), 6, 8)
def run_again_by_given_pieces(u, w, n, k):
    s = 0.0
    for t in checkpoint(range(n - 1, -1, -1), every=k):
        v = np.tanh(u * w[t % 4])
        if t % 2 == 0:
            u = v + u
            continue
        s += v[0]
        u = v * v
    return np.sum(u) * s


@right(positive(5), positive(6, seed=1))
def run_again_with_writes_of_elements(u, w):
    for t in checkpoint(range(5, 0, -2), 2):
        for i in range(1, len(u)):
            if u[i] > 0.6:
                u[i] = np.sin(u[i - 1]) * u[i] + w[t]
            else:
                u[i] = u[i] * w[t] * 1.1
    return np.sum(u * u)


def looped(x, w):
    for _ in range(2):
        x = np.tanh(w @ x)
    return x


@right(positive(3), positive(3, 3))
def run_again_with_calls_and_inside_of_another(x, w):
    for _ in checkpoint(range(4), every=2):
        for _ in checkpoint(range(3)):
            x = looped(x, w) * x
        x = on_gradient(x, look)
    return np.sum(x)


@checkpoint
def block(x, w):
    for _ in range(3):
        x = np.tanh(w @ x)
    return x


@right(positive(3), positive(3, 3), 4)
def function_run_again(x, w, n):
    for _ in range(n):
        x = block(x, w) + x
    return np.sum(x)


def plain_block(x, w):
    for _ in range(3):
        x = np.tanh(w @ x)
    return x


@right(positive(3), positive(3, 3))
def function_run_again_where_it_is_called(x, w):
    return np.sum(checkpoint(plain_block)(checkpoint(plain_block)(x, w), w))


@refused(positive(3), text="checkpoint of a loop that may be left early", marked="checkpoint(range(3))")
def run_again_and_left(x):
    for _ in checkpoint(range(3)):
        x = x * x
        if x[0] > 0.5:
            break
    return np.sum(x)


@refused(positive(3), 2, text="checkpoint of a range with a step of the run", marked="checkpoint(range(0, 5, k))")
def run_again_by_a_step_of_the_run(x, k):
    for _ in checkpoint(range(0, 5, k)):
        x = x * x
    return np.sum(x)


def careful(x):
    assert x[0] > 0.0
    return np.sin(x)


@refused(positive(3), 3, text="'careful', which prints or raises, is called in what", marked="careful(x)")
def run_again_with_a_call_that_asserts(x, n):
    for _ in checkpoint(range(n)):
        x = careful(x)
    return np.sum(x)
