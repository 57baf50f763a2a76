"""Writes to whole arrays, and the functions of NumPy that write: `out=`, `np.add.at`, fill, sort, copyto, put."""

import numpy as np

from tests.inplace.cases import mixed, positive, right, single


@right(mixed(4), mixed(4, seed=1))
@right(single(mixed(4)), mixed(4, seed=1))
@right(mixed(3, 4), 0.7)
def whole_times(a, b):
    a *= b
    return a * a


@right(mixed(4), mixed(4, seed=1))
def whole_plus_and_minus(a, b):
    a += b * a
    a -= 0.5 * np.sin(a)
    return a * b


@right(positive(4), positive(4, seed=1))
def whole_divided_and_to_a_power(a, b):
    a /= b
    a **= 2
    a **= b
    return a * b


@right(mixed(3, 3), mixed(3, 3, seed=1))
def whole_matrix_product(a, b):
    a @= b
    return a * a


@right(mixed(4), mixed(4, seed=1))
def whole_by_a_slice(a, b):
    a[:] = b * a
    a[:] += b
    a[...] = a * a
    return a * b


@right(mixed(4), mixed(4, seed=1))
def whole_from_another_stays_apart(a, b):
    a[:] = b
    b[0] = 5.0 * a[1]
    a *= b
    return a * a


@right(mixed(3, 4), mixed(4, seed=1), 0.3)
def whole_by_broadcasting(a, b, s):
    a *= b
    a += s
    a[:] = b * s + a
    return a * a


@right(mixed(4))
def whole_by_itself(a):
    a *= a
    a += a
    a -= a * a
    return a * a


@right(mixed(4))
def whole_by_its_reverse(a):
    a *= a[::-1]
    a += a[0]
    return a * np.arange(4.0)


@right(mixed(4), 0.7)
def rebinding_is_no_write(a, s):
    b = a
    a = a * s
    a += 1.0
    return a * b


@right(mixed(4), mixed(4, seed=1))
def result_in_out(a, b):
    y = np.empty_like(a)
    np.multiply(a, b, out=y)
    np.sin(y, out=y)
    return y * a


@right(mixed(4), mixed(4, seed=1))
def result_in_out_of_an_operand(a, b):
    np.multiply(a, b, out=a)
    np.add(a, a[::-1], out=b)
    return a * b


@right(mixed(4), mixed(4, seed=1))
@right(single(mixed(4)), single(mixed(4, seed=1)))
def result_in_out_by_position(a, b):
    np.add(a, b, a)
    np.exp(a, b)
    return a * b


@right(mixed(4, 4), mixed(4, seed=1))
def result_in_a_part_by_out(a, b):
    np.multiply(a[0], b, out=a[1])
    np.tanh(b, out=a[:, 2])
    np.subtract(a[2:], 1.0, out=a[:2])
    return a * a


@right(mixed(4), mixed(4, seed=1))
def result_of_out_is_the_array(a, b):
    y = np.empty(4)
    z = np.multiply(a, b, out=y)
    z += 1.0
    return y * y


@right(mixed(3, 4))
def reduction_into_out(a):
    s = np.empty(4)
    np.sum(a * a, axis=0, out=s)
    a.mean(axis=0, out=a[0])
    return a * s


@right(mixed(3, 4), mixed(4, 2, seed=1))
def matrix_product_into_out(a, b):
    y = np.zeros((3, 2))
    np.matmul(a, b, out=y)
    z = np.empty((3, 2))
    np.dot(a, b * b, out=z)
    return y * z


@right(mixed(5))
def cumulative_sum_into_out(x):
    np.cumsum(x * x, out=x)
    return np.sin(x)


@right(mixed(5))
def clipped_into_out(x):
    np.clip(x, -0.9, 0.8, out=x)
    np.maximum(x, -0.7, out=x)
    return x * x


@right(mixed(5), mixed(4, seed=1), np.array([0, 3, 0, 1]))
@right(single(mixed(5)), mixed(4, seed=1), np.array([0, 3, 0, 1]))
def add_at(x, v, i):
    np.add.at(x, i, v * v)
    return x * x


@right(mixed(5), 0.7, np.array([0, 3, 0, 1]))
def add_at_a_number(x, v, i):
    np.add.at(x, i, v)
    np.add.at(x, (i,), x[0])
    return x * x


@right(mixed(3, 4), mixed(3, seed=1), np.array([0, 2, 0]), np.array([1, 1, 1]))
def add_at_pairs(a, v, i, j):
    np.add.at(a, (i, j), v * a[i, j])
    np.add.at(a, i, a[1])
    return a * a


@right(mixed(5), mixed(4, seed=1), np.array([0, 3, 0, 1]))
def subtract_at(x, v, i):
    np.subtract.at(x, i, v * v)
    return x * x


@right(mixed(5), 0.7)
def filled(x, v):
    y = np.sin(x)
    x.fill(v)
    y[1:3].fill(v * v)
    return x * y


@right(mixed(3, 4), 0.7)
def filled_row(a, v):
    s = np.sum(a[1])
    a[1].fill(v * s)
    a.T[0].fill(2.0)
    return a * a


@right(mixed(6))
@right(single(mixed(6)))
def sorted_in_place(x):
    x.sort()
    return x * np.arange(6.0)


@right(mixed(3, 4))
def sorted_along_axes(a):
    b = a * 1.0
    a.sort()
    b.sort(axis=0)
    return a * b * np.arange(12.0).reshape(3, 4)


@right(mixed(6))
def sorted_part(x):
    x[1:5].sort()
    x[::2].sort()
    return x * np.arange(6.0)


@right(mixed(6))
def sorted_copy(x):
    y = np.sort(x)
    y[0] = 3.0 * x[0]
    return x * y


@right(mixed(4), mixed(4, seed=1))
def copied_to(a, b):
    y = np.empty(4)
    np.copyto(y, a * b)
    np.copyto(a, 2.0)
    np.copyto(b[1:], y[:-1])
    return a * b * y


@right(mixed(3, 4), mixed(4, seed=1), 0.7)
def copied_by_broadcasting(a, b, s):
    np.copyto(a[:2], b)
    np.copyto(a[2], s)
    return a * a


@right(mixed(4), mixed(4, seed=1), np.array([True, False, True, False]))
def copied_where(a, b, m):
    np.copyto(a, b * b, where=m)
    return a * a


@right(mixed(5), mixed(3, seed=1), np.array([0, 3, 3]))
def put_at(x, v, i):
    np.put(x, i, v * v)
    np.put(x, [1, -1], x[0])
    return x * x


@right(mixed(3, 4), mixed(3, seed=1), np.array([0, 7, 11]))
def put_into_a_matrix(a, v, i):
    np.put(a, i, v * v)
    a.put([1, 2], 0.5)
    return a * a


@right(mixed(4, 4), mixed(4, seed=1))
def diagonal_filled(a, v):
    np.fill_diagonal(a, 2.5)
    b = a * a
    np.fill_diagonal(b, v * v)
    return a * b


@right(mixed(5), mixed(5, seed=1), np.array([True, False, True, True, False]))
def placed_and_masked(x, v, m):
    np.putmask(x, m, v * v)
    np.place(v, m, 0.5)
    return x * v


@right(mixed(5), 0.7)
def reciprocal_and_square_into_out(x, v):
    np.square(x, out=x)
    np.reciprocal(x + v, out=x)
    np.negative(x, x)
    return x * x


@right(mixed(5), mixed(5, seed=1))
def ufunc_where(x, v):
    y = np.zeros(5)
    np.multiply(x, v, out=y, where=x > 0.0)
    return y * y
