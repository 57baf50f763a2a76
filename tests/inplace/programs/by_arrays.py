"""Reads and writes at integer arrays and masks, with repeated indices."""

import numpy as np

from tests.inplace.cases import mixed, positive, right, single

ONCE = np.array([3, 0, 2])
TWICE = np.array([1, 3, 1, 0, 3])
MASK = np.array([True, False, True, True, False])


@right(mixed(5), mixed(3, seed=1), ONCE)
@right(single(mixed(5)), mixed(3, seed=1), ONCE)
def written_at_integers(x, v, i):
    x[i] = v * x[i]
    return x * x


@right(mixed(5), mixed(5, seed=1), TWICE)
@right(mixed(5), mixed(5, seed=1), -TWICE)
def written_at_repeated_integers(x, v, i):
    x[i] = v * x[i]
    return x * x


@right(mixed(5), mixed(5, seed=1), TWICE)
@right(single(mixed(5)), single(mixed(5, seed=1)), TWICE)
def added_at_repeated_integers(x, v, i):
    x[i] += v * np.sin(v)
    return x * x


@right(mixed(5), mixed(5, seed=1), TWICE)
def added_at_repeated_integers_of_itself(x, v, i):
    x[i] += v * x[i] * x[i]
    return x * x


@right(mixed(5), mixed(5, seed=1), TWICE)
def multiplied_at_repeated_integers(x, v, i):
    x[i] *= v
    x[i] -= x[0]
    return x * x


@right(positive(5), mixed(5, seed=1), TWICE)
def other_operators_at_repeated_integers(x, v, i):
    x[i] /= 2.0 + v
    x[i] **= 2
    return x * x


@right(mixed(5), mixed(5, seed=1), np.array([0, 0, 0, 0, 0]))
def the_last_of_repeated_writes_counts(x, v, i):
    x[i] = v
    return x * np.sin(x)


@right(mixed(5), 0.7, TWICE)
def number_written_at_repeated_integers(x, v, i):
    x[i] = v
    x[i] += v * v
    return x * x


@right(mixed(3, 4), mixed(2, 4, seed=1), np.array([2, 0]))
def rows_written_at_integers(a, v, i):
    a[i] = v * a[i]
    a[i] += a[1]
    return a * a


@right(mixed(3, 4), mixed(3, 4, seed=1), np.array([2, 0, 2]))
def rows_written_at_repeated_integers(a, v, i):
    a[i] = v * a[i]
    a[i] -= v
    return a * a


@right(mixed(3, 4), mixed(3, seed=1), np.array([3, 0, 3]))
def one_element_of_each_row(a, v, j):
    rows = np.arange(a.shape[0])
    a[rows, j] = v * a[rows, j]
    a[rows, j] += v
    return a * a


@right(mixed(3, 4), mixed(3, 2, seed=1), np.array([3, 1]))
def columns_written_at_integers(a, v, j):
    a[:, j] = v * a[:, j]
    a[1:, j] += 0.5 * v[1:]
    a[0, j] *= v[0]
    return a * a


@right(mixed(2, 3, 4), mixed(2, 2, seed=1), np.array([2, 0]), np.array([1, 1]))
def integers_beside_slices(a, v, i, j):
    a[:, i, j] = v * a[:, i, j]
    a[i % 2, :, j] += np.sin(a[i % 2, :, j])
    return a * a


@right(mixed(3, 4), mixed(2, 2, seed=1), np.array([[2], [0]]), np.array([[1, 3]]))
def integers_that_broadcast(a, v, i, j):
    a[i, j] = v * a[i, j]
    a[i, j] += v
    return a * a


@right(mixed(5), mixed(2, 2, seed=1), np.array([[0, 1], [1, 4]]))
def integers_of_two_axes(x, v, i):
    x[i] = v
    x[i] += v * v
    return x * x


@right(mixed(5), np.array([], dtype=int), mixed(0))
def no_integers(x, i, v):
    x[i] = v
    x[i] += 2.0
    return x * x


@right(mixed(5), 0.7, MASK)
@right(mixed(5), 0.7, np.zeros(5, bool))
@right(single(mixed(5)), 0.7, MASK)
def number_written_under_a_mask(x, v, m):
    x[m] = v
    x[~m] *= v * x[~m]
    return x * x


@right(mixed(5), mixed(3, seed=1), MASK)
def values_written_under_a_mask(x, v, m):
    x[m] = v * x[m]
    x[m] += v
    return x * x


@right(mixed(5), 0.7)
def mask_of_the_array_itself(x, v):
    x[x < 0] = v
    x[x > 1.0] *= 0.5
    x[x > 0.9] -= v
    return x * x


@right(mixed(3, 4))
def negative_part_removed(a):
    a[a < 0.0] = 0.0
    return a * np.sin(a)


@right(mixed(3, 4), mixed(4, seed=1), np.array([True, False, True]))
def rows_under_a_mask(a, v, m):
    a[m] = v * a[m]
    a[m, 1] += 2.0 * v[0]
    a[~m, 1:3] *= v[1:3]
    return a * a


@right(mixed(3, 4), 0.7)
def mask_of_a_matrix(a, v):
    m = a > 0.0
    a[m] += v * a[m]
    a[~m] = v
    return a * a


@right(mixed(5), 0.7)
def mask_that_changes_after_the_write(x, v):
    m = x > 0.0
    x[m] *= v * x[m]
    m[:] = True
    x[m] += v
    return x * x


@right(mixed(5), mixed(3, seed=1))
def integers_that_change_after_the_write(x, v):
    i = np.array([0, 2, 4])
    x[i] = v * x[i]
    i[0] = 1
    x[i] += v
    i += 0
    return x * x


@right(mixed(5), mixed(3, seed=1))
def integers_that_change_after_a_read(x, v):
    i = np.array([0, 2, 4])
    y = x[i] * v
    i[:] = [1, 1, 1]
    z = x[i] * v
    return y * z


@right(mixed(5), 0.7)
def integers_that_change_in_a_loop(x, v):
    i = np.array([0, 1])
    for _ in range(3):
        x[i] *= v * np.sin(x[i])
        i += 1
    return x * x


@right(mixed(5), 0.7)
def mask_that_changes_in_a_loop(x, v):
    m = x > 0.0
    for k in range(5):
        x[m] *= v * np.cos(x[m])
        m[k] = not m[k]
    return x * x


@right(mixed(5), ONCE)
def read_at_integers_is_a_copy(x, i):
    y = x[i]
    y *= 3.0
    x[0] = y[0] * y[1]
    return np.sum(x * x) + np.sum(np.sin(y))


@right(mixed(5), ONCE)
def read_at_integers_before_a_write(x, i):
    y = x[i]
    x[i] = 0.5 * y * y
    x[1] = 3.0
    return np.sum(y) * x


@right(mixed(5), MASK)
def read_under_a_mask_is_a_copy(x, m):
    y = x[m]
    y[0] = 5.0 * x[1]
    y *= y
    x[m] = y
    return x * x


@right(mixed(4, 4))
def positions_found_by_nonzero(a):
    i, j = np.nonzero(a > 0.3)
    a[i, j] = np.sin(a[i, j]) * 2.0
    return a * a


@right(mixed(6))
def sorted_through_positions(x):
    order = np.argsort(x)
    x[order] = x * np.arange(6.0)
    x[:] = x[order]
    return x * x


@right(mixed(4, 3), mixed(4, 3, seed=1))
def swapped_rows(a, w):
    a[[0, 2]] = a[[2, 0]]
    return a * w


@right(mixed(4, 3), mixed(4, 3, seed=1))
def swapped_rows_by_copies(a, w):
    a[0], a[2] = a[2].copy(), a[0].copy()
    return a * w


@right(mixed(4, 3), mixed(4, 3, seed=1))
def swapped_rows_as_views(a, w):
    a[0], a[2] = a[2], a[0]
    return a * w


@right(mixed(5), mixed(5, seed=1), TWICE)
@right(single(mixed(5)), mixed(5, seed=1), TWICE)
def histogram_of_weights(x, v, bins):
    h = np.zeros(4)
    for k in range(5):
        h[bins[k]] += v[k] * x[k]
    return h * h


@right(mixed(4, 2), mixed(4, seed=1), np.array([[0, 1], [1, 2], [3, 0], [2, 2]]))
def scatter_over_edges(p, k, edges):
    f = np.zeros_like(p)
    for e in range(4):
        i, j = edges[e]
        d = k[e] * (p[j] - p[i])
        f[i] += d
        f[j] -= d * d
    return f * f


@right(mixed(4, 2), np.array([0, 2, 1]), np.array([1, 3, 1]))
def scatter_of_rows_at_once(p, i, j):
    f = np.zeros_like(p)
    d = np.tanh(p[i] - p[j])
    np.add.at(f, i, d)
    np.add.at(f, j, -d * d)
    return f * f


@right(mixed(4), np.array([0, 2]))
def write_to_a_temporary_copy_is_lost(x, i):
    x[i][0] = 5.0 * x[1]
    x[[1, 2]][:] *= 3.0
    (x * 1.0)[1] = 7.0
    x[x > 0.0].fill(2.0)
    return x * x


@right(mixed(3, 4), np.array([0, 2]), np.array([True, False, True, True]))
def integers_and_masks_of_a_row(a, i, m):
    a[1][i] = a[0, i] * 2.0
    a[2][m] *= a[0][m]
    a.T[i] += 0.5
    a[:, 1:][:, i] = 1.5
    return a * a


@right(mixed(3, 4), np.array([2, 0, 2]))
def view_of_an_array_read_at_integers(a, i):
    b = a[i]
    r = b[0]
    r *= 3.0
    a[2] = 2.0 * b[1]
    return np.sum(a * a) * b


@right(mixed(4), mixed(3, seed=1), np.array([1, 1, 2]))
def repeated_elements_read_and_then_overwritten(x, w, i):
    y = x[i]
    x[i] = 1.0
    return w * y * x[0]


PLACES = np.array([0, 1, 1, 3])
PLACES_LISTED = [0, 1, 1, 3]


@right(mixed(4), mixed(4, seed=1))
def written_at_repeated_integers_of_the_module(x, a):
    y = a.copy()
    y[PLACES] = x * a
    return y * y


@right(mixed(4), mixed(4, seed=1))
def written_at_a_list_of_the_module(x, a):
    y = a.copy()
    y[PLACES_LISTED] = x * a
    return y * y


@right(mixed(4), mixed(4, seed=1))
def updated_at_repeated_integers_of_the_module(x, a):
    y = a * 1.0
    y[PLACES] *= x
    y[PLACES] -= a
    return y * y


@right(mixed(4), mixed(4, seed=1))
def written_at_repeated_integers_of_the_module_in_a_loop(x, a):
    y = a.copy()
    v = y[1:]
    for _ in range(3):
        y[PLACES] = y * x
        v[PLACES[:3]] = x[:3]
    return y * y


@right(mixed(4), mixed(4, seed=1))
def places_of_the_module_in_two_axes(x, a):
    y = np.outer(a, a)
    y[PLACES, PLACES[::-1]] = x * a
    y[:, PLACES] += x
    return y * y
