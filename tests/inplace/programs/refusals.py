"""What is refused: what a program may do to memory that nothing in its text tells."""

import threading

import numpy as np

from pullback import errors
from tests.inplace.cases import mixed, refused, right

LOG = np.zeros(3)
LOCK = threading.Lock()


@refused(mixed(3), text="'LOG' is a value of the module, and it is written", marked="LOG")
def global_array_written(x):
    LOG[0] = x[0]
    return np.sum(x * LOG)


def remember(x, seen=[]):  # noqa: B006
    seen.append(x)
    return np.sum(x) * len(seen)


@refused(mixed(3), text="the default of 'seen' in 'remember' is not a constant", marked="remember(x)")
def default_that_is_a_list_written(x):
    return remember(x) * np.sum(x)


@refused(
    mixed(4),
    mixed(4, seed=1),
    0.5,
    text="'x' cannot be used: it may be the array that is written under another name on line",
    marked="return x * y",
)
def name_of_one_of_two_arrays(x, y, s):
    z = x if s > 0.0 else y
    z[0] = 2.0 * z[1]
    return x * y


@refused(
    mixed(4),
    mixed(4, seed=1),
    3,
    text="'x' cannot be used: it may be the array that is written under another name on line",
    marked="z = y if i % 2 else x",
)
def name_of_another_array_in_each_trip(x, y, n):
    z = x
    for i in range(n):
        z[i] *= 2.0
        z = y if i % 2 else x
    return x * y


@refused(
    mixed(4),
    mixed(4, seed=1),
    text="it may be the array that is written under another name",
    marked="return x * y",
)
def name_of_the_larger(x, y):
    z = max((x, y), key=np.sum)
    z *= 2.0
    return x * y


@refused(
    mixed(4),
    0.5,
    text="'x' cannot be used: it may be the array that is written under another name on line",
    marked="return x * y",
)
def copy_in_one_branch_only(x, s):
    y = x
    if s > 0.0:
        y = x.copy()
    y[0] = 3.0
    return x * y


@refused(mixed(4), 1, text="an array in a list is written, which is not supported yet", marked="xs[k][0]")
def view_at_a_list_s_integer_of_the_run(x, k):
    xs = [x, x * 2.0, x * 3.0]
    xs[k][0] = 5.0
    return xs[0] * xs[1] * xs[2]


@refused(mixed(4), text="setting an attribute is not supported yet", marked="x.real")
def elements_assigned_by_an_attribute(x):
    x.real = 2.0 * x
    return x * x


@refused(mixed(4), text="the method 'view' of an array is not supported yet", marked="x.view")
def bits_seen_as_another_dtype(x):
    x.view(np.int64)[0] += 1
    return x * x


@refused(
    mixed(4),
    cls=errors.NoRule,
    text="there is no derivative rule for 'as_strided'",
    marked="np.lib.stride_tricks.as_strided",
)
def overlapping_memory(x):
    w = np.lib.stride_tricks.as_strided(x, (3, 2), (8, 8))
    w[0, 1] = 5.0
    return x * x


@refused(mixed(4), text="making an object of the class 'nditer' is not supported yet", marked="np.nditer")
def iterator_that_writes(x):
    for e in np.nditer(x, op_flags=["readwrite"]):
        e[...] = 2.0 * e
    return x * x


@refused(mixed(4), text="random numbers without a key are not supported yet", marked="np.random.shuffle")
def shuffled(x):
    np.random.shuffle(x)
    return x * x


@refused(mixed(4), text="'setattr' is not supported yet", marked="setattr")
def attribute_set_by_name(x):
    setattr(x, "real", 2.0 * x)  # noqa: B010
    return x * x


@refused(mixed(4), text="`at` is supported for np.add and np.subtract only", marked="np.maximum.at")
def maximum_at(x):
    np.maximum.at(x, [0, 0], 0.5)
    return x * x


@refused(mixed(4), text="`at` is supported for np.add and np.subtract only", marked="np.multiply.at")
def multiply_at(x):
    np.multiply.at(x, [0, 0], x[1])
    return x * x


@refused(np.asfortranarray(mixed(3, 4)), cls=errors.AliasError, text="'a' must be C-contiguous", marked=None)
@refused(mixed(3, 8)[:, ::2], cls=errors.AliasError, text="'a' must be C-contiguous", marked=None)
def written_through_ravel_of_another_layout(a):
    r = a.ravel()
    r[1] = 5.0 * a[0, 0]
    return a * a


@refused(mixed(4, 3).T, cls=errors.AliasError, text="'a' must be C-contiguous", marked=None)
def written_through_reshape_of_another_layout(a):
    r = a.reshape(-1)
    r *= 2.0
    return a * a


@refused(mixed(4)[::-1], cls=errors.AliasError, text="'x' must be C-contiguous", marked=None)
def written_through_ascontiguousarray(x):
    y = np.ascontiguousarray(x)
    y[0] = 5.0 * x[1]
    return x * y


@refused(
    mixed(4, 4),
    text="'a' cannot be used: it may be the array that is written under another name on line",
    marked="d[0] = a[1, 0] * a[2, 2]",
    or_right=True,
)
def diagonal_by_einsum(a):
    d = np.einsum("ii->i", a)
    d *= 2.0
    d[0] = a[1, 0] * a[2, 2]
    return a * a


def bump(a, k):
    a[k] *= 2.0
    return a[k]


@right(mixed(4))
def write_by_a_call_in_a_comprehension(x):
    ys = [bump(x, i) for i in range(3)]
    return ys[0] * ys[2] * x


@right(mixed(4))
def write_by_a_call_in_a_generator(x):
    s = sum(bump(x, i) for i in range(3))
    return s * x


@right(mixed(4))
def write_by_a_call_in_a_condition(x):
    if x[0] > -9.0 and bump(x, 1) > 0.0 or bump(x, 2) > 0.0:
        x[0] *= 2.0
    return x * x


@right(mixed(4))
def write_by_a_call_in_a_ternary(x):
    y = bump(x, 0) if x[1] > 0.0 else bump(x, 2)
    return x * y


@right(mixed(4))
def write_in_the_condition_of_a_while(x):
    while bump(x, 0) ** 2 < 50.0:
        x[1] *= x[0]
    return np.sin(x)


@refused(
    mixed(4),
    text="a condition of `while` that writes into an array, with a jump in the `else`, is not supported yet",
    marked="bump(x, k) < 9.0 and x[3] < 9.0",
)
def write_in_the_condition_of_a_while_whose_else_jumps(x):
    for k in range(3):
        while bump(x, k) < 9.0 and x[3] < 9.0:
            x[3] += 1.0
        else:
            break
    return x * x


@refused(
    mixed(4),
    text="an array is written in this call that may also be reached through another argument",
    marked="same(x, x)",
)
def same_array_given_twice_to_a_helper(x):
    same(x, x)
    return x * x


def same(a, b):
    a[0] = 2.0 * b[1]
    b[1] *= a[0]


@refused(
    mixed(4),
    cls=errors.AliasError,
    text="a part of an array is written in a call that takes another part, and the two overlap",
    marked=None,
)
def overlapping_parts_given_to_a_helper(x):
    same(x[:3], x[1:])
    return x * x


@refused(
    mixed(4),
    text="a `return`, `break` or `continue` in `finally` is not supported yet",
    marked="try:",
)
def return_in_a_finally(x):
    try:
        x[0] *= 2.0
    finally:
        return np.sum(x * x)  # noqa: B012


@refused(
    mixed(4),
    text="which an exception may have ended before",
    marked="x[0] = v[0] * v[1]",
)
def read_in_a_finally_that_prints(x):
    v = x[1:3]
    try:
        v *= 2.0
    finally:
        x[0] = v[0] * v[1]
        print("done")
    return np.sum(x * x)


@refused(
    mixed(4),
    2,
    text="which an exception may have ended before",
    marked="return np.sum(x * x * k)",
)
def read_behind_a_try_that_wrote(x, c):
    try:
        x[0] = 2.0 * x[1]
        k = 1.0 / c
    except ZeroDivisionError:
        k = 3.0
    return np.sum(x * x * k)


@refused(mixed(4), text="an object that is a context manager is not supported yet", marked="LOCK")
def lock_that_is_entered(x):
    with LOCK:
        x[0] *= 2.0
    return x * x


@refused(mixed(4), text="a pattern that names a class is not supported yet", marked="np.ndarray()")
def pattern_that_names_a_class(x):
    match x:
        case np.ndarray():
            x[0] *= 2.0
    return x * x
