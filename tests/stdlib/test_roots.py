"""Roots and fixed points of SciPy: derivatives by the implicit function theorem, for functions given in any form."""

import functools
import re

import numpy as np
import pytest
from scipy import optimize
from scipy.optimize import brentq, fixed_point, fsolve, newton, root, root_scalar

from pullback import errors, grad, hessian, hvp, jvp, value_and_grad
from tests.differences import direction


def cubic(x, a):
    return x**3 + a * x - 1.0


def with_args(a):
    x = brentq(cubic, 0.0, 2.0, args=(a,))
    return x * x


def closed_over(a):
    b = a * a
    return brentq(lambda x: x**3 + b * x - a, -2.0, 2.0)


def others_with_brackets(a):
    total = optimize.brenth(cubic, 0.0, 2.0, (a,)) + optimize.bisect(cubic, 0.0, a + 1.0, args=a, xtol=1e-13)
    return total + optimize.ridder(cubic, 0.0, 2.0, args=(a,)) * optimize.toms748(cubic, 0.0, 2.0, args=(2.0 * a,))


def newtons(a):
    return newton(cubic, 1.0, args=(a,)) ** 2


def scalar(a):
    return root_scalar(cubic, args=(a,), bracket=(0.0, 1.0 + a)).root ** 2 + root_scalar(cubic, (2.0 * a,), x0=1.0).root


def from_where_it_moves(a):
    start = fsolve(lambda x: x**2 - a, a)
    then = fsolve(lambda x: x**2 - start * a, start)
    return start[0] * then[0]


def lists(a):
    x, y = fsolve(lambda v: [v[0] ** 2 + a * v[1] - 3.0, v[0] * v[1] - 0.7], [1.0, 1.0])
    return x * np.sin(y)


def with_success(a):
    sol = root(lambda x, b: x**2 - a * b, np.ones(2), args=(np.array([1.0, 2.0]),), tol=1e-12)
    return np.sum(sol.x**3) if sol.success else 0.0


def written_into(a):
    x = fsolve(lambda x: x**2 - a, np.ones(2))
    x[0] *= 3.0
    return np.sum(x)


def fixed(a):
    return np.sum(fixed_point(lambda x: np.cos(a * x), np.ones(3), xtol=1e-12) ** 2)


def fixed_number(a):
    return fixed_point(lambda x, k: np.cos(k * x), 1.0, args=(a,), xtol=1e-12) ** 2


class Law:
    def __init__(self, k):
        self.k = k

    def residual(self, x, a):
        return self.k * x**3 + a * x - 1.0


def method(a):
    law = Law(a * a)
    return brentq(law.residual, 0.0, 2.0, args=(a,)) + brentq(functools.partial(law.residual, a=a), 0.0, 2.0)


def in_a_loop(a):
    total, x = 0.0, 0.5
    for _ in range(3):
        x = brentq(lambda y: y**3 + y - x - a, 0.0, 3.0)
        total += x * a
    return total


def in_branches(a):
    if a > 1.0:
        sol = root(lambda x: x**2 - a, np.ones(2))
    else:
        sol = root(lambda x: x**3 - a, np.ones(2))
    return sol.x[0] * sol.x[1] * a


def one_in_another(a):
    def inner(p):
        return brentq(lambda x: x**3 - p, 0.0, 3.0)

    return brentq(lambda y: inner(y) - a, 0.0, 9.0)


def of_a_gradient(a):
    return brentq(lambda x: grad(lambda y: y**4 / 4.0 - a * y)(x), 0.0, 3.0)


def solved_in_a_function(a, n):
    return fsolve(lambda x: x**n - a, np.ones(2))


def unpacked(a):
    def residual(v):
        x, y = v
        if x > 1e9:
            raise ValueError(x)
        return [x * y - a, x - 2.0 * y]

    return np.sum(fsolve(residual, np.ones(2)))


def called(a):
    return np.sum(solved_in_a_function(a, 2) * solved_in_a_function(a, 3))


PROGRAMS = [
    with_args, closed_over, others_with_brackets, newtons, scalar, from_where_it_moves, lists, with_success,
    written_into, fixed, fixed_number, method, in_a_loop, in_branches, one_in_another, of_a_gradient, called, unpacked,
]  # fmt: skip


def slope(f, a, step=1e-5):
    return (f(a + step) - f(a - step)) / (2.0 * step)


@pytest.mark.parametrize("f", PROGRAMS)
def test_the_derivative_of_a_root_is_that_of_differences(f):
    a = 1.3
    value, da = value_and_grad(f)(a)
    assert value == f(a)
    assert isinstance(da, float)
    np.testing.assert_allclose(da, slope(f, a), rtol=2e-6, atol=1e-8)
    np.testing.assert_allclose(jvp(f)((a,), 0.7), (f(a), 0.7 * da), rtol=1e-9)
    twice = slope(grad(f), a)
    np.testing.assert_allclose(hvp(f)((a,), 0.7), 0.7 * twice, rtol=1e-5, atol=1e-7)


def equilibrium(p):
    """A system whose matrix of partial derivatives is neither symmetric nor diagonal."""

    def residual(x):
        return p["m"] @ x + x**3 - p["b"]

    sol = root(residual, np.zeros(3), tol=1e-13)
    return np.sum(sol.x * np.array([1.0, 2.0, -1.0]))


def test_the_matrix_is_transposed_backward_and_not_forward():
    m = np.array([[3.0, 1.0, 0.5], [-0.4, 2.0, 0.1], [0.2, -0.7, 2.5]])
    p = {"m": m, "b": np.array([0.5, -0.3, 0.8])}
    x = root(lambda x: m @ x + x**3 - p["b"], np.zeros(3), tol=1e-13).x
    w = np.linalg.solve((m + np.diag(3.0 * x**2)).T, np.array([1.0, 2.0, -1.0]))
    d = grad(equilibrium)(p)
    np.testing.assert_allclose(d["b"], w, rtol=1e-9)
    np.testing.assert_allclose(d["m"], -np.outer(w, x), rtol=1e-9)
    along = direction(p, np.random.default_rng(3))
    tangent = np.sum(d["m"] * along["m"]) + np.sum(d["b"] * along["b"])
    np.testing.assert_allclose(jvp(equilibrium)((p,), along)[1], tangent, rtol=1e-9)


def of_an_array(a):
    return np.sum(fsolve(lambda x: x**3 + a[0] * x - a, np.ones(2)) ** 2)


def test_a_hessian_is_that_of_differences_of_the_gradient():
    a, step = np.array([0.8, 1.7]), 1e-5
    expected = [(grad(of_an_array)(a + d) - grad(of_an_array)(a - d)) / (2.0 * step) for d in step * np.eye(2)]
    np.testing.assert_allclose(hessian(of_an_array)(a), expected, rtol=1e-5, atol=1e-7)


def test_the_text_is_what_one_would_write():
    assert grad(with_args).specialize(1.3).source.endswith(
        '''\
def cubic_grad(x, a):
    """Gradient of `cubic` with respect to x."""
    dx = a + 3.0 * x * x
    return dx


def cubic_pullback(x, a, dout):
    # return x**3 + a * x - 1.0
    return dout * x


def with_args_grad(a):
    """Gradient of `with_args` with respect to a."""
    x = brentq(cubic, 0.0, 2.0, args=(a,))

    # return x * x
    dx = 2.0 * x
    # x = brentq(cubic, 0.0, 2.0, args=(a,))
    return cubic_pullback(x, a, -(dx / cubic_grad(x, a)))
'''
    )


def no_root(a):
    return np.sum(fsolve(lambda x: x**2 + a, np.ones(2)))


def no_root_of_an_object(a):
    return np.sum(root(lambda x: x**2 + a, np.ones(2)).x)


def no_scalar_root(a):
    return root_scalar(lambda x: x**2 + a, x0=1.0, maxiter=3).root


@pytest.mark.parametrize("f", [no_root, no_root_of_an_object, no_scalar_root])
@pytest.mark.parametrize("derivative", [grad, lambda f: lambda a: jvp(f)((a,), 1.0)])
def test_a_root_that_is_not_found_raises(f, derivative):
    with pytest.raises(RuntimeError, match="no root was found: "):
        derivative(f)(1.0)


def test_a_singular_matrix_raises():
    def at_zero(a):
        return root(lambda x: np.array([x[0] * a, x[1] ** 2 * a]), np.zeros(2)).x[0]

    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        grad(at_zero)(1.0)


def prints(a):
    def f(x):
        print(x)
        return x - a

    return brentq(f, -5.0, 5.0)


def least_squares(a):
    return root(lambda x: x**2 - a, np.ones(2), method="lm").x[0]


def own_matrix(a):
    return root(lambda x: x**2 - a, np.ones(2), jac=lambda x: np.diag(2.0 * x)).x[0]


def several_at_once(a):
    return newton(lambda x: x**2 - a, np.ones(2))[0]


def more_output(a):
    return fsolve(lambda x: x**2 - a, np.ones(2), full_output=True)[0][0]


def writes(a):
    buffer = np.zeros(2)

    def f(x):
        buffer[0] = x[0]
        return x**2 - a

    return fsolve(f, np.ones(2))[0]


def returns_a_number(a):
    return fsolve(lambda x: x[0] - a, 1.0)[0]


def other_attribute(a):
    return root(lambda x: x**2 - a, np.ones(2)).fun[0]


def as_a_value(a):
    return root(lambda x: x**2 - a, np.ones(2))


def wrong_arguments(a):
    return brentq(lambda x: x - a, 0.0)


def minimised(a):
    return optimize.minimize(lambda x: np.sum((x - a) ** 2), np.ones(2)).x[0]


REFUSED = {
    prints: ("brentq(f", "prints, or sets attributes"),
    least_squares: ("root(", "may find no root"),
    own_matrix: ("lambda x: np.diag", "the argument 'jac' of root is not supported yet"),
    several_at_once: ("newton(", "several numbers at once"),
    more_output: ("True", "the argument 'full_output' of fsolve"),
    writes: ("fsolve(", "writes into 'buffer'"),
    returns_a_number: ("fsolve(", "returns a number"),
    other_attribute: ("root(", "'fun' of the OptimizeResult is not supported yet"),
    as_a_value: ("return", "the OptimizeResult is used as a value here"),
    wrong_arguments: ("brentq(", "missing a required argument: 'b'"),
    minimised: ("optimize.minimize", "minimize is not supported yet"),
}


@pytest.mark.parametrize("f", REFUSED)
def test_what_is_not_supported_is_refused_at_its_place(f):
    place, what = REFUSED[f]
    with pytest.raises(errors.NotSupportedYet, match=re.escape(what)) as e:
        grad(f)(1.3)
    assert e.value.source_line[e.value.col - 1 :].startswith(place), e.value
    assert e.value.hint
