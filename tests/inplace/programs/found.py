"""What random programs have found, made small."""

import numpy as np

from tests.inplace.cases import mixed, positive, right


def scale(a, s):
    a *= 0.5 + 0.3 * np.sin(s)


@right(mixed(3, 4), 0.7)
def call_that_writes_into_a_part_of_a_row_of_the_loop(m, x):
    for r in m:
        scale(r[1:], x)
        r[0] *= 0.6 + 0.3 * np.sin(x)
    return m * m


@right(mixed(3, 4), mixed(4, seed=1), 0.7)
def call_that_writes_with_an_operand_that_is_written_next(m, v, x):
    for r in m:
        scale(r[1:], v[0])
        v[:] = 0.5 * np.tanh(x)
    return m * m


@right(positive(4), 4)
def condition_on_a_view_of_an_array_written_under_a_mask(u, n):
    v = u[:-1]
    i = 0
    while i < n and v[i % 3] < 3.0:
        i += 1
        b = u > 0.2
        u[b] += 0.2
    return u * u


@right(mixed(4), 0.3)
@right(mixed(4), 0.5)
def array_that_is_kept_in_one_branch_of_a_loop_only(v, x):
    for _ in range(3):
        if x < 0.4:
            v += 0.1
            v[::2] /= 1.5 + np.sin(0.5 * np.tanh(np.cos(v[2:4]) - x))
    return v * v


@right(mixed(3, 4), 0.7)
def call_that_writes_into_a_part_in_a_branch(m, x):
    v, u = m[0], m[1]
    if x > 0.2:
        scale(v[1:], v[2])
    if x > 0.4:
        scale(u[1:], v[u.shape[0] - 2])
    return m * v
