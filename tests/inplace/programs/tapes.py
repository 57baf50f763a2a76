"""Loops that change arrays in place and of which each round keeps arrays, for a pullback that may be called twice."""

import numpy as np

from tests.inplace.cases import mixed, positive, right, single


@right(positive(6), 0.3, 4)
@right(positive(6), 0.3, 0)
@right(positive(6), 0.3, -3)
@right(positive(2), 0.3, 3)
@right(positive(1), 0.3, 3)
@right(positive(0), 0.3, 3)
@right(single(positive(6)), np.float32(0.3), 4)
def smooths(u, k, n):
    for _ in range(n):
        lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u[1:-1] += k * np.sin(lap)
    return np.sum(u * u)


@right(positive(5), 3)
@right(single(positive(5)), 3)
@right(positive(0), 3)
def squares_whole(x, n):
    for _ in range(n):
        x[:] = 0.5 * x * x + 0.1 * np.roll(x, 1)
    return x


@right(mixed(4, 3), 3)
@right(mixed(0, 3), 3)
@right(mixed(4, 0), 3)
def matrix(a, n):
    for i in range(n):
        a[1:, :] = np.tanh(a[:-1, :]) * (i + 1) + a[1:, :]
        a *= np.cos(a)
    return np.sum(a * a)


@right(mixed(4, 3).T, 3)
def matrix_of_columns(a, n):
    for _ in range(n):
        a[1:] += np.sin(a[:-1]) * a[1:]
    return a


@right(positive(5, 3))
@right(positive(1, 3))
def from_the_second_row(x):
    for i in range(1, len(x)):
        x[i] = np.sin(x[i]) * x[i - 1]
    return np.sum(x * x)


@right(positive(5, 3), 4)
@right(positive(5, 3), 1)
@right(positive(5, 3), -1)
def from_the_third_up_to(x, n):
    for i in range(2, n):
        x[:-1] = np.exp(x[i] * x[1:] * 0.3)
    return x


@right(positive(5, 3))
@right(positive(1, 3))
@right(positive(0, 3))
def downwards(x):
    n = len(x)
    for i in range(n - 1, -1, -1):
        x[i:] *= 0.5
        x[:] = x * x[i] + np.sin(x)
    return np.sum(x * x)


@right(positive(5, 3), 4)
@right(positive(5, 3), 0)
def downwards_to_the_second(x, k):
    for i in range(k, 0, -1):
        x[:] = x * x[i] + np.sin(x)
    return np.sum(x * x)


@right(positive(5), 4)
def downwards_from_a_number(x, k):
    for i in range(4, -1, -1):
        x[:] = x * x[i] * k + np.sin(x)
    return np.sum(x * x)


@right(positive(6), 6)
@right(positive(6), -6)
def every_other(x, n):
    for i in range(0, n, 2):
        x[:] = np.sin(x) * x[i]
    return x


@right(positive(4), 2, 3)
@right(positive(4), 0, 3)
@right(positive(4), 2, 0)
@right(positive(4), 2, -1)
def in_a_loop(x, n, m):
    for i in range(n):
        for j in range(m):
            x[1:] += np.sin(x[:-1] * (i + j))
        x[:] = x * np.cos(x)
    return np.sum(x * x)


@right(positive(4), 2)
def in_a_triangle(x, n):
    for i in range(n):
        for _ in range(i + 1):
            x[1:] = np.sin(x[:-1]) * x[1:]
    return np.sum(x * x)


@right(positive(4), 5, 1.5)
@right(positive(4), 5, 100.0)
def until_it_is_large(x, n, bound):
    for _ in range(n):
        x[:] = x * x + 0.3 * np.sin(x)
        if np.sum(x) > bound:
            break
    return x


@right(positive(4), 5)
def while_it_is_small(x, n):
    k = 0
    while k < n and np.sum(x) < 4.0:
        x[:] = x * 1.3 + 0.3 * np.sin(x)
        k += 1
    return x


@right(positive(4), 3, True)
@right(positive(4), 3, False)
def in_a_branch(x, n, c):
    if c:
        for _ in range(n):
            x[:] = x * np.sin(x)
    return x * x


@right(positive(6), 4)
def branches_inside(x, n):
    for i in range(n):
        if i % 2:
            y = np.sin(x[1:])
            x[1:] = y * x[1:]
        else:
            x[:] = x * np.cos(x)
    return np.sum(x * x)


@right(positive(6), 4)
def numbers_beside_arrays(x, n):
    s = 0.0
    for i in range(n):
        t = np.sum(x) * 0.1
        x[:] = np.sin(x) * t
        s += t * t * x[i]
    return s


@right(positive(6), 4)
def index_that_is_read(x, n):
    for i in range(n):
        x[i] = x[i] * x[i + 1]
        x[:] = np.sin(x) * (i + 1.0)
    return x


@right(positive(5), positive(3, 5, seed=1))
def walks_rows(x, ws):
    for w in ws:
        x[:] = np.sin(x * w)
    return x


@right(positive(5), positive(3, 5, seed=1))
def walks_rows_by_number(x, ws):
    for i in range(ws.shape[0]):
        x[:] = np.sin(x * ws[i]) + ws[i]
    return x


@right(positive(5), 3)
def mask_of_each_round(x, n):
    for _ in range(n):
        m = x > 0.8
        x[:] = np.where(m, x * x, np.sin(x))
    return x


@right(positive(5), 3)
def grows_and_shrinks(x, n):
    for i in range(n):
        y = x[i:] * x[i:]
        x[i:] = np.sin(y)
    return x


@right(positive(6), 3)
def buffers_that_change_places(x, n):
    y = np.zeros_like(x)
    for _ in range(n):
        y[1:] = np.sin(x[:-1])
        y[0] = x[0] * x[1]
        x, y = y, x
    return x


@right(positive(4), positive(3, seed=1), 3)
def outer_product(x, y, n):
    for _ in range(n):
        t = np.sin(x[:, None] * y)
        x += t.sum(axis=1) * 0.1
        y[:] = y * t.sum(axis=0)
    return x


@right(positive(5), 3)
def count_that_changes(x, n):
    for _ in range(n):
        x[:] = x * np.sin(x)
        n = n + 1
    for _ in range(n):
        x[:] = x * np.cos(x)
    return x * n


@right(positive(5), 3)
def array_that_is_named_anew(u, n):
    v = u * 2.0
    u = u[1:]
    for _ in range(n):
        u[:] = u * np.sin(u)
    v[1:] *= u
    return v


@right(positive(5), 3)
def named_tape(tape, i):
    for _ in range(i):
        tape[:] = tape * np.sin(tape)
    return tape


def _step(x, n):
    for _ in range(n):
        x[:] = x * np.sin(x)


@right(positive(5), 2)
@right(positive(5), 0)
def in_a_called_function(x, n):
    for _ in range(n):
        _step(x, n)
    return x


@right(positive(4), 3)
def state_is_returned_and_kept(x, n):
    y = x
    for _ in range(n):
        x[:] = np.sin(x) * x
        y = x * x
        x += 0.1 * y
    return x, y


@right(positive(4), 3)
def added_to_in_the_backward_pass(x, n):
    s = np.zeros_like(x)
    for _ in range(n):
        t = np.sin(x)
        s += t * t
        x[:] = t * x
    return s


@right(positive(3), 2)
def asserts_and_raises(x, n):
    for _ in range(n):
        assert np.all(x > -5.0)
        x[:] = x * np.sin(x)
        if np.sum(x) > 1e6:
            raise ValueError("too large")
    return x


@right(mixed(3, 3), 2)
def of_a_diagonal(a, n):
    for _ in range(n):
        d = np.diagonal(a)
        a[:] = np.sin(a) * d
    return a


@right(positive(3, 2, 2), 2)
def three_axes(a, n):
    for _ in range(n):
        a[:, 1:, :] *= np.sin(a[:, :-1, :])
    return a


@right(positive(5), 3)
@right(positive(5), 0)
def squares_and_sums(x, n):
    for _ in range(n):
        x[:] = x * x * 0.5
    return np.sum(x * x)


@right(positive(5), 3)
def state_that_is_rebound(x, n):
    for _ in range(n):
        x = x - 0.1 * np.sin(x)
    return x


@right(positive(5), 3)
def numbers(x, n):
    for i in range(n):
        x[i] = np.sin(x[i + 1]) * x[i]
    return x
