"""`return` inside loops."""

import numpy as np

from tests.jumps import at

START = [(x, a, n) for x in (0.9, -1.3, 6.1) for a in (0.7, 1.9) for n in (0, 1, 4)]
RUN = [(x, a, n) for x in (0.9, -1.3, 6.1) for a in (0.7, 1.9) for n in (1, 4)]
VECTORS = [(np.array([0.3, -0.2, 0.8]), 0.5), (np.array([2.0, 0.1, 0.4]), 0.5), (np.array([0.1]), -3.0)]


@at(*START)
def the_same_value_either_way(x, a, n):
    for _ in range(n):
        y = x * x - a
        if abs(y) < 0.2:
            return x
        x = x - y / (2.0 * x)
    return x


@at(*START)
def another_value(x, a, n):
    for i in range(n):
        if x > 1.0:
            return x * a + i
        x = x * a + 0.2
    return -x


@at(*START)
def only_inside_the_loop(x, a, n):
    for _ in range(n):
        x = x * a
        if x > 50.0:
            return 0.0
    return x


@at(*RUN)
def loop_variable_is_returned(x, a, n):
    for i in range(n):
        x = x * a
        if x > 1.0:
            return a * i
    return x * i


@at(*START)
def returns_and_breaks(x, a, n):
    for i in range(n):
        if x > 4.0:
            return x * 3.0
        if x < -1.0:
            break
        x = x * a - 0.1 * i
    else:
        return -x * a
    return x + a


@at(*START)
def out_of_two_loops(x, a, n):
    for i in range(n):
        for j in range(3):
            x = x * a + 0.1
            if x > 2.0 + i:
                return x * (j + 1)
        x = x - 0.4
    return x


@at(*START)
def out_of_two_loops_with_breaks(x, a, n):
    for i in range(n):
        for j in range(3):
            if x > 5.0:
                return x * j
            if x > 1.0 + i:
                break
            x = x * a + 0.3
        x = x - 0.4 * a
    return x


@at(*START)
def out_of_a_branch_in_a_loop_in_a_branch(x, a, n):
    if a > 1.0:
        for i in range(n):
            if i > 0:
                if x > 1.0:
                    return x * a
                x = x + 0.3
            x = x * 1.1
    else:
        x = np.sin(x)
    return x * a


@at(*START)
def a_tuple(x, a, n):
    for i in range(n):
        if x > 1.0:
            return x, {"k": a * x}
        x = x * a + i
    return a, {"k": x}


@at(*START)
def a_tuple_that_goes_round(x, a, n):
    p = (x, (a, 0.5))
    for _ in range(n):
        if p[0] > 2.0:
            return p
        p = (p[0] * a, (p[1][0] + p[0], 0.1))
    return p


@at(*START)
def after_another_loop(x, a, n):
    for _ in range(n):
        if x > 3.0:
            return x * a
        x = x + 0.5
    for _ in range(n):
        if x < 0.0:
            return a
        x = x - a
    return x


@at(*START)
def unconditional(x, a, n):
    for _ in range(n):
        x = x * a
        return x
    return -x


@at(*START)
def else_that_raises(x, a, n):
    for _ in range(n + 3):
        x = 0.5 * x
        if abs(x) < 2.0:
            return x * a
    else:
        raise ArithmeticError("no convergence")


@at(*START)
def raise_behind_the_loop(x, a, n):
    for _ in range(n + 3):
        x = 0.5 * x
        if abs(x) < 2.0:
            return x * a
    raise ArithmeticError("no convergence")


@at(*VECTORS)
def row_that_is_found(v, a):
    for e in v:
        if e > 0.5:
            return e * a
    return a * v[0]


@at(*VECTORS)
def array_that_is_returned(v, a):
    for _ in range(3):
        w = np.tanh(v * a)
        if np.sum(w) > 0.5:
            return w
        v = w + 0.2
    return v


@at(*VECTORS)
def array_that_is_computed_for_it(v, a):
    for i in range(3):
        if np.sum(v) > 0.5:
            return np.sin(v) * i
        v = v + 0.2 * a
    return v


@at(([0.4, 1.2, -0.3], 0.5), ([2.0], 1.5), ([], 1.0))
def item_of_a_list_from_the_end(items, a):
    for e in reversed(items):
        if e > 0.0:
            return e * a
        a = a * e
    return a


@at(*((x, a) for x in (0.5, 1.5, 2.5, 9.0) for a in (0.8, 1.2)))
def out_of_an_unrolled_loop(x, a):
    for k in (1.0, 2.0, 3.0):
        if x < k:
            return x * a * k
        x = x - 0.1
    return x


@at(*START)
def out_of_an_unrolled_loop_in_a_loop(x, a, n):
    for i in range(n):
        for k in (1.0, 2.0):
            if x > k + i:
                x = x * a
                if a > 1.0:
                    break
                if x > 3.0:
                    return x * k
            x = x + 0.2
    return x


@at(*START)
def called_function_that_returns_early(x, a, n):
    return first_above(x, a, n) * x


def first_above(x, a, n):
    for i in range(n):
        x = x * a + 0.1
        if x > 1.0:
            return x * (i + 1)
    return a


@at(*START)
def recursion_in_a_loop(x, a, n):
    for i in range(n):
        if i == 2:
            return x * recursion_in_a_loop(x * 0.5, a, 1)
        x = np.cos(x) * a
    return x


@at(*((x, a) for x in (0.15, 1.15, 2.25, 3.35, 9.9) for a in (0.8, 1.2)))
def many_early_returns_that_leave_both_branches_open(x, a):
    if x > 9.0:
        if a > 1.0:
            return x
        x = x * 0.5
    if x > 3.0:
        if a > 1.0:
            return x * a
        x = x - 1.0
    if x > 2.0:
        if a > 1.0:
            return x * x
        x = x - a
    if x > 1.0:
        if a > 1.0:
            return x + 1.0
        x = x * a
    if x > 0.5:
        if a > 2.0:
            return x * 2.0
        x = x + a
    if x > 0.3:
        if a > 2.0:
            return x * 3.0
        x = x + 2.0 * a
    if x > 0.2:
        if a > 2.0:
            return x * 4.0
        x = x + 3.0 * a
    if x > 0.1:
        if a > 2.0:
            return x * 5.0
        x = x * x
    return x * a
