"""Loops over rows that are written, and arrays that a loop changes whole."""

import numpy as np

from tests.inplace.cases import mixed, right


@right(mixed(3, 4))
def array_and_row_written_in_turn(a):
    for r in a:
        a[0] *= 0.9
        r[1] += a[2, 2]
        a[1, 0] = r[0] * r[1]
    return np.sum(a * a)


@right(mixed(3, 4))
def columns_by_a_transpose(a):
    for c in a.T:
        c[0] *= 1.1 + a[0, 0] ** 2
        c += a[:, 0]
    return np.sum(a * a)


@right(mixed(3, 4))
def rows_of_a_reversed_array(a):
    for r in a[::-1]:
        r[:] = r * a[0] + a[-1]
    return np.sum(a * a)


@right(mixed(3, 4), mixed(3, 4, seed=2))
def rows_of_two_arrays(a, b):
    for r, s in zip(a, b):
        r += s * b[0]
        s[0] = r[1] * a[0, 0]
    return np.sum(a * b)


@right(mixed(3, 4))
def rows_beside_the_next_ones(a):
    for r, s in zip(a, a[1:]):  # noqa: RUF007
        s += 0.5 * r * a[0]
    return np.sum(a * a)


@right(mixed(2, 3, 4))
def elements_of_rows_of_matrices(a):
    for m in a:
        for r in m:
            r *= 1.0 + 0.1 * a[0, 0]
            for k, v in enumerate(r):
                r[k] = v * m[0, k]
    return np.sum(a * a)


def scale_row(r, s):
    r *= s


@right(mixed(3, 4))
def rows_written_by_a_helper(a):
    for r in a:
        scale_row(r, a[0, 1])
        if r[0] > 1.0:
            continue
        scale_row(a[0], r[2])
    return np.sum(a * a)


@right(mixed(3, 4))
def elements_of_a_row_in_a_while(a):
    for i, r in enumerate(a):
        k = 0
        while k < 3 and r[k] < 1.0:
            r[k] += 0.3 * a[i - 1, k] ** 2
            k += 1
    return np.sum(a * a)


@right(mixed(5))
def elements_of_a_view_that_is_written(x):
    v = x[1:]
    t = 0.0
    for e in v:
        x[2] *= 0.5
        t += e * x[0]
        v[3] += e
    return np.sum(x * t)


@right(mixed(5), 2)
def rows_of_a_buffer_again_and_again(x, n):
    y = np.zeros((3, 5))
    for _ in range(n):
        for r in y:
            r += x * y[0]
            y[0, 0] += 0.1
    return np.sum(y * y)


@right(mixed(5), 4)
def number_and_array_changed_by_each_other(x, n):
    s = x[0]
    y = x
    for _ in range(n):
        s += y[1]
        y += s
        y *= x[2]
    return np.sum(x * s)


@right(mixed(5), 4)
def array_changed_and_rebound_in_some_trips(x, n):
    y = x
    for i in range(n):
        y += 0.1
        if i == 2:
            y = y * 2.0
    return np.sum(y * y)


@right(mixed(5), 3)
def view_changed_whole_in_a_while(x, n):
    v = x[1:]
    k = 0
    while k < n and np.sum(v) < 9.0:
        v *= 1.2
        v[k] = x[0]
        k += 1
        v += x[0] * x[k]
    return np.sum(x * x)


@right(mixed(5), 3)
def view_of_a_view_changed_whole(x, n):
    v = x[1:]
    w = v[1:]
    for _ in range(n):
        w += 0.1 * x[0] * v[0]
        v *= 1.1
        w[0] = x[4]
        v -= w[0]
    return np.sum(v * x[1:])


@right(mixed(5), 3)
def matrix_multiplied_in_place(x, n):
    a = np.eye(5) * 0.9
    b = a
    for _ in range(n):
        a @= np.outer(x, x) + b
        b[0] += x
    return np.sum(a)
