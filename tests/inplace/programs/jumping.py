"""Writes around `break`, `continue`, `else` and `return`, at depth, and names that these leave behind."""

import numpy as np

from tests.inplace.cases import mixed, positive, right


@right(mixed(6), 3)
@right(mixed(6), 0)
def break_of_an_inner_loop_and_else_of_both(x, n):
    for i in range(n):
        for j in range(6):
            if x[j] > 1.0:
                x[j] = x[i] * x[j]
                break
            x[j] *= 0.9
        else:
            x[i] += 1.0
            continue
        x[0] -= 0.1 * x[i]
    else:
        x[5] = x[4] * x[3]
    return x * x


@right(mixed(6), 4)
def return_out_of_two_loops_that_write_a_view(x, n):
    v = x[1:]
    for i in range(n):
        for j in range(i, 5):
            v[j] *= 1.0 + x[i] ** 2
            if v[j] > 2.0:
                return x * v[j]
            if v[j] < -1.4:
                break
        v[i] += 0.3
    return v * v


@right(mixed(6))
def else_of_a_while_that_writes_a_view(x):
    v = x[::2]
    k = 0
    while k < 3:
        v[k] *= x[k + 1]
        if v[k] > 5.0:
            break
        k += 1
    else:
        v[:] = v * v
    return x * x


@right(mixed(6))
def return_out_of_while_true_in_a_for(x):
    for i in range(6):
        k = i
        while True:
            x[k] *= 0.8
            k -= 1
            if k < 0:
                break
            if x[k] > 1.2:
                x[k] = x[i]
                return x * x[k]
    return x + 1.0


@right(mixed(5))
def loop_variable_as_an_index_after_a_break(x):
    for i in range(5):
        if x[i] > 0.3:
            break
    x[i] = x[i] * x[i - 1]
    return x * x


@right(mixed(5), 3)
def bound_read_from_an_array_that_the_body_writes(x, n):
    k = np.array([n])
    for i in range(k[0]):
        k[0] = 1
        x[i] *= x[i + k[0]]
    return x * k[0]


@right(mixed(5), 5)
def bound_of_a_while_rebound(x, n):
    i = 0
    while i < n:
        if x[i] < 0:
            n -= 1
            x[i] *= x[n]
        i += 1
        x[n - 1] += 0.5 * x[0]
    return x * n


@right(mixed(5))
def step_rebound_in_the_body(x):
    s = 2
    for i in range(0, 5, s):
        s = s + 1
        x[i] *= x[s % 5]
    return x * s


@right(np.zeros((0, 3)), mixed(3))
@right(mixed(2, 3), mixed(3))
def no_rows_and_an_else(a, v):
    for row in a:
        row *= v
        if row[0] > 100.0:
            break
    else:
        v[0] = v[1] * v[2]
    return np.sum(a * a) + v * v


@right(positive(4))
def while_true_in_while_true(x):
    k = 0
    while True:
        j = 0
        while True:
            x[j] = np.sin(x[j]) + 0.5 * x[j - 1]
            j += 1
            if j > k:
                break
        k += 1
        if k == 3:
            return x * x[k]


@right(positive(4))
def continue_in_while_true(x):
    k = 0
    while True:
        k += 1
        if k % 2:
            x[k % 4] *= 1.3
            continue
        x[:] = np.tanh(x) * x[k % 4]
        if k > 4:
            break
    return x * x


@right(mixed(4))
def returns_before_and_between_writes(x):
    y = x[1:]
    if x[0] > 100.0:
        return y
    y *= 3.0
    if x[1] > 100.0:
        return y
    x[2] = y[0]
    return y[::-1]


@right(mixed(4), 1)
@right(mixed(4), 2)
@right(mixed(4), 0)
def return_out_of_while_true_in_a_branch_of_a_loop(x, k):
    if k > 0:
        for i in range(3):
            if i == k:
                x[i] *= x[0]
                while True:
                    x[i] = np.cos(x[i])
                    if x[i] < 2.0:
                        return x * x[i]
            x[i] += x[3]
    return x * 2.0


@right(mixed(4), 2)
def view_returned_out_of_a_loop(x, n):
    for i in range(3):
        x[i] *= 2.0
        if i == n:
            return x[i : i + 2]
    return x[0:2]


@right(mixed(4), 2)
def break_after_buffers_change_places(x, n):
    u, v = x.copy(), np.sin(x)
    for i in range(3):
        u[i] = v[i + 1] * u[i]
        u, v = v, u
        if i == n:
            break
        v[0] += u[1]
    return u * v * v


@right(mixed(4), 3)
def break_after_a_write_by_a_second_name(x, n):
    y = np.zeros(4)
    for i in range(n):
        z = y
        z[i] = x[i] ** 2
        if x[i] > 0.2:
            z[3] = 1.0 + x[0]
            break
    return y * x


@right(mixed(3, 4))
def continue_after_a_write_to_a_row(a):
    for i, row in enumerate(a):
        row[i] *= row[i + 1]
        if row[i] > 0.5:
            row *= 2.0
            continue
        row[0] += a[0, 0]
    return a * row[0]


@right(mixed(3, 4), mixed(4, seed=3))
def break_among_the_elements_of_rows(a, w):
    for r, s in zip(a, reversed(a)):
        r[0] = s[1] * w[0]
        for k in reversed(range(4)):
            if s[k] > 0.9:
                break
            r[k] += 0.1 * w[k] * s[k]
    return a * w


@right(mixed(5), 2)
def one_loop_variable_for_two_loops(x, n):
    for i in range(3):
        for i in range(2):
            x[i] *= x[i + 2]
        x[i] += 0.1 * x[0]
    return x * x


@right(mixed(3, 4))
def rows_written_from_a_fixed_row(a):
    for k in range(4):
        for r in a:
            r[k] *= 0.9 + 0.1 * a[0, k]
    return np.sum(a * a)


@right(mixed(3, 4))
def rows_passed_over_while_others_are_written(a):
    for k in range(4):
        for r in a:
            if r[k] < 0:
                continue
            r[k] *= 0.9 + 0.1 * a[0, k]
    return np.sum(a * a)


@right(mixed(5), 3)
def view_written_in_a_branch_and_whole(x, n):
    v = x[1:]
    for i in range(n):
        if v[i] >= 0:
            v[i] *= 2.0
        v += 0.1 * x[0]
    return np.sum(x * x)


@right(mixed(5), 3)
def view_written_whole_in_a_finally_in_a_loop(x, n):
    v = x[1:]
    for i in range(n):
        try:
            v[i] *= 2.0
        finally:
            v += 0.1 * x[0]
    return np.sum(x * x)


@right(mixed(4, 4))
def rows_and_columns_with_jumps(a):
    t = a.T
    for i in range(4):
        row, col = a[i], t[i]
        for j in range(4):
            if j == i:
                continue
            if row[j] > 1.0:
                col[j] = row[j] * row[i]
                break
            row[j] -= 0.1 * col[j]
    return np.sum(a * t)


@right(mixed(3, 4))
def all_jumps_in_three_loops(a):
    for i in range(3):
        k = 0
        while True:
            if k == 4:
                break
            for r in a:
                if r[k] < 0:
                    continue
                r[k] *= 0.9 + 0.1 * a[i, k]
                if r[k] > 1.0:
                    break
            else:
                a[i, k] += 0.5
            k += 1
        if a[i, 0] > 1.3:
            return np.sum(a * a[i])
    return np.sum(a * a)


@right(mixed(5), 3)
def buffer_filled_up_to_a_break(x, n):
    out = np.empty(5)
    k = 0
    for i in range(5):
        if x[i] < 0:
            continue
        out[k] = x[i] ** 2
        k += 1
        if k == n:
            break
    return np.sum(out[:k] * x[:k])


@right(mixed(6))
def two_indices_that_meet(x):
    i, j = 0, 5
    while i < j:
        while i < j and x[i] < 0:
            x[i] *= 0.5
            i += 1
        while i < j and x[j] > 0:
            x[j] *= 2.0
            j -= 1
        if i < j:
            x[i], x[j] = x[j], x[i]
    return np.sum(x * np.arange(6.0) * x)


def hunt(a, k):
    if k == 0:
        return a[0]
    for i in range(k):
        a[i] *= 1.1
        if a[i] > 1.0:
            return hunt(a, k - 1)
    else:
        a[k] = hunt(a, k - 1)
    return a[k] * 2.0


@right(mixed(5), 4)
def recursion_with_jumps(x, n):
    t = hunt(x, n)
    return np.sum(x * t)


@right(3.3, 4)
@right(0.3, 4)
@right(0.3, 0)
@right(2.02, 4)
def name_set_at_a_break_and_in_else(x, n):
    for i in range(n):
        if x > 2.0 + i:
            y = x * i
            break
        x = x * 1.7
    else:
        y = x
    return y * y


@right(3.3, 4)
@right(1.3, 4)
@right(0.3, 0)
def name_set_at_two_breaks_and_in_else(x, n):
    for i in range(n):
        if x > 4.0 + i:
            y = x * i
            break
        x = x * 1.7
        if x > 2.5 + i:
            y = x
            break
    else:
        y = x * 3.0
    z = y * x
    return y * z


@right(3.3, 4)
@right(1.3, 4)
@right(0.3, 0)
@right(0.03, 4)
def name_set_at_a_break_and_in_else_of_an_inner_loop(x, n):
    t = 0.0
    for k in range(3):
        for i in range(n):
            if x > 2.0 + i + k:
                y = x * i
                break
            x = x * 1.2
        else:
            y = x + k
        t = t + y * y
        x = x - 0.1 * y
    return t * x


@right(3.3, 4)
@right(1.3, 4)
@right(0.3, 0)
def name_set_at_a_break_behind_another_loop(x, n):
    for k in range(3):
        for i in range(n):
            if x > 2.0 + i + k:
                y = x * i
                break
            x = x * 1.2
        else:
            continue
        z = y + x
        break
    else:
        z = x * 5.0
        y = 1.0
    return z * y


@right(mixed(4), 3)
@right(mixed(4), 0)
@right(mixed(4), 4)
def index_found_at_a_break_or_set_in_else(x, n):
    for i in range(n):
        if x[i] > 0.8:
            k = i
            break
        x[i] *= 0.5
    else:
        k = 0
    x[k] = 3.0 * x[1]
    return x * x


@right(mixed(4), 3)
@right(mixed(4), 1)
@right(mixed(4), 4)
def number_found_at_a_break_of_a_while(x, n):
    i = 0
    while i < n:
        if x[i] > 0.8:
            t = x[i] ** 2
            break
        i += 1
    else:
        t = 2.0
    return x * t


@right(mixed(4), 3)
@right(mixed(4), 0)
@right(mixed(4), 4)
def array_made_at_a_break_or_in_else(x, n):
    for i in range(n):
        if x[i] > 0.8:
            y = x * 2.0
            break
    else:
        y = x.copy()
    y[0] = x[1] * x[2]
    return y * y * x


@right(mixed(4), 3)
@right(mixed(4), 4)
def second_name_given_at_a_break(x, n):
    for i in range(n):
        if x[i] > 0.8:
            y = x
            break
    else:
        y = x * x
    return y * y * x


@right(mixed(4), 3)
@right(mixed(4), 4)
def second_name_given_at_a_break_and_written(x, n):
    for i in range(n):
        if x[i] > 0.8:
            y = x
            break
    else:
        y = x * x
    y[0] = 2.0 * y[1]
    return y * y


@right(mixed(4), 3)
@right(mixed(4), 4)
def view_taken_at_a_break_or_in_else(x, n):
    for i in range(n):
        if x[i] > 0.8:
            v = x[i:]
            break
    else:
        v = x[:1]
    v *= 2.0
    return np.sum(v)


@right(mixed(4), 3)
@right(mixed(4), 4)
def tuple_made_at_a_break_or_in_else(x, n):
    for i in range(n):
        if x[i] > 0.8:
            p = (x[i], x * 2.0)
            break
    else:
        p = (1.0, x)
    return p[0] * p[1]


@right(mixed(4), 3)
@right(mixed(4), 4)
@right(mixed(4), 0)
def name_set_in_both_branches_before_a_break(x, n):
    for i in range(n):
        if x[i] < 0:
            x[i] *= 2.0
            continue
        if x[i] > 0.1:
            if i > 1:
                y = x[i]
            else:
                y = x[i] * 3.0
            break
    else:
        y = x[0]
    x[0] = y
    return x * x


def first(a, n):
    for i in range(n):
        if a[i] > 0.8:
            found = i
            break
    else:
        found = 0
    return found


@right(mixed(4), 3)
@right(mixed(4), 0)
@right(mixed(4), 4)
def index_found_by_a_helper(x, n):
    k = first(x, n)
    x[k] *= 2.0
    return x * x


@right(mixed(6))
def line_search_with_an_else(x):
    t = 1.0
    for _ in range(10):
        y = x - t * np.sin(x)
        if np.sum(y * y) < 0.5 * np.sum(x * x):
            break
        t *= 0.5
    else:
        y = x
    y = y * 2.0
    y[0] = x[1]
    return np.sum(y * y)


@right(mixed(4), mixed(4, seed=1), 0.6)
def break_in_one_branch_and_what_both_branches_keep(u, v, y):
    for i in range(0, 4, 2):
        if u[i] > 0.1:
            if i > 1:
                break
        else:
            y = 0.5 * np.sin(0.5 / (1.5 + u[-1] ** 2))
        if y > -0.2:
            v = np.tanh(v) * u[0]
    return v * y


@right(mixed(5), mixed(5, seed=1), 0.6)
def break_in_one_branch_and_writes_in_the_next(u, v, y):
    for i in range(4):
        if v[i] * y > 0.2:
            y = np.cos(y * u[i])
            if y < 0.9:
                u[i] *= y
            else:
                break
        elif u[i] > 0.5:
            y = y * u[i + 1]
            break
        if u[i + 1] > -0.3:
            v[i + 1] = np.sin(v[i]) * u[i + 1] * y
        else:
            u[0] *= v[i]
    return u * v * y


@right(mixed(5), 0.6)
def break_that_keeps_what_the_last_iteration_did(u, y):
    i = 0
    while True:
        if u[i] > 0.0:
            y = np.sin(y) * u[i]
            if i > 2:
                u[0] = y * y
                break
        else:
            u[i] = u[i - 1] * y
        if y * u[i] > -0.1:
            u[i + 1] *= np.exp(y)
        i += 1
        if i == 4:
            u[-1] *= y
            break
    return u * y
