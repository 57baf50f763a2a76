"""Families of traps: what other tools get wrong in silence."""

import math

import numpy as np

from tests.inplace.cases import mixed, positive, right, single


@right(mixed(4), 0.7)
def store_of_an_augmented_element_is_kept(y, v):
    y[1] += v * v
    return np.sum(y)


@right(mixed(4))
def view_doubled_as_a_second_name(a):
    b = a[1:]
    b *= 2
    return np.sum(a * a)


@right(mixed(4))
def power_one_is_a_copy(x):
    y = x**1
    y[0] = 3.0
    return x * y


@right(mixed(4))
def plus_zero_is_a_copy_seen_by_a_view(x):
    y = x + 0
    v = y[1:]
    v *= x[:-1]
    x[0] = 2.0
    return x * y


@right(mixed(4), mixed(4, seed=1))
def out_as_a_statement(a, b):
    y = np.zeros(4)
    np.multiply(a, b, out=y)
    np.add.at(y, [0, 0], a[0])
    y.sort()
    return y * np.arange(4.0)


def writes_to_its_argument(p):
    p[0] = p[1] * p[2]


@right(mixed(4))
def callee_that_writes_into_its_argument(x):
    writes_to_its_argument(x)
    return np.sum(x * x)


@right(mixed(4))
def body_of_a_with_block_is_not_skipped(x):
    with np.errstate(over="ignore"):
        x *= x
    return np.sum(x)


def keyword_writer(*, into, what):
    into += what * what


@right(mixed(4))
def keyword_arguments_carry_the_gradient(x):
    y = np.zeros(4)
    keyword_writer(what=x, into=y)
    return y * x


@right(mixed(4), np.array([1, 1, 2]))
def fancy_read_with_repeats_after_a_write(x, i):
    x[1] = 3.0 * x[0]
    return x[i] * x[i]


@right(mixed(3), mixed(3, seed=1))
def array_twice_in_a_tuple_of_a_loop(x, y):
    t = 0.0
    for a in (x, y, x):
        a += 0.5
        t = t + np.sum(a * a)
    return t


@right(mixed(3))
def integer_buffer_swallows_the_gradient(x):
    y = np.zeros(3, dtype=int)
    y += (x * 10.0).astype(int)
    y[0] = x[0] * 7.0
    return np.sum(y * x)


@right([0.5, 1.5])
def append_and_a_write(xs):
    ys = []
    for v in xs:
        ys.append(v * v)
    ys[0] = ys[0] * ys[1]
    a = np.array(ys)
    a[1] *= xs[0]
    return a


@right(mixed(3))
def walrus_then_a_write(x):
    if (n := x[0] * x[1]) < 100.0:
        x[0] = n
    return x * n


@right({"a": mixed(3), "b": mixed(3, seed=1)})
def values_of_a_dict_written(d):
    for v in d.values():
        v *= v[0]
    return d["a"] * d["b"]


@right(positive(3))
def while_true_with_break_after_an_update(x):
    while True:
        x *= 1.5
        if x[0] > 3.0:
            break
    return x * x


@right(mixed(3), 0.5)
def hostile_names(object, np_):
    sum = object
    sum[0] = np_ * sum[1]
    len = sum[1:]
    len *= 2.0
    tape, dx, t = object[0], object[1], object[2]
    object[2] = tape * dx * t
    return object * object


@right(mixed(3))
def unicode_names(ψ):
    φ = ψ[1:]
    φ *= ψ[0]
    return ψ * ψ


@right(mixed(3))
def names_that_generated_code_likes(x):
    x_2 = x
    dx = x_2[1:]
    tape = dx * 2.0
    dx += tape
    x_2[0] = tape[0]
    return x * tape[1]


@right(mixed(3), 0)
@right(mixed(3), 1)
def number_of_the_last_trip(x, k):
    for i in range(3):
        x[i] *= x[k]
    return x * i


@right(mixed(4))
def overlapping_shift_is_buffered(x):
    x[1:] += x[:-1]
    x[:-1] *= x[1:]
    return x * x


@right(mixed(4))
def shift_written_by_elements(x):
    for i in range(1, 4):
        x[i] = x[i - 1]
    return x * x


@right(mixed(4))
def element_becomes_a_number_not_a_view(x):
    e = x[2]
    e *= 3.0
    e += x[0]
    x[2] = 0.0
    return e * x


@right(mixed(2, 2))
def row_is_a_view_element_is_not(a):
    r = a[0]
    e = a[1, 1]
    r *= 3.0
    e *= 3.0
    return a * e


@right(mixed(3))
def number_from_item(x):
    e = x[1].item()
    x[1] = e * e
    f = x.item(0)
    x[0] = f * e
    return x * e


@right(mixed(3))
def number_from_float(x):
    e = float(x[1])
    x[1] = 5.0
    return e * e * x


@right(mixed(4))
def minimum_updates_by_condition(x):
    best = x[0]
    for i in range(1, 4):
        if x[i] < best:
            best = x[i]
        x[i] = best * x[i]
    return x * best


@right(mixed(3), mixed(3, seed=1))
def zero_d_array_of_a_reduction(x, y):
    s = np.sum(x)
    t = s
    t += 1.0
    y *= s
    return y * t


@right(np.array(0.7))
def zero_d_argument_by_two_names(x):
    y = x
    y += 1.0
    y *= x
    return x * y


@right(np.array(0.7))
def zero_d_argument_is_not_written_by_binary(x):
    y = x * 1.0
    y += 1.0
    return x * y


@right(single(mixed(3)), 2.0)
def single_precision_is_kept(x, s):
    x *= np.sqrt(2.0) * s
    x[0] = math.sqrt(s) * x[1]
    x[1] += np.float64(0.1) * x[2]
    return x * x


@right(single(mixed(3)), mixed(3, seed=1))
def double_written_into_single_is_rounded(x, y):
    x[:] = y * y
    x += y
    return x * x


@right(mixed(3))
def condition_on_a_view(x):
    v = x[1:]
    if v[0] > 0.0:
        x[1] = -2.0 * x[0]
    if v[0] > 0.0:
        x[0] = 3.0
    return x * v[0]


@right(mixed(4), mixed(4, seed=1))
def cotangent_read_and_written_in_one_statement(x, y):
    x[0], y[0] = y[0] * x[1], x[0] * y[1]
    x[1:], y[1:] = y[1:].copy(), x[1:] * 2.0
    return x * y


@right(mixed(4))
def write_reads_its_own_old_value_twice(x):
    x[1] = x[1] * np.sin(x[1]) + x[1]
    x[:] = x * x[::-1] + x
    return x * x


@right(mixed(4))
def written_then_rebound_then_written(x):
    x[0] = 2.0 * x[1]
    y = x
    x = x * 2.0
    x[1] = y[0] * 3.0
    y[2] = x[1]
    return x * y


@right(mixed(4))
def unused_write(x):
    y = x * x
    y[0] = 100.0
    y = x * 2.0
    return y * x


@right(mixed(4))
def written_and_thrown_away(x):
    x[0] *= x[1]
    return 3.0 * np.sum(np.sin(x[1:]))


@right(mixed(4), mixed(4, seed=1))
def written_argument_has_no_gradient_after_overwriting(x, y):
    x[:] = y
    return x * x


@right(mixed(4))
def constant_array_is_written(x):
    c = np.array([1.0, 2.0, 3.0, 4.0])
    c[1:3] = x[:2]
    c[0] *= x[3]
    return c * c


@right(mixed(2))
def array_of_variables_is_written(x):
    c = np.array([x[0], x[1] * x[0], 2.0])
    c[2] = c[0] * c[1]
    x[0] = 7.0
    return c * c


@right(mixed(2))
def stack_is_new(x):
    m = np.stack([x, x * x])
    m[0] *= m[1]
    x[1] = 3.0
    return m * x


@right(mixed(3))
def nan_and_infinity_in_a_buffer(x):
    y = np.full(3, np.nan)
    y[:] = x * x
    z = np.full(3, -np.inf)
    for i in range(3):
        z[i] = max(z[i], y[i])
    return y * z


@right(mixed(3))
def garbage_of_empty_is_never_read(x):
    y = np.empty(3)
    y[0] = x[0]
    y[1] = y[0] * x[1]
    y[2] = y[1] * y[0]
    return y * y


@right(mixed(4))
def negative_zero_is_kept(x):
    y = np.zeros(4)
    y[1] = -0.0
    y[2] = x[2] * 0.0
    y *= -1.0
    return y, x * (y + 1.0)


@right(mixed(4), 1, -1)
@right(mixed(4), 3, 3)
@right(mixed(4), 0, 2)
def two_indices_that_may_be_equal(x, i, j):
    x[i] = x[j] * x[j]
    x[j] += np.sin(x[i])
    x[i] *= x[j]
    return x * x


@right(mixed(5), 1, 3)
@right(mixed(5), 0, 0)
@right(mixed(5), 2, 0)
def two_slices_that_may_overlap(x, i, j):
    x[i : i + 2] = x[j : j + 2] * x[:2]
    x[j : j + 2] += x[i : i + 2]
    return x * x
