"""`break`, `else`, and what names stand for after a loop that was left."""

import numpy as np

from tests.jumps import at

START = [(x, a, n) for x in (0.9, -1.3, 6.1) for a in (0.7, 1.9) for n in (0, 1, 4)]
RUN = [(x, a, n) for x in (0.9, -1.3, 6.1) for a in (0.7, 1.9) for n in (1, 4)]
VECTORS = [(np.array([0.3, -0.2, 0.8]), 0.5), (np.array([2.0, 0.1, 0.4]), 0.5), (np.array([0.1]), -3.0)]


@at(*START)
def break_before_the_update(x, a, n):
    for _ in range(n):
        if x > 3.0:
            break
        x = x * a
    return x


@at(*START)
def break_after_the_update(x, a, n):
    for _ in range(n):
        x = x * a + 0.1
        if x > 1.0:
            break
    return x


@at(*START)
def break_between_two_updates(x, a, n):
    for _ in range(n):
        x = x * a
        if x > 1.0:
            break
        x = x - 0.3 * a
    return x


@at(*START)
def branch_with_an_update_and_a_break(x, a, n):
    for _ in range(n):
        if x > 1.0:
            x = np.sin(x) * a
            break
        x = x * a
    return x


@at(*START)
def break_in_the_else_of_a_branch(x, a, n):
    for _ in range(n):
        if x < 1.0:
            x = x + a
        else:
            break
        x = x * 1.1
    return x


@at(*START)
def several_breaks(x, a, n):
    for i in range(n):
        if x > 4.0:
            break
        x = x * a
        if x < -2.0:
            x = x + a
            break
        x = x + 0.1 * i
        if i == 2:
            break
        x = np.cos(x)
    return x


@at(*START)
def break_two_branches_deep(x, a, n):
    for i in range(n):
        if i > 0:
            if x > 1.0:
                break
            x = x + a
        x = 0.5 * x * a
    return x


@at(*START)
def break_in_both_branches(x, a, n):
    for _ in range(n):
        if x > 1.0:
            x = x * a
            break
        else:
            x = x - a
            break
    return x


@at(*START)
def unconditional_break(x, a, n):
    for i in range(n):
        x = x * a + i
        break
    return x


@at(*START)
def break_under_and(x, a, n):
    for i in range(n):
        x = x * a
        if x > 0.5 and i > 0 or x < -3.0:
            break
    return x


@at(*RUN)
def loop_variable_after_a_break(x, a, n):
    for i in range(n):  # noqa: B007
        x = x * a
        if x > 1.0:
            break
    return x * (i + 1)


@at(*RUN)
def name_set_in_the_loop_and_read_after_it(x, a, n):
    for _ in range(n):
        y = x * a
        if y > 1.0:
            break
        x = y + 0.1
    return x * y


@at(*START)
def condition_that_calls_a_function(x, a, n):
    for _ in range(n):
        if far(x, a):
            break
        x = x * a + 0.05
    return x


def far(x, a):
    return x * a > 1.5


@at(*START)
def else_after_a_break(x, a, n):
    for _ in range(n):
        if x > 1.0:
            break
        x = x * a
    else:
        x = -x * a
    return x


@at(*START)
def else_that_breaks_the_outer_loop(x, a, n):
    for _ in range(3):
        for i in range(n):
            if x > 1.0 + i:
                break
            x = x * a
        else:
            break
        x = 0.4 * x
    return x


@at(*START)
def break_of_the_inner_loop_alone(x, a, n):
    total = 0.0
    for i in range(n):
        for _ in range(3):
            if x > 1.0:
                break
            x = x * a + 0.1
        total = total + x
        x = x - 0.6 * i
    return total * x


@at(*VECTORS)
def rows_up_to_a_break(v, a):
    total = 0.0
    for e in v:
        if e > 0.5:
            break
        total = total + a * e * e
    return total


@at(*VECTORS)
def rows_with_their_numbers(v, a):
    total = 0.0
    for k, e in enumerate(v):
        total = total + a * e * k
        if total > 0.1:
            break
    return total * v[0]


@at(*VECTORS)
def rows_from_the_end(v, a):
    total = 0.0
    for e in reversed(v):
        if total > 0.2:
            break
        total = total + a * np.sin(e)
    return total


@at(([0.4, 1.2, -0.3], 0.5), ([2.0], 1.5), ([], 1.0))
def items_of_a_list(items, a):
    total = a
    for e in items:
        total = total * np.cos(e)
        if total < 0.3:
            break
    return total


@at(([np.ones(2), np.full(2, 0.3), np.zeros(2)], 0.5), ([np.full(2, 0.1)], 1.5))
def pairs_of_lists(items, a):
    total = a
    for e, w in zip(items, items):
        if np.sum(e) < 0.5:
            break
        total = total + e @ w
    return total


@at(*START)
def range_with_a_step(x, a, n):
    for i in range(5, -n, -2):
        if x > 4.0:
            break
        x = x + a * i
    return x


@at(*START)
def range_from_the_end(x, a, n):
    for i in reversed(range(n)):
        x = x + a * i
        if x > 1.0:
            break
    return x


@at(*START)
def bound_and_variable_rebound_in_the_body(x, a, n):
    for i in range(n):
        n = n - 1
        i = i + n
        x = x + a * i
        if x > 2.0:
            break
    return x * (n + 1)


@at(*((x, a) for x in (0.5, 1.5, 2.5, 9.0) for a in (0.8, 1.2)))
def break_in_an_unrolled_loop(x, a):
    for k in (1.0, 2.0, 3.0):
        if x < k:
            x = x * a
            break
        x = x - 0.1 * k
    else:
        x = -x * a
    return x


@at(*START)
def raise_under_a_condition_of_the_loop(x, a, n):
    for _ in range(n):
        if x > 50.0:
            raise ValueError("too far")
        if x > 1.0:
            break
        x = x * a
    return x


@at(*START)
def array_that_is_left_half_done(x, a, n):
    w = np.zeros(4)
    for i in range(n):
        w[i] = x * a
        if x > 1.0:
            w[0] = w[0] + a
            break
        x = x + w[i]
    return np.sum(w * w) + x
