"""Programs that give a generator, `map` or `zip` a name, or a name of a comprehension to what that runs over."""

from __future__ import annotations

import numpy as np

from tests.inplace.cases import positive, refused, right

NAMED = "can be read once only, and it gets a name or a place here"


def squared(v):
    return v * v


@right(positive(3))
@right([0.7, 1.2])
def summed_later(x):
    g = (squared(v) for v in x)
    return sum(g)


@right(positive(3))
def run_over_is_written_and_bound_again(x):
    y = x * 1.0
    g = (v * x[1] for v in y)
    y[0] = x[1] * 3.0
    x = 2.0 * x
    y = x
    return sum(g) * y[0]


@right(positive(3))
def arguments_of_zip_bound_again(x):
    y = x * 2.0
    z = zip(x, y)
    y = x
    t = 0.0
    for u, v in z:
        t += u * v
    return t + y[0]


@right(positive(3))
def mapped(x):
    f = squared
    m = map(f, x)
    f = abs
    return sum([v * 2.0 for v in m if v > f(0.1)])


@right(positive(3))
def made_in_each_iteration(x):
    t = 0.0
    for k in range(3):
        g = (v * k for v in x if v > 0.1 * k)
        if t < 100.0:
            t += sum(g) ** 2
    return t


@right(positive(3))
def one_of_another(x):
    g = (v * 2.0 for v in x)
    h = (v * v for v in g)
    return max(h)


@right(positive(3))
def several_loops(x):
    s = x
    g = (v * w for v in s for w in s)
    s = 2.0 * x
    return sum(g) + s[0]


@right(positive(3))
def unpacked_later(x):
    rows = (x * k for k in range(1, 4))
    a, b, c = rows
    return np.sum(a * b + c * x)


@right(positive(3))
def in_inner_functions(x):
    def total(y):
        h = (y[0] * v for v in y)
        y = 2.0 * y
        return sum(h) * y[1]

    g = (v * v for v in x)
    return total(x) * sum(g)


@right(positive(3))
def named_as_what_it_runs_over(x):
    return sum([x * x for x in x]) + sum(x * 3.0 for x in x) + sum(y * x[0] for y in x)


@right(0.7, 1.2)
def parts_named_as_the_whole(x, y):
    xs = [(x, 2.0), (y, x)]
    d = {x: xs * x for x, xs in enumerate([xs * y for xs, x in xs])}
    return sum([xs * x for xs, x in xs]) + d[1]


@right(positive(3))
def named_as_what_an_inner_one_runs_over(x):
    return sum([sum([x * y for x in x]) for y in x])


@refused(positive(3), text=NAMED, marked="g = (v * v for v in x)")
def read_in_a_loop(x):
    g = (v * v for v in x)
    t = 0.0
    for _ in range(2):
        t += sum(g)
    return t


@refused(positive(3), text=NAMED, marked="g = (v * v for v in x)")
def read_by_an_inner_function(x):
    g = (v * v for v in x)

    def total():
        return sum(g)

    return total() + total()


@refused(positive(3), text=NAMED, marked="g = (v * v for v in x)")
def read_in_the_items_of_another(x):
    g = (v * v for v in x)
    return sum([w * sum(g) for w in x])
