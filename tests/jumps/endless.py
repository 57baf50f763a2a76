"""`while True`, and `while` loops that a jump may end as well."""

import numpy as np

from tests.jumps import at

POINTS = [(x, a) for x in (0.6, 1.7, 4.2) for a in (0.8, 2.3)]
VECTORS = [(np.array([0.3, -0.2, 0.8]), 0.5), (np.array([2.0, 0.1, 0.4]), 0.7)]


@at(*POINTS)
def newton_until_the_step_is_small(x, a):
    while True:
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-9:
            break
    return x


@at(*POINTS)
def test_at_the_beginning(x, a):
    while True:
        if abs(x) > 20.0:
            break
        x = x * 1.7 + a
    return x


@at(*POINTS)
def two_tests(x, a):
    k = 0
    while True:
        if x > 9.0:
            break
        x = x + a
        k += 1
        if k > 3:
            break
        x = x * 1.1
    return x * k


@at(*POINTS)
def name_set_where_the_loop_is_left(x, a):
    k = 0
    while True:
        x = x * 0.5 + a
        k += 1
        if x > 3.0:
            y = x * a
            break
        elif k > 2:
            y = a - x
            break
    return y * x


@at(*POINTS)
def name_set_where_an_inner_loop_is_left(x, a):
    total = 0.0
    for i in range(3):
        k = 0
        while True:
            k += 1
            if k > i:
                y = x * a
                break
            x = np.tanh(x)
        total = total + y
    return total


@at(*POINTS)
def return_out_of_it(x, a):
    k = 0
    while True:
        x = x * 0.7 + a
        k += 1
        if k > 4:
            return x * k


@at(*POINTS)
def returns_and_breaks(x, a):
    k = 0
    while True:
        k += 1
        if x > 6.0:
            return x * a
        x = x + a
        if k > 2:
            break
    return x - a


@at(*POINTS)
def endless_in_a_loop(x, a):
    for i in range(3):
        while True:
            x = x * 0.6
            if x < 0.5 * a:
                break
        x = x + a * i
    return x


@at(*POINTS)
def while_with_a_condition_and_a_break(x, a):
    k = 0
    while k < 5 and x < 30.0:
        k += 1
        if x > 5.03:
            break
        x = x + a * k
    else:
        x = x * a
    return x


@at(*POINTS)
def while_whose_else_raises(x, a):
    k = 0
    while k < 60:
        k += 1
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-9:
            root = x
            break
    else:
        raise ArithmeticError("no convergence")
    return root * a


@at(*VECTORS)
def array_that_goes_round(v, a):
    k = 0
    while True:
        v = np.tanh(v * a + 0.2)
        k += 1
        if np.sum(v * v) < 0.3 or k > 3:
            break
    return v * a


@at(*VECTORS)
def array_set_where_the_loop_is_left(v, a):
    k = 0
    while True:
        v = np.tanh(v * a + 0.2)
        k += 1
        if k > 2:
            w = v * v
            break
    return w @ v


@at(*POINTS)
def test_that_calls_a_function(x, a):
    k = 0
    while True:
        k += 1
        if enough(x, a * k):
            break
        x = x + 0.3 * a
    return x


def enough(x, b):
    return x + b > 4.1
