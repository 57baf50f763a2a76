"""`continue`."""

import numpy as np

from tests.jumps import at

START = [(x, a, n) for x in (0.9, -1.3, 6.1) for a in (0.7, 1.9) for n in (0, 1, 4)]


@at(*START)
def continue_before_the_update(x, a, n):
    for i in range(n):
        if i == 1:
            continue
        x = x * a + i
    return x


@at(*START)
def continue_after_an_update(x, a, n):
    for i in range(n):
        if x > 1.0:
            x = x - a
            continue
        x = x * a + i
    return x


@at(*START)
def continue_in_both_branches(x, a, n):
    for i in range(n):
        if x > 1.0:
            x = x - a
            continue
        elif i > 0:
            x = np.sin(x)
            continue
        x = x * a
    return x


@at(*START)
def continue_in_the_else(x, a, n):
    for i in range(n):
        if x < 1.0:
            y = x * a
        else:
            continue
        x = y + i
    return x


@at(*START)
def continue_and_break_two_branches_deep(x, a, n):
    for i in range(n):
        if i > 0:
            if x > 1.0:
                break
            x = x + a
            if x < -0.5:
                continue
        x = 0.5 * x * a
    return x


@at(*START)
def name_bound_on_the_ways_that_go_on(x, a, n):
    for i in range(n):
        if i > 0:
            if x > 1.0:
                continue
            y = x * a
        else:
            y = a
        x = x - y
    return x


@at(*START)
def continue_of_the_outer_loop_in_an_else(x, a, n):
    total = 0.0
    for i in range(n):
        for _ in range(3):
            if x > 1.0:
                break
            x = x * a + 0.2
        else:
            continue
        total = total + x
        x = x - 0.7 * i
    return total * a


@at(*START)
def continue_in_a_while(x, a, n):
    k = 0
    while k < n:
        k += 1
        if x > 1.0:
            x = x - a
            continue
        x = x * a + 0.3
    return x


@at(*((x, a) for x in (0.51, 1.52, 2.53) for a in (0.8, 1.2)))
def continue_in_an_unrolled_loop(x, a):
    for k in (1.0, 2.0, 3.0):
        if x > k:
            x = x * a
            continue
        x = x + 0.3 * k
    return x


@at(*((np.array(v), a) for v in ([0.3, -0.2, 0.8], [2.0]) for a in (0.4, 1.5)))
def rows_that_are_passed_over(v, a):
    total = 0.0
    for e in v:
        if e < 0.0:
            continue
        total = total + np.sqrt(e) * a
    return total


@at(*((np.array(v), a) for v in ([0.3, -0.2, 0.8], [2.0, 2.5]) for a in (0.4, 1.5)))
def distance_to_itself_is_passed_over(v, a):
    total = 0.0
    for i in range(len(v)):
        for j in range(len(v)):
            r = np.sqrt((v[i] - v[j]) ** 2)
            if r == 0.0:
                continue
            total = total + a / r
    return total
