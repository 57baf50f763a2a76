"""A value of the user's that is the cotangent of several others: it has their shape, or stands for a larger one."""

import numpy as np
import pytest

from tests.behaviour import assert_behaves


def number_of_a_number_and_of_a_broadcast_one(x, y, n):
    w = x + np.zeros(n)
    return x * y + np.sum(w) * y


def broadcast_one_first(x, y, n):
    w = x + np.zeros(n)
    return np.sum(w) * y + x * y


def number_of_an_array_and_of_an_element(u, y, n):
    return u[0] * y + np.sum(u[0] + np.ones((n, 2))) * y + np.sum(u) * y


def row_of_a_row_and_of_a_broadcast_one(u, v, n):
    return np.sum(u * v) + np.sum((u + np.zeros((n, 3))) * v)


def row_of_rows_that_are_summed(u, v, n):
    m = u + np.zeros((n, 3))
    return u @ v + np.sum(m, axis=0) @ v + np.mean(m, axis=0) @ v


def column_of_length_one(u, v, n):
    c = u[:, None]
    return np.sum(c * v[:, None]) + np.sum((c + np.zeros((3, n))) * v[:, None])


def in_a_loop(x, y, n):
    total = 0.0
    for k in range(n):
        w = x + np.zeros(k)
        total = total + np.sum(w) * y + x * y
    return total


def of_an_unknown_one(x, y, pair):
    w = x + pair[0]
    return x * y + np.sum(w) * y


NUMBERS = (0.5, 2.0, 4)
ROWS = (np.array([0.3, -0.7, 1.1]), np.array([0.9, 0.4, -0.2]), 4)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (number_of_a_number_and_of_a_broadcast_one, NUMBERS),
        (broadcast_one_first, NUMBERS),
        (number_of_an_array_and_of_an_element, (ROWS[0], 2.0, 4)),
        (row_of_a_row_and_of_a_broadcast_one, ROWS),
        (row_of_rows_that_are_summed, ROWS),
        (column_of_length_one, ROWS),
        (in_a_loop, NUMBERS),
        (of_an_unknown_one, (0.5, 2.0, [np.array([0.1, 0.2, 0.3])])),
    ],
)
def test_each_role_has_its_own_shape(f, args):
    assert_behaves(f, *args)
    if isinstance(args[2], int):
        assert_behaves(f, args[0], args[1], 1)
