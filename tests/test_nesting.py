"""Derivatives of derivatives: of one another, and taken inside of the functions that are differentiated."""

import math

import numpy as np
import pytest

from pullback import errors, grad, hvp, jvp, value_and_grad
from tests.differences import direction

RNG = np.random.default_rng(17)
U, V = RNG.standard_normal(5), RNG.standard_normal(5)
M = RNG.standard_normal((5, 5))


def straight(x, a):
    return np.sin(x) * np.exp(a * x) / (1.0 + x * x)


def for_range(x, a):
    y = x
    for i in range(4):
        y = np.sin(y) * x + 0.1 * a * y * y - 0.2 * i
    return y


def while_loop(x, a):
    y = x
    while y < 3.0:
        y = y * (1.5 + a * x) + np.sin(y) ** 2
    return y * x


def with_break(x, a):
    y = x
    for _ in range(20):
        y = y * (1.5 + a * a) + 0.1 * np.cos(x)
        if y > 2.0:
            break
    return y * y


def over_rows(x, a):
    total = 0.0
    for row in np.outer(U * x, V):
        total = np.tanh(total + a * row[0] * row[1])
    return total * x


def in_place(x, a):
    u = U * x
    for _ in range(3):
        u[1:-1] += a * u[1:-1] * (u[2:] - u[:-2])
        u[0] = np.sin(u[-1])
    return np.sum(u**2)


def branches(x, a):
    y = x * x * a if x > 0.5 else np.sin(x)
    if y > 0.1:
        y = y * y * x
    return y


def scale(p, q):
    for _ in range(2):
        p = np.sin(p) * q
    return p


def calls(x, a):
    return scale(x, a) * scale(a * x, x)


def recursive(x, n):
    return np.sin(x) if n < 0.5 else x * recursive(x * 0.9, n - 1.0)


def collecting(x, a):
    found = [x]
    for k in range(4):
        found.append(np.sin(found[-1] * a) + 0.1 * k * x)
    return sum(v * v for v in found)


LOOPS = [straight, for_range, while_loop, with_break, over_rows, in_place, branches, calls, recursive, collecting]


def central(f, x, a, h=1e-5):
    return (f(x + h, a) - f(x - h, a)) / (2.0 * h)


@pytest.mark.parametrize("f", LOOPS)
def test_up_to_the_fourth_order(f):
    x, a = 0.7, 0.8
    derivative = f
    for _ in range(4):
        before, derivative = derivative, grad(derivative)
        assert derivative(x, a) == pytest.approx(central(before, x, a), rel=1e-5, abs=1e-6)


def down(x, depth):
    if depth == 0:
        return x
    return np.sin(x) + 0.5 * down(x * 0.9, depth - 1)


def calling_twice(x, depth):
    if depth < 2:
        return x * x
    return np.sin(calling_twice(x * 0.9, depth - 1)) * calling_twice(x * 1.1, depth - 2)


def of_pairs(p, depth):
    if depth == 0:
        return p[0] * p[1]
    return of_pairs((np.sin(p[0]) * p[1], p[1] * 0.9 + p[0]), depth - 1)


def of_arrays(w, u, depth):
    if depth == 0:
        return np.sum(u**3)
    return of_arrays(w, np.tanh(w * u), depth - 1)


def through_pairs(x, depth):
    return of_pairs((x, x * x), depth)


def through_arrays(x, depth):
    return of_arrays(x * V, U, depth)


@pytest.mark.parametrize("f", [down, calling_twice, through_pairs, through_arrays])
def test_recursive_functions_up_to_the_fourth_order(f):
    derivative = f
    for _ in range(4):
        before, derivative = derivative, grad(derivative)
        assert derivative(0.7, 3) == pytest.approx(central(before, 0.7, 3), rel=1e-6, abs=1e-7)
    assert derivative(0.7, 0) == pytest.approx(central(before, 0.7, 0), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("f", LOOPS)
def test_all_ways_to_the_second_derivative_agree(f):
    x, a = 0.7, 0.8
    second = grad(grad(f))(x, a)
    assert hvp(f)((x, a), 1.0) == pytest.approx(second, rel=1e-10)
    assert jvp(grad(f))((x, a), 1.0)[1] == pytest.approx(second, rel=1e-10)

    def forward(x, a):
        return jvp(f)((x, a), 1.0)[1]

    def forward_twice(x, a):
        return jvp(forward)((x, a), 1.0)[1]

    assert grad(forward)(x, a) == pytest.approx(second, rel=1e-10)
    assert forward_twice(x, a) == pytest.approx(second, rel=1e-10)


def test_mixed_derivatives_commute():
    first = grad(grad(in_place, wrt="a"), wrt="x")(0.7, 0.8)
    assert first == pytest.approx(grad(grad(in_place, wrt="x"), wrt="a")(0.7, 0.8), rel=1e-12)


def test_value_and_gradient_of_a_gradient():
    value, second = value_and_grad(grad(straight))(0.7, 0.3)
    assert value == grad(straight)(0.7, 0.3)
    assert second == pytest.approx(grad(grad(straight))(0.7, 0.3), rel=1e-12)


def test_names_tell_what_is_differentiated():
    assert "def straight_grad_grad(x, a):" in grad(grad(straight)).specialize(0.7, 0.3).source
    assert "def straight_grad_hvp(x, a, dx):" in hvp(grad(straight)).specialize(0.7, 0.3).source


# derivatives that functions take themselves


def cubic(x):
    return x**3 / 3.0


def slope_and_line(x):
    return grad(cubic)(x) - 2.0 * x + 1.0


def descended(x):
    for _ in range(30):
        x = x - 0.1 * grad(slope_and_line)(x)
    return x


def test_thirty_steps_down_the_derivative_of_a_derivative():
    assert descended(0.3) == pytest.approx(1.0 + 0.8**30 * (0.3 - 1.0), rel=1e-12)
    assert grad(descended)(0.3) == pytest.approx(0.8**30, rel=1e-10)


def critic(x, w1, b1, w2):
    return np.sum(np.tanh(np.tanh(x @ w1 + b1) @ w2))


def gradient_penalty(w1, b1, w2, x):
    g = grad(critic)(x, w1, b1, w2)
    norms = np.sqrt(np.sum(g * g, axis=1))
    return 10.0 * np.mean((norms - 1.0) ** 2)


def test_a_gradient_penalty():
    rng = np.random.default_rng(1)
    args = [rng.standard_normal(s) for s in ((3, 4), (4,), (4, 1), (6, 3))]
    moves = [direction(a, rng) for a in args[:3]]
    gs = grad(gradient_penalty, wrt=(0, 1, 2))(*args)
    h = 1e-6
    ends = [
        gradient_penalty(*(a + s * h * m for a, m in zip(args[:3], moves, strict=True)), args[3]) for s in (1, -1)
    ]
    got = sum(np.sum(g * m) for g, m in zip(gs, moves, strict=True))
    assert got == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6)


def newton(f, x, steps):
    for _ in range(steps):
        x = x - f(x) / grad(f)(x)
    return x


def root(a):
    return newton(lambda x: x**3 - a, 1.5, 8)


def until_flat(x, a):
    slope = grad(lambda v: a * v**4 + np.cos(v))
    steps = 0
    while abs(slope(x)) > 0.05 and steps < 100:
        x = x - 0.1 * slope(x)
        steps += 1
    return x


def inner_product(x, v):
    y, t = jvp(energy)((x,), v)
    return y * t + np.sum(hvp(energy)((x,), v) * x)


def energy(x):
    return np.sum(np.tanh(M @ x) ** 2)


quadratic_slope = grad(energy)


def of_a_module(x, v):
    return np.sum(quadratic_slope(x) * v)


def with_aux(x, v):
    g, aux = grad(lambda z: (np.sum(z**3) * v[0], z * 2.0), has_aux=True)(x)
    value, again = value_and_grad(energy)(x)
    return np.sum(g * aux) + value * np.sum(again)


def by_name(x, v):
    da, db = grad(product, wrt=("a", "b"))(x, b=v)
    return np.sum(da * da * v) + np.sum(db)


def product(a, b):
    return np.sum(np.sin(a) * b * b)


def of_structures(x, v):
    g = grad(of_dict)({"p": x, "q": (v, 2.0)})
    return np.sum(g["p"] * v) + g["q"][1]


def of_dict(d):
    p, (q, k) = d["p"], d["q"]
    return np.sum(p * p * q) * k * k


def written_in_place(x, v):
    g = grad(sweeps)(x, 3)
    return np.sum(g * v)


def sweeps(u, n):
    u = u.copy()
    for _ in range(n):
        u[1:] *= 0.5 + u[:-1] ** 2
    return np.sum(u)


def grads_of_grads(x, v):
    return grad(grad(cubic))(x[0]) * np.sum(v) + grad(grad(lambda z: z**4 * v[1]))(x[1])


def operand_as_a_gradient(x, v):
    return np.sum(grad(lambda a, b: np.sum(a * b))(x, v) * x**2)


ARRAYS = [
    *(operand_as_a_gradient, inner_product, of_a_module, with_aux, by_name, of_structures, written_in_place),
    grads_of_grads,
]


@pytest.mark.parametrize("f", ARRAYS)
@pytest.mark.parametrize("wrt", [0, 1])
def test_gradients_in_functions(f, wrt):
    args, v = [U, V], direction(U, np.random.default_rng(2))
    value, g = value_and_grad(f, wrt=wrt)(*args)
    assert value == pytest.approx(f(*args), rel=1e-13)
    h = 1e-6
    ends = [f(*(a + s * h * v if k == wrt else a for k, a in enumerate(args))) for s in (1.0, -1.0)]
    assert np.sum(g * v) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-7)
    assert jvp(f, wrt=wrt)((U, V), v)[1] == pytest.approx(np.sum(g * v), rel=1e-11)


def test_a_function_that_is_passed_in():
    assert root(2.0) == pytest.approx(2.0 ** (1 / 3), rel=1e-12)
    assert grad(root)(2.0) == pytest.approx(1.0 / (3.0 * 2.0 ** (2 / 3)), rel=1e-9)
    assert jvp(root)((2.0,), 1.0)[1] == pytest.approx(1.0 / (3.0 * 2.0 ** (2 / 3)), rel=1e-9)


@pytest.mark.parametrize("wrt", [0, 1])
def test_a_while_that_descends_along_a_gradient(wrt):
    args, h = [1.2, 0.3], 1e-7
    ends = [until_flat(*(a + s * h if k == wrt else a for k, a in enumerate(args))) for s in (1.0, -1.0)]
    assert grad(until_flat, wrt=wrt)(*args) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-7)


def test_the_text_calls_the_derivative_by_its_name():
    source = grad(of_a_module).specialize(U, V).source
    assert "def energy_grad_forward(x):" in source
    assert "import pullback\n" not in source


# what is refused


def takes_of_an_integer(x, n):
    return x * grad(cubic)(n)


def takes_of_no_parameter(x):
    return grad(cubic, wrt="y")(x)


def takes_its_own(x):
    return x * x + grad(takes_its_own)(x)


def takes_of_a_callback(x):
    return grad(lambda f, y: f(y))(math.sin, x)


def takes_of_a_tangent(x):
    return grad(jvp(cubic), wrt="x")((x,), 1.0)


@pytest.mark.parametrize(
    ("f", "args", "cls", "text"),
    [
        (takes_of_an_integer, (0.5, 2), errors.WrtError, "the argument 'x' of 'cubic' holds no floats"),
        (takes_of_no_parameter, (0.5,), errors.WrtError, "wrt='y' names no parameter of 'cubic'"),
        (takes_its_own, (0.5,), errors.NotSupportedYet, "takes its own derivative"),
        (takes_of_a_callback, (0.5,), errors.NotSupportedYet, "holds no floats"),
        (takes_of_a_tangent, (0.5,), errors.WrtError, "wrt='x' names no parameter of 'cubic_jvp'"),
    ],
)
def test_what_is_refused(f, args, cls, text):
    with pytest.raises(errors.PullbackError) as caught:
        grad(f)(*args)
    assert text in caught.value.message
    assert caught.value.file == __file__
    assert caught.value.hint
