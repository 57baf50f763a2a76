"""Derivatives of `jvp` and `hvp`, as functions of their two parameters: all primals, as a tuple, and the tangents."""

import numpy as np
import pytest

from pullback import errors, grad, hessian, hvp, jacobian, jvp, linearize, value_and_grad, vjp
from tests.behaviour import identical

X, V, CT = np.array([0.3, 0.5, 0.9]), np.array([1.0, -2.0, 0.5]), np.array([0.2, 0.3, -1.0])


def wave(x, a):
    return np.sin(x) * np.exp(a * x)


def energy(x, k):
    return k * np.sum(np.sin(x) ** 3)


def power(x, k):
    return np.sum(x**k)


def looping(x, a):
    for _ in range(3):
        x = a * x * (1.0 - x)
    return x


def of_dict(d, k=2.0):
    return np.sum(d["u"] ** 3 * d["v"]) * k


@pytest.mark.parametrize("f", [wave, looping])
def test_orders_agree(f):
    x, a = 0.7, 0.3
    assert grad(hvp(f))((x, a), 1.0)[0] == pytest.approx(grad(grad(grad(f)))(x, a), rel=1e-10)
    assert grad(hvp(f))((x, a), 1.0)[1] == pytest.approx(grad(grad(grad(f)), wrt="a")(x, a), rel=1e-10)
    assert grad(hvp(f), wrt="tangents")((x, a), 1.0) == pytest.approx(grad(grad(f))(x, a), rel=1e-10)
    assert grad(grad(hvp(f), wrt=1), wrt=1)((x, a), 1.0) == pytest.approx(0.0, abs=1e-12)
    (out, d), (d2, dd) = jvp(jvp(f))(((x, a), 1.0), (1.0, 0.0))
    assert (out, d) == jvp(f)((x, a), 1.0)
    assert (d2, dd) == pytest.approx((d, grad(grad(f))(x, a)), rel=1e-10)


@pytest.mark.parametrize("wrt", [0, 1, (0, 1), ("tangents", "primals")])
@pytest.mark.parametrize("derivative", [jvp(wave), jvp(wave, wrt=("a", "x")), hvp(energy), hvp(energy, wrt=(0, 1))])
def test_agrees_with_a_function_that_calls_it(derivative, wrt):
    x, k = X, 0.3
    tangents = {0: V, (0, 1): (V, 0.5), ("a", "x"): (0.5, V)}[derivative._order.wrt]
    out, pull = vjp(derivative, wrt=wrt)((x, k), tangents)
    _, pull_called = vjp(lambda primals, tangents: derivative(primals, tangents), wrt=wrt)((x, k), tangents)
    assert identical(out, derivative((x, k), tangents))
    ct = (CT, CT * 2.0) if derivative._order.mode == "jvp" else (CT, 0.5) if isinstance(out, tuple) else CT
    for got, expected in zip(_flat(pull(ct)), _flat(pull_called(ct)), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def _flat(x):
    return [leaf for part in x for leaf in _flat(part)] if isinstance(x, tuple) else [x]


def test_matrices():
    np.testing.assert_allclose(jacobian(hvp(energy), wrt=1)((X, 2.0), V), hessian(energy)(X, 2.0), rtol=1e-12)
    reverse = jacobian(hvp(energy), wrt="tangents", mode="reverse")((X, 2.0), V)
    np.testing.assert_allclose(reverse, hessian(energy)(X, 2.0), rtol=1e-12)


def test_forwards_and_backwards_agree():
    value, moved = jvp(hvp(energy), wrt=(0, 1))(((X, 2.0), V), ((CT, 0.7), X))
    _, linear = linearize(hvp(energy), wrt=(0, 1))((X, 2.0), V)
    np.testing.assert_allclose(linear(((CT, 0.7), X)), moved, rtol=1e-12)
    (dx, dk), dv = vjp(hvp(energy), wrt=(0, 1))((X, 2.0), V)[1](V)
    assert np.sum(V * moved) == pytest.approx(np.sum(dx * CT) + dk * 0.7 + np.sum(dv * X), rel=1e-12)
    np.testing.assert_array_equal(value, hvp(energy)((X, 2.0), V))


def test_what_carries_no_derivative_has_none():
    dx, dk = vjp(hvp(power))((X, 3), V)[1](CT)
    np.testing.assert_allclose(dx, 6.0 * V * CT)
    assert dk is None


def test_structures_and_defaults():
    d, t = {"u": X, "v": V}, {"u": CT, "v": X}
    out, pull = vjp(hvp(of_dict), wrt=(0, 1))((d,), t)
    (dd, dk), dt = pull({"u": X, "v": V})
    assert identical(out, hvp(of_dict)((d,), t))
    product = hvp(of_dict)((d,), {"u": X, "v": V})
    assert np.sum(product["u"] * CT) == pytest.approx(np.sum(dt["u"] * CT), rel=1e-12)
    assert dk == pytest.approx(np.sum(X * out["u"] + V * out["v"]) / 2.0, rel=1e-12)
    assert dd["u"].shape == X.shape


class Scaled:
    def __init__(self, w):
        self.w = w

    def energy(self, x):
        return self.w * np.sum(x**3)


def test_of_a_method():
    np.testing.assert_allclose(jacobian(hvp(Scaled(2.0).energy), wrt=1)((X,), V), np.diag(12.0 * X))


def inside(x, a):
    px, pa = grad(hvp(wave))((x, a), 1.0)
    t = grad(hvp(wave), wrt=1)((x, a), 2.0)
    (o, d), (o2, d2) = jvp(jvp(wave), wrt=(0, 1))(((x, a), 1.0), ((1.0, 0.5), 0.3))
    _, pull = vjp(jvp(wave, wrt=(0, 1)), wrt=("primals", "tangents"))((x, a), (1.0, a))
    (bx, ba), (tx, ta) = pull((0.3, 0.7))
    return px * pa + t + o * d * o2 * d2 + bx * ba * tx * ta


def test_inside_of_a_function():
    x, a, h = 0.7, 0.3, 1e-6
    value, (dx, da) = value_and_grad(inside, wrt=(0, 1))(x, a)
    assert value == pytest.approx(inside(x, a), rel=1e-13)
    assert dx == pytest.approx((inside(x + h, a) - inside(x - h, a)) / (2 * h), rel=1e-7)
    assert da == pytest.approx((inside(x, a + h) - inside(x, a - h)) / (2 * h), rel=1e-7)
    assert jvp(inside, wrt=(0, 1))((x, a), (1.0, 0.5))[1] == pytest.approx(dx + 0.5 * da, rel=1e-12)


def test_the_text_has_the_two_parameters():
    derivative = grad(hvp(wave)).specialize((0.7, 0.3), 1.0)
    assert "def wave_hvp_grad(primals, tangents):" in derivative.source
    assert "x, a = primals" in derivative.source
    assert derivative.signatures == ("x: float, a: float",)


def test_a_pair_has_no_gradient():
    with pytest.raises(errors.NotScalar, match="the result of 'wave_jvp' is not a scalar but a tuple") as caught:
        grad(jvp(wave))((0.7, 0.3), 1.0)
    assert "vjp" in caught.value.hint


def test_wrong_calls():
    derivative = grad(hvp(wave))
    with pytest.raises(TypeError, match="too many positional arguments"):
        derivative(0.7, 0.3, 1.0)
    with pytest.raises(TypeError, match="the arguments are given as a tuple, not as float"):
        derivative(0.7, 1.0)
    with pytest.raises(TypeError, match="the tangent of 'x' must have the shape of the argument"):
        derivative((0.7, 0.3), X)
    with pytest.raises(errors.WrtError, match="wrt='x' names no parameter of 'wave_hvp'"):
        grad(hvp(wave), wrt="x")
