"""Writes in loops and branches, before and after jumps, with conditions and bounds that change."""

import numpy as np

from tests.inplace.cases import mixed, positive, refused, right, single


@right(mixed(5), 0.7)
@right(mixed(5), -0.7)
def in_a_branch(x, s):
    if s > 0.0:
        x[1] = s * x[0]
    return x * x


@right(mixed(5), 0.7)
@right(mixed(5), -0.7)
def in_both_branches(x, s):
    if s > 0.0:
        x[1:] *= s * x[:-1]
        y = x * 2.0
    else:
        x[0] = s
        y = np.sin(x)
    return x * y


@right(mixed(5), 0.7)
@right(mixed(5), -0.7)
def in_nested_branches(x, s):
    if x[0] < 100.0:
        x[0] *= 2.0
        if s > 0.0:
            x[1] = x[0] * s
        elif s < -0.5:
            x[2] = x[0] * x[1]
    else:
        x[:] = 0.0
    return x * x


@right(mixed(5))
def condition_that_changes_after_its_use(x):
    if x[0] > x[1]:
        x[0], x[1] = x[1] * 2.0, x[0]
    else:
        x[1], x[0] = x[0] * 3.0, x[1]
    x[0] *= x[1]
    return x * np.arange(5.0)


@right(mixed(6))
def condition_on_elements_in_a_loop(x):
    for i in range(1, 6):
        if x[i] > 0.0:
            x[i] *= x[i - 1]
        else:
            x[i - 1] += np.sin(x[i])
    return x * x


@right(mixed(6))
def continue_between_writes(x):
    for i in range(6):
        x[i] *= 2.0
        if x[i] < 0.0:
            continue
        x[i] = x[i] * x[(i + 1) % 6]
    return x * x


@right(np.array([0.2, 0.7, 0.6, 1.8, 0.9]))
@right(np.array([2.2, 0.7]))
@right(np.array([0.2, 0.3, 0.1]))
def break_between_writes(x):
    for i in range(x.shape[0]):
        x[i] *= 2.0
        if x[i] > 2.0:
            break
        x[i] = x[i] * x[i]
    return x * x


@right(np.array([0.2, 0.7, 0.6, 1.8, 0.9]))
@right(np.array([0.2, 0.7, 0.6]))
def else_of_a_loop_that_writes(x):
    for i in range(x.shape[0]):
        if x[i] > 1.0:
            x[i] = x[0] * x[i]
            break
        x[i] *= 0.5
    else:
        x[0] = 3.0 * x[1]
    return x * x


@right(np.array([0.2, 0.7, 1.6, 1.8]))
@right(np.array([0.2, 0.3]))
def return_between_writes(x):
    for i in range(x.shape[0]):
        x[i] *= 2.0
        if x[i] > 2.0:
            return x * x[i]
        x[0] += 0.1 * x[i]
    x[0] = 1.5 * x[1]
    return x * x


@right(positive(4))
def while_with_a_condition_on_the_array(x):
    while np.sum(x) < 20.0:
        x *= 1.5
        x[0] += x[1] * 0.2
    return x * x


@right(positive(4), 4)
@right(positive(4), 0)
def while_with_a_counter(x, n):
    k = 0
    while k < n:
        x[k] = np.sin(x[k]) * x[k - 1]
        k += 1
    return x * x


@right(positive(4))
def while_true_with_a_break_after_the_update(x):
    k = 0
    while True:
        x[k] *= x[k - 1]
        k += 1
        if k == 4 or x[k - 1] > 50.0:
            break
    return x * x


@right(positive(4))
def while_that_writes_its_own_condition(x):
    while x[0] < 10.0:
        x[0] *= 1.0 + x[1]
        x[1] *= 1.1
    return x * x


@right(mixed(5))
def index_that_changes_after_its_use(x):
    k = 1
    for _ in range(3):
        x[k] *= x[k + 1]
        k = (2 * k) % 3
    k = 4
    x[k] = 2.0 * x[0]
    return x * x


@right(mixed(5), np.array([1, 3, 0]))
def index_array_read_in_a_loop(x, order):
    for k in order:
        x[k] = np.sin(x[k]) + x[k - 1]
    return x * x


@right(mixed(5), np.array([0, 1, 2]))
def index_array_written_in_a_loop(x, ip):
    for k in range(3):
        x[ip[k]] *= x[4]
        ip[k] = ip[k] + 1
        x[ip[k]] += 0.5 * x[0]
    return x * x


@right(mixed(5), 3)
def bound_that_changes_in_the_loop(x, n):
    for i in range(n):
        n = n - 1
        x[i] *= x[n]
    return x * x * (n + 1)


@right(mixed(5))
def loop_variable_rebound(x):
    for i in range(4):
        x[i] *= 2.0
        i = i + 1
        x[i] += 0.3 * x[i - 1] ** 2
    return x * x


@right(mixed(5), 0)
@right(mixed(5), 1)
@right(mixed(5), 5)
def zero_trips(x, n):
    for i in range(n):
        x[i] = x[i] * x[i - 1]
    return np.sum(x * x) * x[0]


@right(np.zeros((0, 3)), mixed(3, seed=1))
def zero_rows(a, v):
    for row in a:
        row *= v
        v = v + row
    return np.sum(a) + v * v


@right(mixed(4, 4))
@right(single(mixed(4, 4)))
def triangular_loops(a):
    for i in range(4):
        for j in range(i):
            a[i, j] -= a[j, i] * a[j, j]
        a[i, i] *= a[i, 0]
    return a * a


@right(mixed(3, 4))
def nested_loops_with_jumps(a):
    for i in range(3):
        for j in range(4):
            if a[i, j] < -1.0:
                continue
            if a[i, j] > 1.2:
                break
            a[i, j] *= 0.5 + a[i, j - 1]
        a[i, 0] += 1.0
    return a * a


@right(mixed(6))
def loops_backwards_and_by_steps(x):
    for i in range(5, 0, -1):
        x[i] += 0.5 * x[i - 1] ** 2
    for i in range(0, 6, 2):
        x[i] *= x[i + 1]
    for i in reversed(range(1, 6, 3)):
        x[i] -= x[i - 1]
    return x * x


@right(mixed(6))
def loop_over_the_array_that_is_written(x):
    s = 0.0
    for k, v in enumerate(x):
        s += v * v
        x[(k + 1) % 6] *= 0.5
    return s * x


@right(mixed(4))
def loop_over_the_items_of_the_array_that_is_written(x):
    s = 0.0
    for v in x:
        x[0] = s * v
        x[-1] += v
        s += v * v
    return x * s


@right(mixed(4))
def loop_over_a_part_of_the_array_that_is_written(x):
    for k, v in enumerate(x[::-1]):
        x[k] = v * v
        x[k - 1] += v
    return x * x


@right(mixed(4), mixed(4, seed=1))
def loop_over_zip_with_writes(x, y):
    for k, (p, q) in enumerate(zip(x, y)):
        x[k] = p * q
        y[-1 - k] += p
    return x * y


@right(mixed(4), 3)
def array_written_and_a_number_carried(x, n):
    s = 1.0
    for i in range(n):
        s = s * np.cos(x[i]) + x[3]
        x[i] = s * x[i]
        x[3] -= s * 0.1
    return s * x


@right(mixed(4), 3)
def array_rebound_in_the_loop(x, n):
    for i in range(n):
        x[i] *= 2.0
        x = np.sin(x)
        x[-1] = x[i] * x[0]
    return x * x


@refused(mixed(4), 3, text="it may be the array that is written under another name", marked="y = y * x")
def array_rebound_and_its_old_self_kept(x, n):
    y = x
    for i in range(n):
        y[i] = y[i] * 2.0
        y = y * x
    return x * y


@right(mixed(4))
def write_after_the_loop_of_a_value_in_it(x):
    for i in range(3):
        last = x[i] * x[i + 1]
        x[i] = last * 0.5
    x[0] = last
    return x * x


@right(mixed(4), 3)
def array_made_in_the_loop(x, n):
    total = np.zeros(4)
    for i in range(n):
        y = np.zeros(4)
        y[i] = x[i] * x[i]
        y[1:] += total[:-1]
        total += y
    return total * x


@right(mixed(4), 3)
def array_made_in_the_loop_and_read_after(x, n):
    y = np.ones(4)
    for i in range(n):
        z = y
        y = np.zeros(4)
        y[:] = z * x
        y[i] = 2.0 * z[i - 1]
    return y * z


@right(mixed(4))
def comprehension_of_elements_then_a_write(x):
    ys = [v * v for v in x]
    x[0] = ys[1] * ys[2]
    zs = [x[i] * x[i - 1] for i in range(4)]
    x[1] = zs[0]
    return x * ys[3] * zs[2]


@right(mixed(4))
def sum_of_a_generator_then_a_write(x):
    s = sum(v * v for v in x)
    x[0] = s
    s = sum(x[i] * i for i in range(4))
    x *= s
    return x * x


@right(mixed(4), 0.7)
def ternary_with_writes_around(x, s):
    x[0] = x[1] * s if x[2] > x[3] else x[3]
    y = x[0] if s > 0.0 else x[1]
    x[0] = 3.0
    return x * y


@right(mixed(4), 0.7)
def assertion_between_writes(x, s):
    x[0] = s * x[1]
    assert x[0] < 100.0, "too large"
    x[1] = x[0] * x[0]
    return x * x


@right(mixed(4), 0.7)
def write_in_a_with_block(x, s):
    with np.errstate(all="ignore"):
        x[0] = s * x[1]
        x[1:] /= 1.0 + x[0] ** 2
    return x * x


@right(mixed(4), 0.7)
def write_in_a_try_finally(x, s):
    try:
        x[0] = s * x[1]
    finally:
        x[1] *= x[0]
    return x * x


@right(mixed(4))
def deleted_name_of_an_array(x):
    y = x
    y[0] = 2.0 * x[1]
    del y
    x[1] *= x[0]
    return x * x


@right(mixed(6), 2)
def loops_in_loops_with_bounds_of_the_run(x, n):
    for i in range(n):
        for j in range(i, n + i):
            for k in range(j):
                x[k] += 0.1 * x[j] * x[i]
    return x * x


@right(mixed(4, 3), 2)
def rows_written_by_the_row_before(a, n):
    for _ in range(n):
        for i in range(1, 4):
            a[i] = np.tanh(a[i] + a[i - 1] * a[i])
    return a * a


@right(mixed(5), 4)
def alternating_buffers_by_parity(x, n):
    y = np.zeros((2, 5))
    y[0] = x
    for t in range(n):
        y[(t + 1) % 2] = np.sin(y[t % 2]) + 0.1 * y[t % 2, ::-1]
    return y[n % 2] * x


@right(mixed(5), 4)
def written_in_some_trips(x, n):
    for t in range(n):
        if t % 2 == 0:
            x[t] = x[t + 1] * x[t + 1]
        else:
            x *= 0.9
    return x * x


@right(positive(3))
def newton_in_place(x):
    a = x.copy()
    for _ in range(4):
        for i in range(3):
            x[i] = 0.5 * (x[i] + a[i] / x[i])
    return x * np.arange(3.0)


@right(positive(3))
def newton_until_it_converges(x):
    a = x.copy()
    while np.max(np.abs(x * x - a)) > 1e-12:
        x[:] = 0.5 * (x + a / x)
    return x * np.arange(3.0)
