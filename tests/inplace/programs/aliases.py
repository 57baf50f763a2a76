"""Two names for one array, copies that stay copies, cells of lists and dicts."""

import numpy as np

from tests.inplace.cases import mixed, refused, right, single

IN_A_LIST = "an array in a list is written, which is not supported yet"


@right(mixed(4))
@right(single(mixed(4)))
def second_name(x):
    y = x
    y += 1.0
    return x * x


@right(mixed(4))
def second_name_written_first(x):
    y = x
    x[0] = 3.0 * x[1]
    y[1] *= y[0]
    x *= y
    return y * y


@right(mixed(4))
def three_names_in_a_chain(x):
    a = b = x * 2.0
    c = a
    b[0] = x[1] * x[2]
    c *= a
    return a + b * c


@right(mixed(4))
def name_rebound_to_another_array(x):
    y = x
    y[0] = 2.0 * x[1]
    y = x * x
    y[0] = 7.0
    return x * y


@right(mixed(4), mixed(4, seed=1))
def names_swapped(x, y):
    x, y = y, x
    x[0] = y[1] * y[2]
    y *= x
    return x * x + y


@right(mixed(4), mixed(4, seed=1), 3)
@right(mixed(4), mixed(4, seed=1), 4)
@right(mixed(4), mixed(4, seed=1), 0)
def ping_pong(u, v, n):
    for _ in range(n):
        v[1:-1] = 0.5 * (u[2:] + u[:-2]) * u[1:-1]
        u, v = v, u
    return np.sum(u * u) + np.sum(np.sin(v))


@right(mixed(4), 3)
def ping_pong_with_a_buffer(u, n):
    v = np.zeros_like(u)
    for _ in range(n):
        v[:] = np.sin(u) + u[::-1] * 0.5
        u, v = v, u
    return u * v


@right(mixed(4), 3)
def ping_pong_by_a_temporary_name(u, n):
    new = np.zeros(4)
    for _ in range(n):
        new[0] = u[0]
        new[1:] = u[:-1] * u[1:]
        old = u
        u = new
        new = old
    return u * u


@right(mixed(4), 5)
def three_levels_of_time(u, n):
    before = u.copy()
    after = np.zeros(4)
    for _ in range(n):
        after[1:-1] = 2.0 * u[1:-1] - before[1:-1] + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        before, u, after = u, after, before
    return u * before


@right(mixed(4))
def copy_by_method(x):
    y = x.copy()
    y *= 3.0
    x[0] = y[1] * y[2]
    return x * y


@right(mixed(4))
def copy_by_array(x):
    y = np.array(x)
    y[0] = 3.0 * x[1]
    z = np.copy(x)
    z *= y
    x[:] = 0.5 * x
    return x * y * z


@right(mixed(4))
@right(single(mixed(4)))
def copy_by_times_one(x):
    y = x * 1.0
    y[0] = 5.0 * x[1]
    y += 1.0
    return x * y


@right(mixed(4))
def copies_by_arithmetic(x):
    a, b, c, d, e = x + 0, x - 0.0, x / 1, x**1, +x
    a[0] = 2.0
    b[0] = 3.0 * x[1]
    c *= 2.0
    d += a
    e[1] = 0.5
    x[2] = 4.0
    return a + b * c * d * e * x


@right(mixed(4))
def copies_that_only_the_argument_s_write_shows(x):
    a, b, c = x * 1.0, x + 0.0, +x
    x *= 3.0
    return a * b * c * x


@right(mixed(4))
def zero_times_keeps_its_shape(x):
    y = x * 0.0
    y[1:] += x[:-1]
    z = 0.0 * x + 2.0
    z *= y
    return y * z


@right(mixed(4))
def copy_by_astype(x):
    y = x.astype(float)
    y[0] = 3.0 * x[1]
    x[1] = 2.0
    return x * y


@right(mixed(4))
def no_copy_by_astype(x):
    y = x.astype(float, copy=False)
    y[0] = 3.0 * x[1]
    return x * y


@right(mixed(4))
def no_copy_by_asarray(x):
    y = np.asarray(x)
    y[0] = 3.0 * x[1]
    x *= 2.0
    return x * y


@right(mixed(4))
def copy_by_asarray_of_another_dtype(x):
    y = np.asarray(x, dtype=np.float32)
    y[0] = 3.0 * x[1]
    x *= 2.0
    return x * y


@right([0.5, 1.5, -0.5])
def copy_by_asarray_of_a_list(x):
    y = np.asarray(x)
    y[0] = 3.0 * x[1]
    y *= y
    return y * x[0]


@right(mixed(4))
def no_copy_by_ascontiguousarray(x):
    y = np.ascontiguousarray(x)
    y[0] = 3.0 * x[1]
    return x * y


@right(mixed(4))
def real_part_of_a_real_array(x):
    y = np.real(x)
    y[0] = 3.0 * x[1]
    x.real[2] = 1.5
    return x * y


@right(mixed(6))
def reshaped_buffer(x):
    y = np.zeros(6)
    m = y.reshape(2, 3)
    m[1] = x[:3] * x[3:]
    y[0] = x[0]
    m *= 2.0
    return y * y


@right(mixed(6))
def reshaped_argument(x):
    m = x.reshape(2, 3)
    m[0] *= m[1]
    m.reshape(-1)[5] = x[0]
    return x * x


@right(mixed(2, 3))
def ravelled(a):
    r = a.ravel()
    r[1:] *= r[:-1]
    np.reshape(a, (6,))[0] = 2.0 * a[1, 1]
    return a * a


@right(mixed(2, 3))
def flattened_is_a_copy(a):
    r = a.flatten()
    r[1:] *= 2.0
    a[0, 0] = r[5] * r[1]
    return np.sum(a * a) * r


@right(mixed(2, 3))
def reshaped_and_only_read(a):
    r = a.reshape(-1)
    return np.sum(r * r) * a.ravel()


@right(mixed(2, 3))
def reshaped_before_a_write_to_the_array(a):
    r = a.reshape(-1)
    a[0, 1] = 3.0 * a[1, 1]
    return r * r


@right(mixed(2, 3))
def written_flat(a):
    a.flat[2] = 3.0 * a[0, 0]
    a.flat = a.ravel() * a.ravel()
    return a * a


@right(mixed(3), mixed(3, seed=1))
def list_of_arrays(x, y):
    xs = [x, y]
    xs[0][1] = 2.0 * y[0]
    xs[1] *= x
    return x * y


@right(mixed(3))
def one_array_twice_in_a_list(x):
    xs = [x, x]
    xs[0][1] = 3.0 * x[0]
    xs[1] *= 2.0
    return xs[0] * xs[1]


@right(mixed(3))
def rows_multiplied_lists_are_one(x):
    rows = [np.zeros(3)] * 2
    rows[0][1] = x[0] * x[1]
    rows[1] += x
    return rows[0] * rows[1]


@right(mixed(3))
def rows_of_a_comprehension_are_apart(x):
    rows = [np.zeros(3) for _ in range(2)]
    rows[0][1] = x[0] * x[1]
    rows[1] += x
    return rows[0] + rows[1] * rows[1]


@right(mixed(3), mixed(3, seed=1))
def arrays_of_a_list_in_a_loop(x, y):
    for a in [x, y, x]:
        a *= 1.5
        a[0] += a[1] * a[2]
    return x * y


@refused([mixed(3), mixed(3, seed=1)], text=IN_A_LIST, marked="xs[0][1]")
def list_argument(xs):
    xs[0][1] = 2.0 * xs[1][0]
    xs[1] *= xs[0]
    return xs[0] * xs[1]


@refused([mixed(3), mixed(3, seed=1)], text=IN_A_LIST, marked="a *= a[0]")
def arrays_of_a_list_argument_in_a_loop(xs):
    for a in xs:
        a *= a[0]
        a[1] = 0.5
    return xs[0] * xs[1]


@right({"w": mixed(3), "b": mixed(3, seed=1)})
def dict_argument(p):
    p["w"] *= p["b"]
    p["b"][0] = 2.0 * p["w"][1]
    return p["w"] * p["b"]


@right(mixed(3))
def dict_cells_that_are_one(x):
    d = {"a": x, "b": x}
    d["a"][0] = 3.0 * x[1]
    d["b"] *= 2.0
    return d["a"] * x


@right(mixed(3))
def tuple_cells_that_are_one(x):
    t = (x, x[1:])
    t[1][0] = 3.0 * x[0]
    u, v = t
    u *= v[0]
    return t[0] * x


@right(mixed(3))
def nested_cells(x):
    s = {"p": [x, {"q": x[::-1]}]}
    s["p"][1]["q"][0] = 3.0 * x[0]
    s["p"][0] *= 2.0
    return x * x


@right(mixed(3), mixed(3, seed=1))
def item_of_a_list_replaced(x, y):
    xs = [x, y]
    xs[0] = x * y
    xs[0][1] = 7.0
    y *= xs[0]
    return x * y


@right(mixed(3), mixed(3, seed=1))
def item_of_a_dict_replaced(x, y):
    d = {"a": x}
    d["a"] = d["a"] * y
    d["b"] = y
    d["b"][0] = 2.0 * x[1]
    d["a"] += y
    return d["a"] * y


@right(mixed(3))
def list_with_a_copy(x):
    xs = [x.copy(), x]
    xs[0][1] = 3.0 * x[0]
    xs[1][0] = 2.0 * xs[0][2]
    return xs[0] * x


@right(mixed(3))
def augmented_name_of_a_list_s_item(x):
    xs = [x * 2.0, x * 3.0]
    a = xs[0]
    a += xs[1]
    b = xs[1]
    b = b + a
    return xs[0] * xs[1] * b


@right(mixed(3))
def list_appended_to_by_a_second_name(x):
    xs = [x[0]]
    ys = xs
    ys.append(x[1] * x[2])
    xs.append(x[0])
    return xs[1] * ys[2] * len(xs)


@right(mixed(4))
def maximum_of_arrays_is_new(x):
    w = np.maximum(x, x)
    x += 1.0
    w[0] = 2.0 * x[0]
    return w * x


@right(mixed(4))
def where_and_concatenate_are_new(x):
    w = np.where(x > -10.0, x, 0.0)
    c = np.concatenate([x, x])
    x[0] = 5.0
    w *= 2.0
    c[:4] += x
    return np.sum(w) * c


@right(mixed(4), True)
@right(mixed(4), False)
def conditional_copy(x, flag):
    y = x.copy() if flag else x
    return x * y


@right(mixed(4))
def view_or_copy_by_or(x):
    y = x[1:].copy()
    y += x[:-1]
    z = y if y.shape[0] > 2 else x
    return z * z


@right(mixed(3))
def numbers_are_not_shared(x):
    a = x[0]
    b = a
    b += 1.0
    x[0] = b * b
    a *= 2.0
    return a * x


@right(mixed(3))
def number_read_before_a_write(x):
    a = x[1]
    x[1] = 3.0 * x[0]
    b = x[1]
    x[1] *= b
    return a * b * x


@right(mixed(3), mixed(3, seed=1))
def result_is_the_written_argument(x, y):
    x += y * x
    return x


@right(mixed(3))
def result_is_a_view_of_the_written_argument(x):
    x[0] = x[1] * x[2]
    return x[:2]


@right(mixed(3))
def result_has_one_array_twice(x):
    y = x * x
    y[0] = 3.0 * x[1]
    return y, {"again": y}, y[1:]
