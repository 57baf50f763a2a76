"""Writes in `try`, `with` and `match`, in conditions that call a function, and beside prints."""

import contextlib
from contextlib import contextmanager

import numpy as np

from tests.inplace.cases import mixed, positive, right


def far(a, c):
    return np.sum(a * a) > c


def bump(a, k):
    a[k] *= 1.5
    return a[k]


def clip_and_tell(a, c):
    big = a > c
    a[big] = c
    return np.any(big)


def nested_check(a, n):
    for k in range(n):  # noqa: SIM110
        if a[k] > 1.0:
            return True
    return False


@right(mixed(5), 3.0)
def condition_of_a_while_calls_a_function(x, c):
    k = 0
    while not far(x, c) and k < 9:
        x *= 1.2
        x[k % 5] += 0.1
        k += 1
    return np.sum(x * x * k)


@right(mixed(5), 0.5)
def conditions_that_write_under_a_mask(x, c):
    if clip_and_tell(x, c):
        x[0] *= 2.0
    elif clip_and_tell(x, -c):
        x[1] *= 2.0
    return np.sum(x * x)


@right(mixed(5), 0.5)
def condition_of_a_break_that_writes(x, c):
    for i in range(5):
        if bump(x, i) > c and bump(x, 0) > 0.1:
            break
        x[4] += x[i]
    return np.sum(x * x)


@right(mixed(5), 0.5)
def condition_that_returns_early(x, c):
    for i in range(3):
        if nested_check(x, i + 2):
            x[i] *= c
        else:
            x[i + 1] += x[i] ** 2
    return np.sum(x * x)


@right(mixed(5), 0.5)
def condition_of_parts_that_write(x, c):
    if not bump(x, 0) > c or (bump(x, 1) if x[2] > 0 else bump(x, 3)) > 0:
        x[2] *= x[0]
    return np.sum(x * x)


@right(mixed(5), 0.5)
def compared_calls_that_write(x, c):
    if bump(x, 0) < bump(x, 1) < bump(x, 2):
        x *= 2.0
    return np.sum(x * x)


def own(a):
    b = a.copy()
    b[0] = 3.0
    return np.sum(b)


@right(mixed(5), 0.5)
def condition_of_a_while_that_writes_a_copy(x, c):
    k = 0
    while own(x) > c and k < 5:
        x *= 0.7
        k += 1
    return np.sum(x * x)


@right(mixed(5), 4)
def condition_of_a_while_on_a_view(x, n):
    v = x[1:]
    i = 0
    while i < n and (v[i] > 0 or x[i] < 0.5) and not (v[i] > 1.4):
        v[i] = x[i] * 0.7
        i += 1
    return np.sum(x * x)


@right(mixed(5), 4)
def conditional_condition_of_a_while(x, n):
    k = 0
    while x[k] > -1.2 if k < 3 else False:
        x[k] += 0.2 * x[k + 1]
        k += 1
    return np.sum(x * x)


@right(mixed(5), 4)
def numbers_as_conditions(x, n):
    while n:
        n -= 1
        x[n] *= x[n - 1] or 1.0
    if not n:
        x[0] = 2.0 * x[1]
    return np.sum(x * x)


@right(mixed(5), 3)
@right(mixed(5), 0)
@right(mixed(5), 5)
def finally_around_break_and_continue(x, n):
    for i in range(n):
        try:
            if x[i] > 1.0:
                break
            if x[i] < -1.0:
                continue
            x[i] *= 2.0
        finally:
            x[0] += 0.1 * x[i]
        x[4] += x[i] * x[0]
    return np.sum(x * x)


@right(mixed(5), 3)
def value_returned_before_a_finally_writes(x, n):
    y = x * 2.0
    try:
        return np.sum(y * x)
    finally:
        y[0] = 100.0
        x[0] = 50.0


@right(mixed(5), 3)
def array_rebound_in_a_finally(x, n):
    y = x
    try:
        y[0] = 2.0 * x[1]
    finally:
        y = y * x
    y[1] = 0.0
    return np.sum(y * x)


@right(mixed(5), 3)
@right(mixed(5), 5)
def finally_in_finally_in_a_loop(x, n):
    for i in range(n):
        try:
            try:
                x[i] *= 1.5
                if x[i] > 1.0:
                    break
            finally:
                x[i] += 0.1
            if x[i] < -1.0:
                return np.sum(x)
        finally:
            x[0] *= 1.1
    return np.sum(x * x)


@right(mixed(5), 0)
@right(mixed(5), 1)
def write_in_a_handler(x, c):
    y = x.copy()
    try:
        k = 1.0 / c
    except ZeroDivisionError:
        k = 2.0
        y[0] = 3.0 * x[1]
    y *= k
    return np.sum(y * x)


@right(mixed(5), 9)
@right(mixed(5), 2)
def read_beyond_the_end_is_caught(x, k):
    try:
        t = x[k] * 2.0
    except IndexError:
        t = x[0]
    x[1] = t * x[2]
    return np.sum(x * x)


@right(mixed(5), [1, 0, 2])
def write_in_a_handler_that_continues(x, cs):
    for k, c in enumerate(cs):
        try:
            t = 1.0 / c
        except ZeroDivisionError:
            x[k] = 0.5 * x[k + 1]
            continue
        x[k] *= t
    return np.sum(x * x)


def safe_div(a, c):
    try:
        k = 1.0 / c
    except ZeroDivisionError:
        a[0] = 0.0
        return
    a *= k


@right(mixed(5), 0)
@right(mixed(5), 1)
def write_in_a_handler_of_a_helper(x, c):
    safe_div(x, c)
    return np.sum(x * x)


@right(mixed(5), 0)
@right(mixed(5), 2)
def write_in_the_else_of_a_try(x, c):
    try:
        k = 1.0 / c
    except ZeroDivisionError:
        return np.sum(x)
    else:
        x[0] = k * x[1]
    finally:
        x[1] *= 2.0
    return np.sum(x * x)


@right(mixed(5), 0)
@right(mixed(5), 2)
def write_to_a_view_in_a_handler(x, c):
    v = x[1:3]
    try:
        k = 1.0 / c
    except ZeroDivisionError:
        v *= 2.0
        k = v[0]
    x[0] = k * v[1]
    return np.sum(x * x)


@right(mixed(5), 0)
@right(mixed(5), 2)
def array_chosen_by_an_exception(x, c):
    y = x * 2.0
    try:
        k = 1.0 / c
        z = y
    except ZeroDivisionError:
        k = 1.0
        z = x
    return np.sum(z * z * k)


@right(mixed(5), [1, 0, 2, 0, 3])
def jumps_out_of_handlers(x, cs):
    t = 0.0
    for k in range(5):
        try:
            t += x[k] / float(1.0 / cs[k])
        except ZeroDivisionError:
            x[k] *= 2.0
            if k > 2:
                break
            continue
        x[k] = t * x[k - 1]
    return np.sum(x * x) * t


@right(mixed(5), [1, 0, 2])
def while_true_until_an_exception(x, cs):
    k = 0
    while True:
        try:
            c = cs[k]
        except IndexError:
            break
        x[k] *= 1.0 + c
        k += 1
    return np.sum(x * x)


@contextmanager
def scaled(a, c):
    a *= c
    try:
        yield a[1:]
    finally:
        a /= c


@contextmanager
def borrowed(a):
    old = a.copy()
    yield a
    a[:] = old


@right(mixed(5), 2.0)
@right(mixed(5), 0.5)
def view_that_a_context_gives(x, c):
    with scaled(x, c) as v:
        v[0] *= x[0]
        if c < 1.0:
            return np.sum(v * v)
        x[2] += v[1] * v[2]
    return np.sum(x * x)


@right(mixed(5), 2.0)
def context_that_puts_back(x, c):
    t = 0.0
    for i in range(3):
        with borrowed(x) as y:
            y[i] *= c * y[i]
            t += np.sum(y * y)
            if t > 50.0:
                break
        x[i] += 0.1 * t
    return np.sum(x * x) * t


@right(positive(5), 2.0)
def break_out_of_a_with(x, c):
    for i in range(5):
        with np.errstate(all="ignore"):
            x[i] = np.log(x[i] - 0.9) if x[i] > 1.0 else x[i] ** 2
            if x[i] > 3.0:
                break
            if x[i] < -3.0:
                continue
        x[0] += x[i]
    return np.sum(x * x)


@right(mixed(5), 2.0)
def view_in_a_nullcontext(x, c):
    with contextlib.nullcontext(x[1:]) as v, np.errstate(over="ignore"):
        v *= c
        x[0] = v[0] * v[1]
    return np.sum(x * x)


@right(mixed(5), 0)
@right(mixed(5), 2)
def write_after_a_suppressed_exception(x, c):
    k = 0.5
    with contextlib.suppress(ZeroDivisionError):
        k = 1.0 / c
    x[0] *= k
    return np.sum(x * x)


@right(mixed(5), "double")
@right(mixed(5), "swap")
@right(mixed(5), "other")
def writes_in_cases(x, mode):
    v = x[1:]
    match mode:
        case "double":
            v *= 2.0
        case "swap":
            v[0], v[1] = v[1], v[0]
        case _:
            x[0] = v[0] * v[2]
    return np.sum(x * x * np.arange(5.0))


@right(mixed(5), (1, 2))
@right(mixed(5), (3,))
@right(mixed(5), ())
def indices_captured_by_cases(x, at):
    match at:
        case (i, j):
            x[i] *= x[j]
        case (i,):
            x[i] = 1.0
            return np.sum(x)
        case ():
            pass
    return np.sum(x * x)


@right(mixed(5), 2)
def cases_that_jump(x, n):
    for i in range(5):
        match i % 3:
            case 0:
                x[i] *= 2.0
                continue
            case 1 if x[i] > 0:
                x[i] = x[i - 1] ** 2
            case 2 if i == n:
                break
            case k:
                x[k] -= x[i]
        x[0] += 0.1 * x[i]
    return np.sum(x * x)


@right({"a": mixed(3), "n": 2})
def array_captured_from_a_dict(d):
    match d:
        case {"a": a, "n": 2}:
            a[0] = a[1] * a[2]
        case _:
            pass
    return np.sum(d["a"] * d["a"])


@right(mixed(5))
def name_deleted_and_bound_again(x):
    y = x
    y[0] = 2.0 * x[1]
    del y
    y = x[1:]
    y *= 2.0
    del x
    return np.sum(y * y)


@right(mixed(5))
def pass_in_every_block(x):
    if x[0] > 0:
        pass
    for _ in range(3):
        pass
    else:
        pass
    while False:
        pass
    try:
        pass
    finally:
        pass
    with np.errstate():
        pass
    x[0] *= 2.0
    return np.sum(x * x)


@right(mixed(4), 3)
@right(mixed(4), 0)
def condition_of_a_while_that_writes_if_another_holds(x, n):
    k = 0
    while k < n and bump(x, k) < 9.0:
        k += 1
    return x * x * k


@right(mixed(4), 3)
@right(mixed(4), 1)
def condition_of_a_while_that_writes_with_break_and_else(x, n):
    k = 0
    while bump(x, k) < 9.0 and k < 3:
        if k == n:
            y = x[1]
            break
        k += 1
    else:
        y = x[0] * 2.0
    return x * y * k


@right(mixed(4), 3)
def conditions_of_whiles_in_loops_that_write(x, n):
    for i in range(n):
        k = 0
        while bump(x, k) < 0.5 * i:
            k += 1
            if k == 3:
                break
            j = 0
            while j < 2 and bump(x, j) < 1.0:
                j += 1
        if x[0] > 5.0:
            break
    return x * x * k


@right(mixed(4))
def condition_of_a_while_that_writes_and_else_that_returns(x):
    k = 0
    while bump(x, k) < 9.0 and k < 3:
        k += 1
    else:
        return x * x
    return x


def until_large(a):
    k = 0
    while bump(a, k) < 0.4:
        k += 1
    return k


@right(positive(4))
def helper_with_a_condition_that_writes(x):
    k = until_large(x)
    return x * x[k]
