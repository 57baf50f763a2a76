"""Solvers of SciPy on JAX: the same derivatives as for NumPy, NaN where there is none, and what is refused."""

import functools
import re

import numpy as np
import pytest
from scipy.integrate import odeint, solve_ivp
from scipy.optimize import brentq, fixed_point, fsolve, newton, root

from pullback import errors, grad, hvp, value_and_grad

jax = pytest.importorskip("jax")

TIMES = np.array([0.0, 0.5, 1.0])
P, START = np.array([1.1, 0.4, 0.3, 0.9]), np.array([1.2, 0.8])


def populations(t, y, p):
    return [p["r"][0] * y[0] - p["r"][1] * y[0] * y[1], p["r"][2] * y[0] * y[1] - p["r"][3] * y[1] * p["n"]]


def columns(p, y0):
    """A structure with an integer is handed on, and time runs backward from the first of the times."""
    rates = {"r": p, "n": 1}
    sol = solve_ivp(populations, (1.0, 0.0), y0, t_eval=TIMES[::-1], args=(rates,), rtol=1e-8, atol=1e-8)
    return np.sum(sol.y**2) * sol.t[0]


def lines(p, y0):
    y = odeint(lambda y, t: [p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]], y0, TIMES)
    return np.sum(y**2)


def roots(p, y0):
    x = fsolve(lambda x: x**2 + p[0] - 3.0 * y0, np.ones(2))
    sol = root(lambda x, a: [x[0] * x[1] - a, x[0] - 2.0 * x[1]], x, args=(p[1],))
    number = newton(lambda x: x**3 + p[0] * x - p[2], 1.0)
    return np.sum(x**2) + (sol.x[0] * number if sol.success else 0.0)


@functools.cache
def compiled(f):
    return jax.jit(value_and_grad(f, wrt=(0, 1), backend="jax"))


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("f", [columns, roots])
def test_derivatives_are_those_for_numpy(f):
    value, (dp, dy0) = value_and_grad(f, wrt=(0, 1))(P, START)
    found, (jax_dp, jax_dy0) = compiled(f)(P, START)
    for x, y in ((found, value), (jax_dp, dp), (jax_dy0, dy0)):
        assert np.shape(x) == np.shape(y)
        np.testing.assert_allclose(x, y, rtol=1e-6)


@pytest.mark.usefixtures("double_precision")
def test_there_is_no_gradient_where_a_solution_forgets_how_it_began():
    p = np.array([40.0, 0.0, 0.0, -40.0])
    value, gradients = compiled(columns)(p, START)
    np.testing.assert_allclose(value, columns(p, START), rtol=1e-6)
    assert all(np.all(np.isnan(d)) for d in gradients)
    assert all(np.all(np.isfinite(d)) for d in grad(columns, wrt=(0, 1))(p, START))


@pytest.mark.usefixtures("double_precision")
def test_what_is_made_of_no_root_is_nan():
    value, (dp, dy0) = compiled(roots)(np.array([9.0, 0.4, 0.3, 0.9]), START)
    assert np.isnan(value)
    assert np.isnan(dp[0])
    assert np.all(np.isnan(dy0))


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("f", [lines, lambda a, y0: np.sum(fsolve(lambda x: x**3 + a[0] * x - y0, np.ones(2)))])
def test_second_derivatives_go_forward_over_the_gradient(f):
    expected = hvp(f)((P, START), P)
    np.testing.assert_allclose(jax.jit(hvp(f, backend="jax"))((P, START), P), expected, rtol=1e-5, atol=1e-6)


def bracketed(a):
    return brentq(lambda x: x**3 - a, 0.0, 2.0)


def iterated(a):
    return fixed_point(lambda x: np.cos(a * x), 1.0)


def from_a_number(a):
    return fsolve(lambda x: x**2 - a, 1.0)[0]


def free_times(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 1.0), [1.0]).y[0, -1]


def by_radau(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 1.0), [1.0], "Radau", t_eval=[1.0]).y[0, -1]


def with_a_longest_step(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 1.0), [1.0], t_eval=[1.0], max_step=0.1).y[0, -1]


def branching(a):
    def f(x):
        if x[0] > 9.0:
            raise ValueError(x)
        return x - a

    return fsolve(f, np.ones(1))[0]


REFUSED = {
    bracketed: "scipy.optimize.brentq cannot be written for JAX",
    iterated: "scipy.optimize.fixed_point cannot be written for JAX",
    from_a_number: "fsolve that begins with a number",
    free_times: "solve_ivp whose times are left to the solver",
    by_radau: "solve_ivp with the method 'Radau'",
    with_a_longest_step: "the argument 'max_step' of solve_ivp",
    branching: "'raise' of a traced value",
}


@pytest.mark.parametrize("f", REFUSED)
def test_what_has_no_form_is_refused_at_its_place(f):
    with pytest.raises(errors.NotSupportedYet, match=re.escape(REFUSED[f])) as e:
        grad(f, backend="jax")(1.3)
    assert e.value.line
    assert e.value.hint


def test_the_text_is_what_one_would_write():
    source = grad(lines, wrt=(0, 1), backend="jax").specialize(P, START).source
    assert source.endswith(
        '''\
def lines_grad(p, y0):
    """Gradient of `lines` with respect to (p, y0)."""
    y = odeint(anonymous, y0, TIMES, args=(p,))

    # return np.sum(y**2)
    dy = 2.0 * y
    # y = odeint(lambda y, t: [p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] ...
    dy0, dp = odeint_adjoint(anonymous, anonymous_pullback, y0, TIMES, dy, args=(p,))
    return dp, dy0
'''
    ), source
