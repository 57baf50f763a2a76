"""Programs whose conditions set names by `:=`, and conditions of many parts."""

from __future__ import annotations

import math

import numpy as np

from tests.inplace.cases import positive, refused, right

LOST = "may be unbound: it is set by `:=` in a part of the expression on line"


@right(1.7)
@right(0.3)
@right(-0.4)
def set_behind_and(x):
    if x > 0.0 and (y := x * x) > 1.0:
        return y * x
    return x


@right(1.7)
@right(0.05)
@right(-0.4)
def set_behind_or(x):
    if x <= 0.0 or (y := math.sin(x)) <= 0.1:
        return 0.5 * x
    return y * x


@right(1.7)
@right(0.05)
@right(-0.4)
def set_behind_not(x):
    if not (x > 0.0 and not (y := math.sin(x)) <= 0.1):
        return 0.5 * x
    return y * x


@right(1.7)
@right(0.3)
@right(-0.4)
def set_in_a_ternary(x):
    return x + (y * x if x > 0.0 and (y := x * 2.0) > 1.0 else x)


@right(1.7)
def set_in_an_assert(x):
    assert x > 0.0 and (y := x * 2.0) > 1.0  # noqa: PT018, RUF018
    return y * x


@right(1.7)
@right(-0.4)
def set_in_the_value_of_and(x):
    z = x > 0.0 and (y := x * 3.0) and y * y
    return z * x + x


@right(1.3)
@right(0.3)
@right(-0.4)
def set_in_the_condition_of_a_while(x):
    n = 0
    while n < 5 and (y := x * x) < 40.0:
        x = x + 0.5 * y
        n += 1
    return x


@right(1.3)
@right(-0.4)
def set_in_a_loop_and_in_elif(x):
    t = 0.0
    for k in range(4):
        if k > 1 and (y := x * k) > 1.0:
            t += y * y
        elif k > 0 and (y := x - k) < 1.0:
            t += y * 3.0
        else:
            t += x
    return t


@right(1.7)
@right(1.1)
@right(-0.4)
def several_set_in_turn(x):
    if x > 0.0 and (y := x * x) > 1.0 and (z := y * x) > 1.0 and (x < 0.5 or z * y > 2.0):
        return y * z
    return x


@right(1.7)
@right(-0.4)
def set_before_and_set_again(x):
    y = 2.0 * x
    if x > 0.0 and (y := x * x) > 5.0:
        return y
    return y * y


@right(positive(3))
@right(-positive(3))
def array_set_and_written(x):
    if x[0] > 0.0 and (y := x * 2.0)[1] > 0.0:
        y[0] = x[1] * x[0]
        return np.sum(y * y)
    return np.sum(x)


@right(positive(3))
@right(-positive(3))
def part_of_an_array_set_and_written(x):
    u = x * x
    if x[0] > 0.0 and (y := u[1:])[0] > 0.0:
        y *= x[:-1]
        return np.sum(y * y)
    return np.sum(u)


@right(0.7)
@right(-0.7)
def list_set_and_changed(x):
    if x > 0.0 and len(ys := [x, x * x]) > 1:
        ys.append(x**3)
        return ys[0] * ys[1] * ys[2] * len(ys)
    return x


@right(1.7)
@right(0.2)
@right(-0.4)
def set_in_inner_functions(x):
    def inner(v):
        while v < 3.0 and (y := v * v) > 0.01:
            v = v + y
        return v

    def other(v):
        return y * 3.0 if v > 0.0 and (y := v * v) > 0.1 else v

    return inner(x) * other(x)


@right(1.7)
@right(-0.4)
def set_by_what_is_known(x):
    if x > 0.0 and (y := 3.0):
        return x * y
    return x


@right(1.7)
@right(-0.4)
def set_in_a_guard(x):
    match [x, x * 2.0]:
        case [u, v] if u > 0.0 and (y := u * v) > 0.5:
            return y * u
    return x


@refused(1.7, text=LOST, marked="y")
def read_where_it_may_not_be_set(x):
    if x > 0.0 and (y := x * x) > 1.0:
        x = y
    else:
        x = x + y
    return x


@refused(1.7, text=LOST, marked="y")
def read_after_the_branches(x):
    if x > 0.0 and (y := x * x) > 1.0:
        x = x * y
    return x * y


@refused(1.7, text=LOST, marked="y")
def read_where_either_part_may_hold(x):
    if x > 3.0 or (y := x * x) > 1.0:
        return x * y
    return x


@refused(1.7, text=LOST, marked="y")
def read_under_a_name_of_the_condition(x):
    large = x > 0.0 and (y := x * x) > 1.0
    for _ in range(2):
        if large:
            x = x * y
    return x


@refused(1.7, text="'y' may be unbound: it is read before anything is assigned to it", marked="y")
def read_in_the_next_iteration(x):
    for k in range(3):
        if k > 1:
            x = x * y  # noqa: F821
        if x > 0.0 and (y := x * x) > 1.0:
            x = x + y
    return x
