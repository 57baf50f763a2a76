"""Functions in functions, lambdas, functions that are passed, returned, decorated and applied in part."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests.behaviour import assert_behaves


def late_binding(x: Any, k: Any) -> Any:
    def scaled(y: Any) -> Any:
        return k * y * y

    k = k + 1.0
    return scaled(x) + scaled(2.0 * x)


def several_lambdas_on_a_line(x: Any) -> Any:
    f, g = (lambda y: y * y), (lambda y: np.sin(y))
    return f(g(x)) + (lambda z, w=x: z * w)(3.0 * x)


def nonlocal_total(x: Any, n: int) -> Any:
    total = 0.0

    def add(v: Any) -> None:
        nonlocal total
        total += v * v

    for i in range(n):
        add(x * i)
    return total


def twice(f: Any, x: Any) -> Any:
    return f(f(x))


def half_square(x: Any) -> Any:
    return x * x * 0.5


def functions_passed(x: Any) -> Any:
    return twice(half_square, x) + twice(lambda t: np.tanh(t), x) + twice(np.sin, x)


def functions_returned(x: Any) -> Any:
    def make(k: Any) -> Any:
        def inner(y: Any) -> Any:
            return k * y

        return inner

    f, g = make(2.0), make(x)
    return f(x) * g(x)


def three(a: Any, b: Any, c: Any = 1.0) -> Any:
    return a * b + np.sin(c)


def partial_application(x: Any) -> Any:
    p = functools.partial(three, 3.0, c=x)
    return p(x) + functools.partial(p, c=2.0)(x)


def decorated(x: Any) -> Any:
    def doubled(f: Any) -> Any:
        @functools.wraps(f)
        def inner(*args: Any, **kwargs: Any) -> Any:
            return 2.0 * f(*args, **kwargs)

        return inner

    @doubled
    def h(a: Any, *, b: Any = 3.0) -> Any:
        return a * b

    return h(x) + h(x, b=x)


def lambdas_of_a_comprehension(x: Any) -> Any:
    k = 3.0
    fs = [lambda y: y * k for k in (1.0, 2.0)]
    gs = [lambda y, k=k: y * k for k in (1.0, 2.0)]
    return fs[0](x) * 10.0 + fs[1](x) * 100.0 + gs[0](x) * 7 + gs[1](x) * 13.0 + k * x


def calls_in_a_comprehension(x: Any) -> Any:
    n = 0.0

    def count() -> Any:
        nonlocal n
        n = n + x
        return n

    return sum([count() * v for v in (1.0, 2.0, 3.0)]) + n


def early_returns(x: Any, n: int) -> Any:
    def leaky(v: Any) -> Any:
        if v > 0:
            return v
        return 0.1 * v

    s = 0.0
    for i in range(n):
        s = s + leaky(x - i)
    return s


def return_from_a_loop(x: Any, n: int) -> Any:
    def find(v: Any) -> Any:
        for j in range(n):
            if j * v > 3.0:
                return v * j
        return v

    s = 0.0
    for i in range(n):
        s = s + find(x + i)
    return s


def counters_in_branches(x: Any, n: int) -> Any:
    c = 0.0

    def counter() -> Any:
        nonlocal c
        c = c + x
        return c

    def outer() -> Any:
        def inner() -> Any:
            return counter() * 2.0

        return inner()

    s = 0.0
    for i in range(n):
        if i % 2 == 0:
            s += outer()
        else:
            s -= counter()
    return s + c


def array_written_by_a_function(x: Any) -> Any:
    buffer = np.zeros(3)

    def put(i: int, v: Any) -> None:
        buffer[i] = v

    put(0, x)
    put(2, x * x)
    return np.sum(buffer * np.array([1.0, 2.0, 3.0]))


def runge_kutta_step(f: Any, y: Any, t: Any, h: Any) -> Any:
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def runge_kutta(y: Any, a: Any, n: int) -> Any:
    def rhs(t: Any, y: Any) -> Any:
        return -a * y + np.sin(t)

    for i in range(n):
        y = runge_kutta_step(rhs, y, i * 0.1, 0.1)
    return np.sum(y)


def every_kind_of_parameter(x: Any) -> Any:
    def f(a: Any, /, b: Any = 2.0, *rest: Any, c: Any, **others: Any) -> Any:
        return a * b + c * len(rest) + others["d"] * sum(rest)

    return f(x, x, x, x * 2, c=x, d=3.0) + f(x, c=x, d=x)


def weighted(*terms: Any, **weights: Any) -> Any:
    return sum(terms) * weights["w"]


def any_number_of_arguments(x: Any) -> Any:
    return weighted(x, x * x, w=x) + weighted(w=2.0)


def function_made_in_each_iteration(x: Any, n: int) -> Any:
    for i in range(n):

        def g(v: Any) -> Any:
            return v * i * x

        x = x + g(0.1)
    return x


def called_in_a_while_loop(x: Any, n: int) -> Any:
    def step(v: Any) -> Any:
        return np.sin(v) * x

    i = 0
    v = x
    while i < n:
        v = step(v)
        i += 1
    return v


def fold(f: Any, xs: Any, first: Any) -> Any:
    acc = first
    for v in xs:
        acc = f(acc, v)
    return acc


def folded(xs: Any) -> Any:
    return fold(lambda p, v: p * 0.5 + v * v, xs, 0.0)


def mutually_recursive(x: Any) -> Any:
    def even(n: int) -> Any:
        return x if n == 0 else odd(n - 1) * 2.0

    def odd(n: int) -> Any:
        return 1.0 if n == 0 else even(n - 1) + x

    return even(4)


def compose(*fs: Any) -> Any:
    def composed(x: Any) -> Any:
        for f in fs:
            x = f(x)
        return x

    return composed


def composed(x: Any) -> Any:
    return compose(np.sin, half_square, lambda t: t + 1.0)(x)


def functions_in_a_dict(x: Any) -> Any:
    layers = {"first": np.tanh, "second": lambda t: t * x}
    y = x
    for name in layers:
        y = layers[name](y)
    return y


def default_evaluated_once(x: Any) -> Any:
    k = x

    def f(y: Any, k: Any = k * 2.0) -> Any:
        return y * k

    k = 100.0
    return f(x) + f(x, k)


def shadowed_names(x: Any) -> Any:
    y = 2.0 * x

    def f(x: Any) -> Any:
        y = x * x

        def g(y: Any) -> Any:
            return y * x

        return g(y) + y

    return f(y) * y + x


def written_in_a_try(x: Any) -> Any:
    k = 1.0

    def grow() -> None:
        nonlocal k
        k = k * x

    try:
        grow()
        grow()
    finally:
        k = k + x
    return k


def newton(f: Any, df: Any, x: Any) -> Any:
    while abs(f(x)) > 1e-12:
        x = x - f(x) / df(x)
    return x


def square_root(a: Any) -> Any:
    return newton(lambda x: x * x - a, lambda x: 2.0 * x, a)


def bound_before_early_returns(x: Any, n: int) -> Any:
    total = 0.0
    last = None

    def step(v: Any) -> Any:
        nonlocal total, last
        if v > 2.0:
            total += v
            last = v
            return 2.0
        if v > 1.0:
            total += x * v
            return 1.0
        last = 0.5
        return v

    s = 0.0
    last = x
    for i in range(n):
        s = s + step(x * i) * last
    return s * total + last


class Early:
    def __init__(self, x: Any) -> None:
        if x > 1.0:
            self.v = x * x
            return
        self.v = 3.0 * x


def early_return_from_init(x: Any) -> Any:
    return Early(x).v


PROGRAMS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (late_binding, (2.0, 3.0)),
    (several_lambdas_on_a_line, (0.7,)),
    (nonlocal_total, (1.5, 4)),
    (functions_passed, (0.3,)),
    (functions_returned, (1.7,)),
    (partial_application, (0.4,)),
    (decorated, (1.2,)),
    (lambdas_of_a_comprehension, (1.1,)),
    (calls_in_a_comprehension, (1.1,)),
    (early_returns, (2.5, 5)),
    (return_from_a_loop, (1.2, 4)),
    (counters_in_branches, (1.3, 5)),
    (array_written_by_a_function, (1.4,)),
    (runge_kutta, (np.array([1.0, 2.0]), 0.7, 3)),
    (every_kind_of_parameter, (1.2,)),
    (any_number_of_arguments, (1.2,)),
    (function_made_in_each_iteration, (1.2, 3)),
    (called_in_a_while_loop, (1.2, 3)),
    (folded, (np.array([1.0, 2.0, 3.0]),)),
    (mutually_recursive, (1.1,)),
    (composed, (0.4,)),
    (functions_in_a_dict, (0.4,)),
    (default_evaluated_once, (1.4,)),
    (shadowed_names, (1.4,)),
    (written_in_a_try, (1.4,)),
    (square_root, (2.4,)),
    (bound_before_early_returns, (0.7, 5)),
    (early_return_from_init, (1.5,)),
    (early_return_from_init, (0.5,)),
]


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=[f.__name__ for f, _ in PROGRAMS])
def test_functions_of_functions_differentiate(f, args):
    assert_behaves(f, *args)


def test_a_function_in_a_function_is_written_out_where_it_is_called():
    derivative = pullback.grad(late_binding)
    derivative(2.0, 3.0)
    assert derivative.source == (
        "def late_binding_grad(x, k):\n"
        '    """Gradient of `late_binding` with respect to x."""\n'
        "    k = k + 1.0\n"
        "    t = 2.0 * x\n"
        "\n"
        "    # return scaled(x) + scaled(2.0 * x)\n"
        "    dx = 2.0 * (k * t + t * k)\n"
        "    # return k * y * y\n"
        "    return dx + k * x + x * k\n"
    )


def apply(f: Any, x: Any) -> Any:
    return f(x) * x


def apply_twice(f: Any, x: Any) -> Any:
    return apply(f, apply(f, x))


def closure(k: Any) -> Any:
    return lambda x: k * x


@pytest.mark.parametrize("f", [apply, apply_twice])
@pytest.mark.parametrize("given", [half_square, closure(3.0), np.sin, functools.partial(three, 2.0, c=3.0)])
def test_functions_are_arguments(f, given):
    value, gradient = pullback.value_and_grad(f, wrt="x")(given, 1.2)
    assert value == f(given, 1.2)
    assert gradient == pytest.approx((f(given, 1.2 + 1e-6) - f(given, 1.2 - 1e-6)) / 2e-6, rel=1e-8)


def test_closures_that_are_arguments_never_mix():
    derivative = pullback.grad(apply, wrt="x")
    assert [derivative(closure(k), 2.0) for k in (1.0, 2.0, 1.0)] == [4.0, 8.0, 4.0]


def test_partial_that_holds_an_array_is_refused():
    with pytest.raises(pullback.PullbackError, match="partial that holds arrays or objects") as e:
        pullback.grad(apply, wrt="x")(functools.partial(three, np.ones(2)), 2.0)
    assert e.value.source_line.strip() == "return f(x) * x"


def binds_in_a_ternary(x: Any) -> Any:
    n = 0.0

    def count() -> Any:
        nonlocal n
        n = n + x
        return n

    y = count() if x > 1.0 else 0.0
    return y + n


def binds_in_a_connective(x: Any) -> Any:
    n = 0.0

    def count() -> Any:
        nonlocal n
        n = n + x
        return n > 0.0

    if x > 1.0 and count():
        x = x * 2.0
    return x + n


def binds_in_a_while(x: Any) -> Any:
    n = 0.0

    def count() -> Any:
        nonlocal n
        n = n + 1.0
        return n

    while count() < 4.0:
        x = x * n
    return x


def binds_in_a_message(x: Any) -> Any:
    n = 0.0

    def count() -> str:
        nonlocal n
        n = n + 1.0
        return "negative"

    assert x > 0.0, count()
    return x * n


@pytest.mark.parametrize("f", [binds_in_a_ternary, binds_in_a_connective, binds_in_a_while])
@pytest.mark.parametrize("x", [1.5, 0.5])
def test_names_are_bound_under_a_condition_in_an_expression(f, x):
    assert_behaves(f, x)


def test_name_that_is_bound_for_the_message_of_an_assert_is_refused():
    with pytest.raises(pullback.PullbackError, match="binds 'n' of a function around it") as e:
        pullback.grad(binds_in_a_message)(1.5)
    assert e.value.source_line.strip().startswith("assert x > 0.0")


# functions of the module that return functions


def scaler(k: Any) -> Any:
    return lambda v: k * v


def counter(k: Any) -> Any:
    n = 0.0

    def add(v: Any) -> Any:
        nonlocal n
        n = n + v * k
        return n

    return {"add": add, "get": lambda: n}


def buffer_of(x: Any) -> Any:
    y = x * 1.0

    def total() -> Any:
        return np.sum(y**2)

    def write(v: Any) -> None:
        y[0] = v

    return total, write


def made_by_functions(x: Any) -> Any:
    f, g = scaler(x), scaler(x * x)
    c, d = counter(x), counter(2.0)
    c["add"](f(1.0))
    d["add"](g(x))
    c["add"](2.0)
    return f(g(x)) + c["get"]() * d["get"]()


def made_in_a_loop(x: Any, n: int) -> Any:
    c = counter(x)
    for i in range(n):
        c["add"](x * i)
        d = counter(x)
        d["add"](c["get"]())
    return c["get"]() * d["get"]()


def kept_in_a_list(x: Any) -> Any:
    cs = [counter(k) for k in (x, 2.0, x * x)]
    for c in cs:
        c["add"](x)
    cs[0]["add"](cs[1]["get"]())
    return sum(c["get"]() for c in cs)


def buffers_apart(x: Any) -> Any:
    (r1, w1), (r2, w2) = buffer_of(x), buffer_of(x)
    w1(x[1])
    w2(x[2] ** 2)
    w1(x[0] * r2())
    return r1() + r2()


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (made_by_functions, (1.3,)),
        (made_in_a_loop, (1.3, 3)),
        (kept_in_a_list, (1.3,)),
        (buffers_apart, (np.array([0.5, 1.0, 2.0]),)),
    ],
)
def test_functions_that_functions_return(f, args):
    assert_behaves(f, *args)


# functions in functions that call themselves as often as the run has it


def power(x: Any, n: int, k: Any) -> Any:
    def go(m: int) -> Any:
        if m == 0:
            return 1.0
        return k * x * go(m - 1)

    return go(n)


def even_and_odd(x: Any, n: int) -> Any:
    def even(v: Any, m: int) -> Any:
        return v if m == 0 else odd(v * x, m - 1)

    def odd(v: Any, m: int) -> Any:
        return 2.0 * v if m == 0 else even(np.sin(v) + x, m - 1)

    return even(x, n) + odd(x * x, n)


def variable_bound_again_between_calls(x: Any, n: int) -> Any:
    k = x

    def go(m: int) -> Any:
        return 1.0 if m <= 0 else k * go(m - 1)

    a = go(n)
    k = x * x
    b = go(n)
    k = 3.0
    return a + b * 2 + go(n - 1)


def two_calls_in_each(x: Any, n: int) -> Any:
    def tree(v: Any, m: int) -> Any:
        if m <= 0:
            return v
        return tree(v * x, m - 1) + 0.5 * tree(v + x, m - 2)

    return tree(1.0, n)


def array_written_in_each_call(x: Any, n: int) -> Any:
    buffer = np.zeros(3)

    def go(m: int) -> Any:
        if m < 0:
            return 0.0
        buffer[m % 3] += x[m % 3] ** 2
        return buffer[0] + go(m - 1)

    s = go(n)
    return s + np.sum(buffer**2)


def argument_written_in_each_call(x: Any, n: int) -> Any:
    def go(b: Any, m: int) -> None:
        if m == 0:
            return
        b[m % 3] = b[(m + 1) % 3] * x[0]
        go(b, m - 1)

    y = x * 1.0
    go(y, n)
    return np.sum(y**2)


def with_lambdas_around_and_inside(x: Any, n: int) -> Any:
    def square(v: Any) -> Any:
        return v * v * k

    k = 2.0
    f = lambda v: square(v) + x  # noqa: E731

    def go(v: Any, m: int) -> Any:
        if m == 0:
            return f(v)
        g = lambda w: go(w, m - 1) * k  # noqa: E731
        return g(v * x)

    return go(x, n)


def deeper_than_is_written_out(x: Any) -> Any:
    def go(v: Any, m: int) -> Any:
        return v if m == 0 else go(v * x, m - 1)

    return go(1.0, 60)


def structures_around(x: Any, n: int) -> Any:
    p, d = (x, 2.0 * x), {"a": x * 3}

    def go(m: int) -> Any:
        return d["a"] if m == 0 else p[0] * go(m - 1) + p[1]

    return go(n)


def of_one_text(x: Any, n: int) -> Any:
    def make(k: Any) -> Any:
        def go(m: int) -> Any:
            return k if m == 0 else x * go(m - 1)

        return go

    return make(2.0 * x)(n) + make(x * x)(n + 1)


def another_function_seen_between_calls(x: Any, n: int) -> Any:
    def go(m: int) -> Any:
        return h(x) if m == 0 else x * go(m - 1)

    h = lambda v: v * 2  # noqa: E731
    a = go(n)
    h = lambda v: v * v * v  # noqa: E731
    return a + go(n)


def sine(v: Any) -> Any:
    return np.sin(v)


def result_given_to_another_function(x: Any, n: int) -> Any:
    def go(m: int) -> Any:
        return sine(x) if m == 0 else sine(x * go(m - 1))

    return go(n)


def counted_by_a_function(x: Any, k: int) -> Any:
    base = 2

    def count(m: int) -> int:
        return 0 if m <= 0 else 1 + count(m // base)

    s = x
    for _ in range(count(k)):
        s = s * x
    return s + count(3)


def made(k: Any) -> Any:
    def f(x: Any, n: int) -> Any:
        return x if n == 0 else k * f(x * x, n - 1)

    return f


double, triple = made(2.0), made(3.0)


def of_closures(x: Any, n: int) -> Any:
    return double(x, n) + triple(x, n)


RECURSIVE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (power, (0.7, 5, 1.3)),
    (power, (0.7, 0, 1.3)),
    (even_and_odd, (1.2, 6)),
    (even_and_odd, (1.2, 7)),
    (variable_bound_again_between_calls, (1.2, 4)),
    (two_calls_in_each, (1.2, 5)),
    (array_written_in_each_call, (np.array([0.5, 1.0, 2.0]), 3)),
    (argument_written_in_each_call, (np.array([0.5, 1.0, 2.0]), 3)),
    (with_lambdas_around_and_inside, (1.2, 3)),
    (deeper_than_is_written_out, (1.01,)),
    (structures_around, (1.2, 3)),
    (of_one_text, (1.2, 3)),
    (another_function_seen_between_calls, (1.2, 3)),
    (result_given_to_another_function, (1.2, 3)),
    (counted_by_a_function, (1.2, 9)),
    (double, (1.1, 3)),
    (of_closures, (1.1, 3)),
]


@pytest.mark.parametrize(("f", "args"), RECURSIVE, ids=[f.__name__ for f, _ in RECURSIVE])
def test_inner_functions_that_call_themselves(f, args):
    assert_behaves(f, *args)


def test_what_is_seen_becomes_parameters():
    derivative = pullback.grad(power)
    derivative(0.7, 5, 1.3)
    assert "def go_pullback(m, k, x, tape, dout):" in derivative.source


def binds_in_each_call(x: Any, n: int) -> Any:
    total = 0.0

    def go(m: int) -> None:
        nonlocal total
        if m > 0:
            total = total + x * m
            go(m - 1)

    go(n)
    return total


def default_of_the_run(x: Any, n: int) -> Any:
    def go(v: Any, m: int = n) -> Any:
        return v if m == 0 else go(v * x, m - 1)

    return go(x)


@pytest.mark.parametrize("f", [binds_in_each_call, default_of_the_run])
def test_inner_functions_that_call_themselves_and_cannot_be_functions_of_their_own_are_refused(f):
    with pytest.raises(pullback.PullbackError, match="'go' calls itself, and how often is not known") as e:
        pullback.grad(f)(1.5, 3)
    assert e.value.source_line[e.value.col - 1 :].startswith("go(")
