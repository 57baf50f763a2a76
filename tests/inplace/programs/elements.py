"""Writes to elements and slices."""

import numpy as np

from tests.inplace.cases import mixed, positive, right, single


@right(mixed(4), 0.7)
@right(single(mixed(4)), 0.7)
@right(mixed(4), np.float32(0.75))
def element(x, v):
    x[1] = v * x[2]
    return np.sum(x * x)


@right(mixed(4), 0.7)
def last_element(x, v):
    x[-1] = np.sin(v) * x[0]
    return x * x


@right(mixed(4), 0.7)
def element_with_integer_of_the_run(x, v):
    k = x.shape[0] // 2
    x[k] = v * x[k - 1]
    x[k + 1] = x[k] * x[k]
    return np.sum(np.sin(x))


@right(mixed(4), 0.7, 2)
def element_at_an_argument(x, v, k):
    x[k] = v * x[k - 1]
    return x * x


@right(mixed(4), 0.7)
def element_plus(x, v):
    x[1] += v * x[2]
    return x * x


@right(mixed(4), 0.7)
def element_minus(x, v):
    x[1] -= v * x[1]
    return x * x


@right(mixed(4), 0.7)
@right(single(mixed(4)), 0.7)
def element_times(x, v):
    x[1] *= v * x[1]
    return x * x


@right(mixed(4), 0.7)
def element_divided(x, v):
    x[1] /= v
    x[2] /= x[1]
    return x * x


@right(positive(4), 1.7)
def element_to_a_power(x, v):
    x[1] **= 3
    x[2] **= v
    return np.sum(x * x)


@right(positive(4) + 3.0, 1.25)
def element_floor_and_remainder(x, v):
    x[1] //= v
    x[2] %= v
    return np.sum(x * x)


@right(mixed(4), 0.7)
def element_written_twice(x, v):
    x[1] = x[1] * x[1]
    x[1] = np.sin(x[1]) * v
    x[1] += x[0]
    return x * x


@right(mixed(4), 0.7)
def element_read_then_overwritten(x, v):
    a = x[1]
    x[1] = v
    return a * x[1] * x


@right(mixed(4))
def element_overwritten_by_a_constant(x):
    s = np.sin(x[1])
    x[1] = 0.0
    return s * np.sum(x * x)


@right(mixed(3, 4), 0.7)
@right(single(mixed(3, 4)), np.float32(0.7))
def element_of_a_matrix(a, v):
    a[1, 2] = v * a[0, 0]
    a[2, -1] += a[1, 2] * a[1, 2]
    return a * a


@right(mixed(2, 3, 2), 0.7)
def element_of_a_cube(a, v):
    a[1, 2, 0] = v * a[0, 0, 1] * a[1, 2, 0]
    a[0, 1, 1] *= a[1, 2, 0]
    return a * a


@right(mixed(3, 4))
def chained_subscripts(a):
    a[1][2] = a[0][0] * 3.0
    a[1][0] += a[1][2] * a[2][3]
    return a * a


@right(mixed(3, 4), mixed(4, seed=1))
def row(a, v):
    a[1] = v * a[0]
    return a * a


@right(mixed(3, 4), mixed(4, seed=1))
def row_plus(a, v):
    a[1] += v * a[1]
    a[-1] *= v
    return a * a


@right(mixed(3, 4), mixed(3, seed=1))
def column(a, v):
    a[:, 1] = v * a[:, 0]
    a[:, 2] -= a[:, 1] * v
    return a * a


@right(mixed(6), mixed(3, seed=1))
def slice_of_a_vector(x, v):
    x[1:4] = v * x[1:4]
    return x * x


@right(mixed(6), mixed(3, seed=1))
@right(single(mixed(6)), mixed(3, seed=1))
def slice_with_a_step(x, v):
    x[::2] = v * x[1::2]
    x[1::2] += np.sin(x[::2])
    return x * x


@right(mixed(6), mixed(3, seed=1))
def slice_with_a_negative_step(x, v):
    x[4:1:-1] = v * x[:3]
    x[::-2] *= v
    return x * x


@right(mixed(6), mixed(3, seed=1))
def slice_from_the_end(x, v):
    x[-3:] = v * x[:-3]
    x[:-4] -= x[-2:]
    return x * x


@right(mixed(6), mixed(6, seed=1))
def slice_beyond_the_end(x, v):
    x[2:100] = v[2:100] * x[2:100]
    return x * x


@right(mixed(5), 2)
@right(mixed(5), 0)
@right(mixed(5), 5)
@right(mixed(5), -2)
def slice_with_bounds_of_the_run(x, k):
    x[k:] = 2.0 * x[k:] * x[k:]
    x[:k] += np.sin(x[:k])
    return x * x


@right(mixed(4, 5), mixed(2, 3, seed=1))
def block_of_a_matrix(a, v):
    a[1:3, 1:4] = v * a[1:3, :3]
    a[::2, ::-2] += np.sin(a[::2, ::2])
    return a * a


@right(mixed(2, 3, 4), mixed(2, 4, seed=1))
def ellipsis_and_integers(a, v):
    a[..., 1] *= 0.5 * a[..., 0]
    a[:, 1, ...] = v * a[:, 0, ...]
    a[0, ..., 2] += 1.5
    return a * a


@right(mixed(3, 4), mixed(3, 1, 4, seed=1))
def new_axes_in_the_index(a, v):
    a[:, None] = v * a[:, None, :]
    a[None, 1] += np.sin(a[None, 0])
    return a * a


@right(mixed(3, 4), 0.7, mixed(4, seed=1), mixed(3, 1, seed=2))
def broadcast_writes(a, s, r, c):
    a[:, :2] = s
    a[1:, 2:] = r[2:] * s
    a[:2] += c[:2]
    a[...] *= c
    return a * a


@right(mixed(3, 4), mixed(1, seed=1), mixed(1, 1, seed=2))
def broadcast_of_length_one(a, u, w):
    a[1] = u
    a[:, 2:] += w
    a[:2, 0] *= u[0]
    return a * a


@right(mixed(6))
def overlapping_forwards(x):
    x[1:] = x[:-1] * x[1:]
    return x * x


@right(mixed(6))
def overlapping_backwards(x):
    x[:-1] = x[1:]
    x[:-2] += x[2:]
    return x * x


@right(mixed(6))
@right(single(mixed(6)))
def overlapping_reversed(x):
    x[:] = x[::-1]
    x[1:4] -= x[3:0:-1]
    return np.sum(np.sin(x) * np.arange(6.0))


@right(mixed(4, 4))
def overlapping_transposed(a):
    a[:] = a.T
    a[:2] += a[:, :2].T
    return a * a * np.arange(16.0).reshape(4, 4)


@right(mixed(5), mixed(5, seed=1))
def swapped_elements(x, w):
    x[0], x[3] = x[3], x[0]
    x[1], x[2] = x[2] * x[0], x[1]
    return x * w


@right(mixed(4, 3), mixed(4, 3, seed=1))
def unpacked_into_elements(a, w):
    p, (a[0, 0], a[1, 1]) = a[2, 2], (a[1, 0] * 2.0, a[0, 1])
    a[3] = p * a[3]
    return a * w


@right(mixed(4), 0.7)
def starred_into_elements(x, v):
    x[0], *rest = v * x[1], x[2] * x[3], 2.0
    x[3] = rest[0] * rest[1]
    return x * x


@right(mixed(4), 0.7)
def chained_assignment_to_elements(x, v):
    x[0] = x[1] = b = v * x[2]
    x[3] *= b
    return x * x


@right(np.array(0.7), 1.3)
@right(np.array(0.75, np.float32), 1.3)
def array_without_axes(x, v):
    x[()] = x * v
    x[...] += v
    return x * x


@right(np.zeros(0), 0.7)
@right(np.zeros(0, np.float32), 0.7)
def empty_array(x, v):
    x[:] = v
    x[1:] += v * x[1:]
    x *= 2.0
    return np.sum(x) + v * v


@right(mixed(0, 3), mixed(3, seed=1))
def no_rows(a, v):
    a[:] = v * a
    a[:, 1] += 1.0
    return np.sum(a) + v


@right(mixed(1), mixed(1, 1, seed=1))
def arrays_of_length_one(x, a):
    x[0] = a[0, 0] * x[0]
    a[:] = x * a
    a[0] += x[0]
    return a * a


@right(np.asfortranarray(mixed(3, 4)), 0.7)
@right(mixed(6, 8)[::2, ::-2], 0.7)
@right(mixed(4, 3).T, 0.7)
def array_laid_out_otherwise(a, v):
    a[1, 1:] = v * a[0, 1:] * a[1, 1:]
    a *= a[0, 0]
    a[:, 2] += a[:, 0]
    return a * a


@right(mixed(4), [1, 2])
def list_as_index(x, i):
    x[i] = 2.0 * x[i] * x[0]
    x[[0, 3]] += x[[1, 2]]
    return x * x


@right(mixed(4), 0.3)
def zero_times_is_kept(x, v):
    x[1] = 0.0 * x[2] + v
    x[2] = x[2] * 1.0
    x[3] = x[3] + 0.0
    return x * x
