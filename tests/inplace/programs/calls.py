"""Functions that write into their arguments, called at depth, in loops and recursively."""

import numpy as np

from tests.inplace.cases import mixed, positive, refused, right, single

IN_A_LIST = "an array in a list is written, which is not supported yet"


def scale(a, s):
    a *= s


def set_first(a, v):
    a[0] = v


def bump(a, k):
    a[k] += a[k - 1] * a[k]
    return a[k] * 2.0


def smooth(a, b):
    b[1:-1] = 0.25 * (a[:-2] + 2.0 * a[1:-1] + a[2:])
    b[0] = a[0]
    b[-1] = a[-1] * a[-1]


def smooth_twice(a, b):
    smooth(a, b)
    smooth(b, a)


def clobber(a):
    a *= 0.0
    a += 2.0
    return a[0]


def returned(a):
    a *= 2.0
    return a


def half(a):
    return a[: a.shape[0] // 2]


def own_copy(a):
    a = a.copy()
    a *= 3.0
    return a


def rebinds(a):
    a = a * 2.0
    a[0] = 5.0
    return a


def accumulate(total, x, weight=0.5, *, sign=1.0):
    total += sign * weight * x


def rotate(p, q, t):
    c = np.cos(t)
    for i in range(p.shape[0]):
        p[i], q[i] = c * p[i] - 0.5 * q[i], 0.5 * p[i] + c * q[i]


def early(a, s):
    if s < 0.0:
        a[0] = s
        return
    a[1] = s * a[0]


def solve_into(out, a, b):
    out[:] = b / a
    return None


def divide_range(a, low, high):
    if high - low < 2:
        a[low] *= a[low]
        return
    middle = (low + high) // 2
    divide_range(a, low, middle)
    divide_range(a, middle, high)
    a[low] += 0.5 * a[middle]


def countdown(a, n):
    if n == 0:
        return 0.0
    a[n - 1] *= 1.5
    return a[n - 1] + countdown(a, n - 1)


def kernel(steps, a, b):
    for _ in range(steps):
        for i in range(1, a.shape[0] - 1):
            b[i] = 0.33 * (a[i - 1] + a[i] + a[i + 1])
        for i in range(1, a.shape[0] - 1):
            a[i] = 0.33 * (b[i - 1] + b[i] * b[i] + b[i + 1])


@right(mixed(4), 0.7)
@right(single(mixed(4)), 0.7)
def of_none(x, s):
    scale(x, s)
    set_first(x, s * x[1])
    return x * x


@right(mixed(4))
def of_a_value(x):
    p = bump(x, 1)
    q = bump(x, 2)
    return p * q * x


@right(mixed(5))
def of_a_buffer(x):
    y = np.zeros(5)
    smooth(x, y)
    smooth_twice(y, x)
    return x * y


@right(3, mixed(6), mixed(6, seed=1))
@right(0, mixed(6), mixed(6, seed=1))
def kernel_of_two_arrays(steps, a, b):
    kernel(steps, a, b)
    return np.sum(a)


@right(mixed(5), 3)
def of_a_helper_in_a_loop(x, n):
    y = np.zeros(5)
    for _ in range(n):
        smooth(x, y)
        x, y = y, x
        scale(x, 1.1)
    return x * y


@right(mixed(4))
def of_a_helper_that_clobbers(x):
    s = np.sum(x * x)
    c = clobber(x)
    return s * c * np.sum(x)


@right(mixed(4))
def of_a_helper_that_clobbers_what_is_read_later(x):
    y = x * x
    z = np.sin(y)
    clobber(y)
    return np.sum(z * y) * x


@right(mixed(4))
def of_a_helper_that_returns_its_argument(x):
    y = returned(x)
    y[0] = 7.0 * x[1]
    return x * y


@right(mixed(4))
def of_a_helper_that_returns_a_view(x):
    v = half(x)
    v *= x[3]
    half(v)[0] = 2.0
    return x * x


@right(mixed(4))
def of_a_helper_that_copies(x):
    y = own_copy(x)
    z = rebinds(x)
    z[1] = y[1] * x[0]
    return x * y * z


@right(mixed(4), mixed(4, seed=1), 0.7)
def of_keywords_and_defaults(t, x, s):
    accumulate(t, x)
    accumulate(total=t, x=x * x, weight=s)
    accumulate(t, x, sign=-s)
    return t * t


@right(mixed(3), mixed(3, seed=1), 0.7)
def of_elements_in_a_loop_of_the_callee(p, q, t):
    rotate(p, q, t)
    rotate(q, p, 0.5 * t)
    return p * q


@right(mixed(4), 0.7)
@right(mixed(4), -0.7)
def of_a_helper_that_returns_early(x, s):
    early(x, s)
    early(x, s * x[1])
    return x * x


@right(positive(4), mixed(4, seed=1))
def of_a_helper_that_returns_none_by_name(a, b):
    y = np.empty(4)
    solve_into(y, a, b)
    return y * y


@right(mixed(5))
def of_a_view(x):
    scale(x[1:3], 2.0)
    scale(x[::2], x[1])
    set_first(x[2:], x[0] * x[1])
    return x * x


@right(mixed(3, 4))
def of_views_of_a_matrix(a):
    scale(a[1], a[0, 0])
    scale(a.T[2], 3.0)
    set_first(a[:, 3], a[1, 1] * a[2, 2])
    return a * a


@right(mixed(3, 5))
def of_rows_in_a_loop(a):
    for i in range(1, 3):
        smooth(a[i - 1], a[i])
    for row in a:
        scale(row, row[0])
    return a * a


@right(mixed(5))
def of_a_second_name(x):
    y = x
    scale(y, 2.0)
    y = y[1:]
    set_first(y, x[0] * x[0])
    return x * x


@right(mixed(5))
def of_parts_of_one_array_that_are_apart(x):
    u, v = x[:2], x[2:4]
    rotate(u, v, 0.3)
    return x * x


@right(mixed(7), 7)
@right(mixed(7), 1)
def of_a_recursive_helper(x, n):
    divide_range(x, 0, n)
    return x * x


@right(mixed(4))
def of_a_recursive_helper_with_a_value(x):
    s = countdown(x, 4)
    return s * x


@right(mixed(4))
def in_an_expression(x):
    y = bump(x, 1) + bump(x, 1) * x[0]
    return y * x


@right(mixed(4))
def in_a_condition(x):
    if bump(x, 1) > -100.0:
        x[0] *= 2.0
    while bump(x, 2) * 0.0 + x[0] < 4.0 and x[0] > 0.0:
        x[0] += 1.0
    return np.sin(x)


@right(mixed(3))
def of_cells_of_a_list(x):
    xs = [x, x * 2.0]
    for a in xs:
        scale(a, x[1])
    scale(xs[1], 0.5)
    return xs[0] * xs[1]


def scale_all(xs, s):
    for a in xs:
        a *= s


def step_of_dict(state, dt):
    state["v"] -= dt * np.sin(state["x"])
    state["x"] += dt * state["v"]


@refused([mixed(3), mixed(3, seed=1)], 0.7, text=IN_A_LIST, marked="a *= s")
def of_a_list(xs, s):
    scale_all(xs, s)
    scale_all([xs[0]], xs[1][0])
    return xs[0] * xs[1]


@right({"x": mixed(3), "v": mixed(3, seed=1)}, 0.1)
def of_a_dict(state, dt):
    for _ in range(3):
        step_of_dict(state, dt)
    return state["x"] * state["v"]


def depth_three(a):
    scale(a[1:], a[0])


def depth_two(a, b):
    depth_three(a)
    b += a
    depth_three(b)


@right(mixed(4))
def at_depth_three(x):
    y = np.ones(4)
    for _ in range(2):
        depth_two(x, y)
    return x * y


def write_under_a_flag(a, flag):
    if flag:
        a[:] = np.sin(a)
    return flag


@right(mixed(3), True)
@right(mixed(3), False)
def of_a_helper_that_may_write(x, flag):
    write_under_a_flag(x, flag)
    write_under_a_flag(x, not flag)
    return x * x


def fill_until(a, limit):
    k = 0
    while k < a.shape[0]:
        if a[k] > limit:
            break
        a[k] = limit * a[k]
        k += 1
    return k


@right(np.array([0.2, 0.4, 1.7, 0.3]), 0.9)
@right(np.array([2.0, 0.4]), 0.9)
def of_a_helper_that_breaks(x, limit):
    k = fill_until(x, limit)
    return x * (k + 1.0)


def sorted_by_insertion(a):
    for i in range(1, a.shape[0]):
        v = a[i]
        j = i - 1
        while j >= 0 and a[j] > v:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = v


@right(mixed(5))
def of_insertion_sort(x):
    sorted_by_insertion(x)
    return x * np.arange(5.0)


def dot_into(c, a, b):
    np.matmul(a, b, out=c)
    return c


@right(mixed(2, 3), mixed(3, 2, seed=1))
def of_a_helper_with_out(a, b):
    c = np.empty((2, 2))
    d = dot_into(c, a, b)
    d[0, 0] = 2.0 * c[1, 1]
    return c * d


def two_results(a):
    a[0] *= 2.0
    return a[0] * a[1], a


@right(mixed(3))
def of_a_helper_with_two_results(x):
    s, y = two_results(x)
    y[1] = s
    t, _ = two_results(y)
    return t * x
