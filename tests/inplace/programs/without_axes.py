"""Arrays without axes: they can be written, and the numbers computed from them cannot."""

import numpy as np

from tests.inplace.cases import right, single


@right(np.array(0.7), 3)
@right(np.array(0.7), 0)
@right(single(np.array(0.7)), 3)
def powers_in_a_loop(x, n):
    y = x * 1.0
    for _ in range(n):
        y = y * x
    return x * y


@right(np.array(0.7), 3)
def powers_and_sums_in_place(x, n):
    y = x * 1.0
    for _ in range(n):
        y += 1.0
        y *= x
    return x * y


@right(np.array(0.7), np.array(0.3), 3)
@right(np.array(0.7), 0.3, 3)
@right(0.7, np.array(0.3), 3)
def two_numbers_in_a_loop(x, z, n):
    y = x * 2.0
    w = z * 1.0
    for _ in range(n):
        y = y * z + w
        w = w * x
    return z * y + x * w


@right(np.array(0.7), 3)
def powers_in_some_trips(x, n):
    y = x * 1.0
    for i in range(n):
        if i != 1:
            y = y * x
    return x * y


@right(np.array(0.7), 3)
def powers_until_a_break(x, n):
    y = x * 1.0
    k = 0
    while k < n:
        y = y * x
        k += 1
        if y > 9.0:
            break
    return x * y


def mul(y, x):
    return y * x


def mulloop(y, x, n):
    for _ in range(n):
        y = y * x
    return y


@right(np.array(0.7), 3)
def powers_by_helpers(x, n):
    y = x * 1.0
    for _ in range(n):
        y = mul(y, x)
    y = mulloop(y, x, n)
    return x * y


@right(np.array(0.7), 3)
def quotients_in_a_loop(x, n):
    y = x * 1.0
    z = -x
    for _ in range(n):
        y = y / z
        z = z - y
    return x * y - z


@right(np.array(0.7), np.array([0.1, 0.2]), 3)
def written_beside_elements(x, v, n):
    y = v * x
    for i in range(n):
        y[i % 2] *= x
        x *= 1.1
    return x * y


@right((np.array(0.7), np.array(0.4)), 3)
def items_of_a_tuple(p, n):
    a, b = p
    y = a * 1.0
    for _ in range(n):
        y = y * b
        b = b * a
    return a * y + b


@right([np.array(0.7), np.array(0.4)], 3)
def items_of_a_list(p, n):
    y = p[0] * 1.0
    for q in p:
        y = y * q
    for _ in range(n):
        y = y * p[1]
    return p[0] * y


@right(np.array(0.7), np.array(0.3), 3)
def returned_out_of_a_loop(x, z, n):
    y = x * 1.0
    for _ in range(n):
        y = y * z
        if y < 0.1:
            return z
    return y
