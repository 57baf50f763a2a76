"""The parts of the language, one by one: statements, loops, calls, structures and what NumPy reads."""

import math

import numpy as np

from tests.inplace.cases import mixed, right
from tests.inplace.programs.raising import raises_in_the_middle


@right(0.7, 1.3)
def straight_line(x, y):
    z = x * y + math.sin(x)
    w = z / (1.0 + y**2)
    z = w - z
    return z * w


@right(0.7)
@right(-0.7)
@right(-3.5)
def branches_that_return(x):
    if x > 0.0:
        return x * x
    elif x < -2.0:
        y = math.exp(x)
    else:
        return -x
    return y * x


@right(0.7, 1.3)
@right(1.7, 1.3)
def conditional_expressions(x, y):
    z = x if x > y else y * x
    return z * (x and y) + max(x, y) * (2.0 if 0.0 < x < 1.0 < y else x)


@right(0.7, 4)
@right(0.7, 0)
def ranges(x, n):
    t = x
    for i in range(n):
        t = t * x + i
    for i in range(1, n, 2):
        t = t - x * i
    for i in range(n, 0, -1):
        t = math.sin(t) * i
    return t


@right([0.7, 1.3, -0.4], (0.2, 0.9))
def items_of_sequences(xs, ys):
    t = 1.0
    for x in xs:
        t = t * math.cos(x)
        for y in ys:
            t = t + x * y
    return t


@right(mixed(3, 4), mixed(4, seed=1))
def rows_and_elements(a, w):
    t = 0.0
    for row in a:
        t = t + row @ w
        for v in row:
            t = t + v * v
    return t


@right(mixed(4), [0.3, 0.5, 0.7])
def enumerate_zip_reversed(x, ws):
    t = 0.0
    for k, v in enumerate(x, 1):
        t = t + k * v * v
    for v, w in zip(x, ws):
        t = t + v * w * w
    for k, (v, w) in enumerate(zip(reversed(x), x)):
        t = t + v * w * k
    return t


@right(0.7, 20.0)
@right(0.7, 0.1)
def whiles(x, limit):
    k = 0
    while x * x < limit and k < 9:
        x = x * 1.5 + 0.1
        k += 1
    return x * k


@right(mixed(3, 3), 2)
def nested_loops(a, n):
    t = np.zeros(3)
    for _ in range(n):
        for i in range(3):
            k = i
            while k > 0:
                t = t + a[k] * t[i - 1] + a[i, k]
                k = k - 1
    return t


def damped(x, rate=0.5, *, power=2):
    return x * math.exp(-rate * x**power)


@right(0.7, 0.3)
def calls_with_keywords_and_defaults(x, r):
    return damped(x) + damped(x, r) * damped(power=3, x=x * r, rate=x)


@right(mixed(4))
def function_of_another_module(x):
    return raises_in_the_middle(x, 9.0) * x


def power_by_halving(x, n):
    if n == 0:
        return 1.0
    half = power_by_halving(x, n // 2)
    return half * half * x if n % 2 else half * half


@right(0.7, 5)
@right(0.7, 0)
def recursive_calls(x, n):
    return power_by_halving(x, n) * x


@right((0.7, mixed(3)), [mixed(2), mixed(2, seed=1)], {"w": mixed(3), "b": [0.3, [0.4]]})
def structures(p, xs, d):
    scale, v = p
    return scale * np.sum(v * d["w"]) * d["b"][0] + xs[0] @ xs[1] * d["b"][1][0]


@right(mixed(4), (0.3, (0.5, 0.7)))
def unpacking(x, p):
    a, *rest, b = x[0], x[1], x[2], x[3]
    s, (t, u) = p
    a, b = b * s, a * t
    return a * b * u + rest[0] * rest[1]


@right(mixed(3, 4), np.array([2, 0, 2]), 1)
def reads_by_index(a, i, k):
    return a[1, 2] * a[k] + a[-1, ::-1] * np.sum(a[i] * a[:, k][i][:, None]) + a[..., :1][k]


@right((mixed(3), mixed(3, seed=1)))
def comprehensions_over_what_is_known(xs):
    squares = [x * x for x in xs]
    return squares[0] * sum(np.sum(x) * k for k, x in enumerate(xs, 2))


@right(mixed(3), 2)
def formatted_text(x, n):
    print(f"{n} numbers", x.shape[0], end=".\n")
    return x * n


@right(mixed(3))
def shape_and_length(x):
    n, (m,) = len(x), x.shape
    return x * n * m * x.ndim * x.size if x.dtype == np.float64 else x
