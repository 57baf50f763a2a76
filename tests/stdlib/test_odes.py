"""Initial value problems of SciPy: derivatives by the adjoint equation, and forward by that of the tangents."""

import re

import numpy as np
import pytest
from scipy.integrate import odeint, quad, solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq

import pullback
from pullback import errors, grad, hessian, hvp, jvp, value_and_grad, vjp
from pullback.runtime import still

TIMES = np.linspace(0.0, 2.0, 5)
P, START = np.array([1.1, 0.4, 0.3, 0.9]), np.array([1.2, 0.8])


def populations(t, y, a, b, c, d):
    return [a * y[0] - b * y[0] * y[1], c * y[0] * y[1] - d * y[1]]


def with_args(p, y0):
    sol = solve_ivp(populations, (0.0, 2.0), y0, t_eval=TIMES, args=(p[0], p[1], p[2], p[3]), rtol=1e-8, atol=1e-8)
    return np.sum(sol.y**2)


def closed_over(p, y0):
    def rhs(t, y):
        return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]])

    sol = solve_ivp(rhs, (0.0, 2.0), y0, rtol=1e-8, atol=1e-8)
    return np.sum(sol.y[:, -1] ** 2) if sol.success else 0.0


def lines(p, y0):
    y = odeint(lambda y, t, p: populations(t, y, *(p[k] for k in range(4))), y0, TIMES, args=(p,), rtol=1e-9, atol=1e-9)
    return np.sum(y[1:] ** 2)


def time_first(p, y0):
    return np.sum(odeint(lambda t, y: -p[0] * y * np.sin(t), y0, TIMES, tfirst=True, rtol=1e-9, atol=1e-9)[-1] ** 2)


def stiff(p, y0, method):
    def rhs(t, y):
        return np.array([-300.0 * p[0] * (y[0] - np.cos(p[1] * t)), p[2] * y[0] - p[3] * y[1]])

    sol = solve_ivp(rhs, (0.0, 1.0), y0, method, t_eval=[1.0], rtol=1e-7, atol=1e-9)
    return np.sum(sol.y**2)


def by_radau(p, y0):
    return stiff(p, y0, "Radau")


def by_bdf(p, y0):
    return stiff(p, y0, "BDF")


def slope(f, x, along, step=1e-5):
    return (f(x + step * along) - f(x - step * along)) / (2.0 * step)


@pytest.mark.parametrize("f", [with_args, closed_over, lines, time_first, by_radau, by_bdf])
def test_the_derivative_of_a_solution_is_that_of_differences(f):
    value, (dp, dy0) = value_and_grad(f, wrt=(0, 1))(P, START)
    assert value == f(P, START)
    along = np.array([0.3, -0.7, 0.2, 0.5])
    near = 3e-5 if f is by_bdf else 2e-6
    np.testing.assert_allclose(dp @ along, slope(lambda p: f(p, START), P, along), rtol=near)
    for k, e in enumerate(np.eye(2)):
        np.testing.assert_allclose(dy0[k], slope(lambda y: f(P, y), START, e), rtol=near, atol=near)
    moved = jvp(f)((P, START), along)
    assert moved[0] == value
    np.testing.assert_allclose(moved[1], dp @ along, rtol=near)


@pytest.mark.parametrize("f", [with_args, closed_over, lines])
def test_the_second_derivative_is_that_of_differences_of_the_gradient(f):
    for wrt, x, along in ((0, P, np.array([0.3, -0.7, 0.2, 0.5])), (1, START, np.array([1.0, -0.5]))):
        d = grad(f, wrt=wrt)

        def at(x, d=d, wrt=wrt):
            return d(x, START) if wrt == 0 else d(P, x)

        expected = slope(at, x, along, 1e-4)
        np.testing.assert_allclose(hvp(f, wrt=wrt)((P, START), along), expected, rtol=2e-5, atol=1e-5)


def test_a_hessian_is_made_of_products():
    h = hessian(with_args, wrt=1)(P, START)
    columns = [hvp(with_args, wrt=1)((P, START), e) for e in np.eye(2)]
    np.testing.assert_allclose(h, np.stack(columns, axis=1), rtol=1e-9)
    np.testing.assert_allclose(h, h.T, rtol=1e-6)


# where the derivative is known

M = np.array([[-0.5, 1.3, 0.0], [-1.0, -0.2, 0.4], [0.3, 0.0, -0.9]])


def linear(m, y0, k):
    sol = solve_ivp(lambda t, y: m @ y, (0.0, 2.0), y0, t_eval=TIMES, rtol=1e-10, atol=1e-12)
    return sol.y[k % 3, 1 + k // 3] + 0.0 * k


@pytest.mark.parametrize("k", [0, 4, 11])
def test_a_linear_system_has_the_derivatives_of_the_matrix_exponential(k):
    y0, t, row = np.array([1.0, -2.0, 0.5]), TIMES[1 + k // 3], k % 3
    dm, dy0 = grad(linear, wrt=(0, 1))(M, y0, k)
    np.testing.assert_allclose(dy0, expm(M * t)[row], rtol=1e-8)
    expected = np.zeros((3, 3))
    for place in np.ndindex(3, 3):
        e = np.zeros((3, 3))
        e[place] = 1.0
        both = expm(np.block([[M, e], [np.zeros((3, 3)), M]]) * t)
        expected[place] = (both[:3, 3:] @ y0)[row]
    np.testing.assert_allclose(dm, expected, rtol=1e-7, atol=1e-9)


def forgetful(p, rate):
    return solve_ivp(lambda t, y: -rate * (y - p * t), (0.0, 5.0), [1.0], rtol=1e-9, atol=1e-9).y[0, -1]


def test_a_solution_that_forgets_is_not_followed_backward():
    # the way back along the solution would magnify an error by exp(100)
    dp, drate = grad(forgetful, wrt=(0, 1))(0.7, 20.0)
    np.testing.assert_allclose(dp, 5.0 - 1.0 / 20.0, rtol=1e-7)
    np.testing.assert_allclose(drate, 0.7 / 400.0, rtol=1e-5)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_the_adjoint_is_as_good_in_other_units(size):
    def decay(k, y0):
        return np.sum(solve_ivp(lambda t, y: -k * size * y, (0.0, 2.0), y0, t_eval=[1.0, 2.0], rtol=1e-8, atol=0.0).y)

    dk, dy0 = grad(decay, wrt=(0, 1))(0.8 / size, np.array([3.0 * size]))
    np.testing.assert_allclose(dk, -3.0 * size * size * (np.exp(-0.8) + 2.0 * np.exp(-1.6)), rtol=1e-6)
    np.testing.assert_allclose(dy0, np.exp(-0.8) + np.exp(-1.6), rtol=1e-6)


# programs around it


class Model:
    def __init__(self, k):
        self.k = k

    def rhs(self, t, y, a):
        return -self.k * a * y + np.sin(t)


def method(a):
    model = Model(2.0 * a)
    sol = solve_ivp(model.rhs, (0.0, 1.0), np.ones(3), args=(a,), t_eval=np.array([0.3, 1.0]), rtol=1e-9, atol=1e-9)
    return np.sum(sol.y**3)


def structure(a):
    p = {"a": a, "m": np.array([[0.0, 1.0], [-1.0, -0.1]]) * a, "n": 2}

    def rhs(t, y, p):
        return p["m"] @ y * p["n"] + p["a"]

    return np.sum(solve_ivp(rhs, (0.0, 1.0), [1.0, a], args=(p,), t_eval=[1.0], rtol=1e-9, atol=1e-9).y)


def backward_in_time(a):
    sol = solve_ivp(lambda t, y: -a * y, (2.0, 0.0), np.array([1.0, 2.0]), t_eval=[1.5, 0.5], rtol=1e-9, atol=1e-9)
    return np.sum(np.log(sol.y))


def from_one_to_the_next(a):
    total, y = 0.0, np.array([1.0, 0.5])
    for k in range(3):
        sol = solve_ivp(lambda t, y: np.array([a * y[1], -k * y[0]]), (0.0, 1.0), y, t_eval=[0.5, 1.0], **TIGHT)
        y = sol.y[:, -1]
        total += np.sum(sol.y[:, 0] * sol.t[0])
    return total


TIGHT = {"rtol": 1e-9, "atol": 1e-9}


def in_a_branch(a):
    if a > 1.0:
        sol = solve_ivp(lambda t, y: -a * y, (0.0, 2.0), [1.0], t_eval=[1.0], rtol=1e-9, atol=1e-9)
    else:
        sol = solve_ivp(lambda t, y: -a * y * y, (0.0, 2.0), [1.0], t_eval=[1.0], rtol=1e-9, atol=1e-9)
    return sol.y[0, 0] * a


def simulated(a, n):
    return solve_ivp(lambda t, y: -a * y**n, (0.0, 1.0), np.ones(2), t_eval=TIMES / 2, rtol=1e-9, atol=1e-9).y


def called(a):
    return np.sum(simulated(a, 1)[:, 2] * simulated(2.0 * a, 2)[:, -1])


def written_by_a_loop(a):
    def rhs(t, y):
        out = np.zeros(2)
        for i in range(2):
            out[i] = -a * y[i] * (i + 1)
        return out

    sol = solve_ivp(rhs, (0.0, 2.0), np.ones(2), t_eval=TIMES, rtol=1e-9, atol=np.array([1e-9, 1e-10]))
    return np.sum(sol.y)


def shot(a):
    def miss(v):
        return solve_ivp(lambda t, y: [y[1], -a * y[0]], (0.0, 1.0), [0.0, v], t_eval=[1.0], **TIGHT).y[0, 0] - 1.0

    return brentq(miss, 0.0, 5.0, xtol=1e-13)


def constant_slope(a):
    return np.sum(solve_ivp(lambda t, y: [y[1], 0], (0, 2), [1, a], t_eval=[1, 2], rtol=1e-9, atol=1e-9).y)


def over_own_times(a, n):
    times = np.linspace(0.0, 1.0, n)
    sol = solve_ivp(lambda t, y: -a * y * y, (times[0], times[-1]), np.ones(2), t_eval=times, **TIGHT)
    return sol.y


def times_in_a_function(a):
    return np.sum(over_own_times(a, 4) ** 2)


def changed_afterwards(a):
    y0, w = np.ones(2) * a, np.array([1.0, 2.0]) * a
    y = solve_ivp(lambda t, y: -w * y, (0.0, 1.0), y0, t_eval=[0.0, 1.0], rtol=1e-9, atol=1e-9).y
    y0 += 1.0
    w[0] = 5.0
    y[1] *= a
    return np.sum(y) * y0[0] + w[0] * w[1]


def no_times(a):
    return np.sum(solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(2), t_eval=[]).y) + a


PROGRAMS = [
    method, structure, backward_in_time, from_one_to_the_next, in_a_branch, called, written_by_a_loop, shot,
    constant_slope, times_in_a_function, changed_afterwards,
    no_times,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
def test_the_function_may_be_any_and_anywhere(f):
    value, da = value_and_grad(f)(1.5)
    assert value == f(1.5)
    assert isinstance(da, float)
    np.testing.assert_allclose(da, slope(f, 1.5, 1.0), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(jvp(f)((1.5,), 1.0)[1], da, rtol=1e-6)
    twice = slope(grad(f), 1.5, 1.0, 1e-4)
    np.testing.assert_allclose(hvp(f)((1.5,), 1.0), twice, rtol=1e-4, atol=1e-6)


def test_what_is_handed_on_keeps_its_dtype():
    def loss(w, y0):
        sol = solve_ivp(lambda t, y: np.tanh(w @ y), (0.0, 1.0), y0, t_eval=[0.5, 1.0], rtol=1e-6)
        return np.sum(sol.y)

    w, y0 = np.array([[0.3, -1.0], [0.8, 0.1]], np.float32), np.array([1.0, -0.5], np.float32)
    dw, dy0 = grad(loss, wrt=(0, 1))(w, y0)
    assert dw.dtype == dy0.dtype == np.float32
    wide = grad(loss, wrt=(0, 1))(w.astype(float), y0.astype(float))
    np.testing.assert_allclose(dw, wide[0], rtol=1e-4)
    np.testing.assert_allclose(dy0, wide[1], rtol=1e-4)


def at_the_end(p, y0):
    def rhs(t, y):
        return np.array([p[0] * y[0] - p[1] * y[1], p[2] * y[0]])

    sol = solve_ivp(rhs, (0.0, 2.0), y0, rtol=1e-8)
    return np.sum(sol.y[:, -1] ** 2)


def test_the_text_is_what_one_would_write():
    assert grad(at_the_end, wrt=(0, 1)).specialize(P, START).source.endswith(
        '''\
def at_the_end_grad(p, y0):
    """Gradient of `at_the_end` with respect to (p, y0)."""
    sol = solve_ivp(rhs, (0.0, 2.0), y0, args=(p,), rtol=1e-08)

    # return np.sum(sol.y[:, -1] ** 2)
    dy = np.zeros_like(sol.y)
    dy[:, -1] += 2.0 * sol.y[:, -1]
    # sol = solve_ivp(rhs, (0.0, 2.0), y0, rtol=1e-8)
    dy0, dp = solve_adjoint(
        rhs, rhs_pullback, (0.0, 2.0), y0, dy, args=(p,), rtol=1e-08
    )
    return dp, dy0
'''
    )


# what is refused


def no_solution(a):
    return np.sum(solve_ivp(lambda t, y: a * y * y, (0.0, 2.0), np.ones(1), t_eval=[0.1, 2.0]).y)


def test_a_solution_that_is_not_found_raises():
    with pytest.raises(RuntimeError, match="no solution was found: Required step size"):
        grad(no_solution)(1.5)


def nothing_where_there_is_none(a):
    sol = solve_ivp(lambda t, y: a * y * y, (0.0, 2.0), np.ones(1), t_eval=[0.1, 2.0])
    return np.sum(sol.y) if sol.success else a


def test_nothing_is_solved_where_nothing_comes_back():
    assert grad(nothing_where_there_is_none)(1.5) == 1.0
    value, pull = vjp(simulated)(0.7, 1)
    assert np.isnan(pull(np.full_like(value, np.nan)))


def every_time(a):
    return np.sum(solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1)).y)


def test_times_that_the_solver_chooses_have_no_derivative():
    with pytest.raises(ValueError, match="where times are left to the solver"):
        grad(every_time)(1.5)
    assert np.isnan(jvp(every_time)((1.5,), 1.0)[1])


def test_times_that_move_after_all_raise():
    times = np.array([0.0, 1.0])
    assert still(times, np.zeros(2)) is times
    with pytest.raises(ValueError, match="in its times"):
        still(times, np.ones(2))


def free_times(a):
    sol = solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1))
    return sol.y[0, -1] + np.sum(sol.t)


def until(a):
    return solve_ivp(lambda t, y: -y, (0.0, a), np.ones(1)).y[0, -1]


def at_times(a):
    return solve_ivp(lambda t, y: -y, (0.0, 9.0), np.ones(1), t_eval=[0.5, a]).y[0, -1]


def at_lines(a):
    return odeint(lambda y, t: -y, np.ones(1), TIMES * a)[-1, 0]


def number(a):
    return solve_ivp(lambda t, y: -a * y[0], (0.0, 2.0), np.ones(1)).y[0, -1]


def event(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1), events=lambda t, y: y[0]).y[0, -1]


def dense(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1), dense_output=True).sol(1.0)[0]


def unknown_method(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1), method="Euler").y[0, -1]


def complex_unknowns(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1) + 0j).y[0, -1].real


def whole(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1))


def other_fields(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones(1)).njev + a


def matrix_of_unknowns(a):
    return solve_ivp(lambda t, y: -a * y, (0.0, 2.0), np.ones((2, 2))).y[0, -1]


def more_output(a):
    return odeint(lambda y, t: -a * y, np.ones(1), TIMES, full_output=True)[0][-1, 0]


def integral(a):
    return pullback.grad(lambda b: solve_ivp(lambda t, y: -b * y, (0.0, 1.0), np.ones(1)).y[0, -1])(a)


REFUSED = {
    free_times: ("sol", "the times that the solver has chosen"),
    until: ("return", "the derivative of solve_ivp in its times"),
    at_times: ("return", "the derivative of solve_ivp in its times"),
    at_lines: ("return", "the derivative of odeint in its times"),
    number: ("solve_ivp", "returns a number"),
    event: ("lambda t, y: y[0]", "the argument 'events' of solve_ivp"),
    dense: ("True", "the argument 'dense_output' of solve_ivp"),
    unknown_method: ("solve_ivp", "the method is not one that is known"),
    complex_unknowns: ("solve_ivp", "unknowns that are complex"),
    whole: ("return", "the OptimizeResult is used as a value"),
    other_fields: ("solve_ivp", "'njev' of the OptimizeResult"),
    matrix_of_unknowns: ("solve_ivp", "y0 is not known to be an array of one axis"),
    more_output: ("True", "the argument 'full_output' of odeint"),
    integral: ("return", "the gradient of an initial value problem is differentiated backward"),
}


@pytest.mark.parametrize("f", REFUSED)
def test_what_is_not_supported_is_refused_at_its_place(f):
    place, what = REFUSED[f]
    with pytest.raises(errors.NotSupportedYet, match=re.escape(what)) as e:
        grad(f)(1.3)
    assert e.value.hint
    assert e.value.source_line.strip().startswith(place) or e.value.source_line[e.value.col - 1 :].startswith(place)


def test_a_vector_jacobian_product_may_be_asked_for_again_and_again():
    value, pull = vjp(simulated)(0.7, 1)
    np.testing.assert_allclose(value, simulated(0.7, 1))
    ct = np.zeros_like(value)
    for k in range(2):
        ct[0, 2 + k] = 1.0
        t = TIMES[2 : 3 + k] / 2
        np.testing.assert_allclose(pull(ct), np.sum(-t * np.exp(-0.7 * t)), rtol=1e-7)


def test_integrals_of_functions_are_refused_with_a_way_round():
    with pytest.raises(errors.NotSupportedYet, match="quad is not supported yet") as e:
        grad(lambda a: quad(lambda x: a * x, 0.0, 1.0)[0])(1.3)
    assert "leggauss" in e.value.hint
