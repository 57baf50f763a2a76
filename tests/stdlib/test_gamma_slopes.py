"""The incomplete gamma function in its first argument: against values to 40 digits, at its ends, and on JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import pullback
from pullback.runtime import gammainc_in_a

VALUES = np.array(
    [
        (1e-6, 1e-6, -13.238122286642557), (0.01, 0.003, -4.982965076876499), (0.3, 1.6, -0.15984174248026156),
        (1.0, 1.0, -0.4317297106348987), (1.5, 8.5, -0.0015652483779789723), (5.0, 5e-6, -3.622951168102847e-28),
        (30.0, 151.0, -9.380099765103796e-34), (100.0, 106.0, -0.03261198988198959),
        (1000.0, 950.0, -0.003551127164809476), (10000.0, 10501.0, -2.066828659141989e-08),
    ]
)  # fmt: skip


@pytest.mark.filterwarnings("error")
def test_it_keeps_its_digits() -> None:
    a, x, expected = VALUES.T
    np.testing.assert_allclose(gammainc_in_a(a, x), expected, rtol=2e-12)


@pytest.mark.filterwarnings("error")
def test_at_the_ends() -> None:
    np.testing.assert_array_equal(gammainc_in_a(1.5, np.array([0.0, np.inf, 1e5])), [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(gammainc_in_a(np.array([0.0, -1.0, np.nan, 1.0]), 1.0)[:3], [np.nan] * 3)
    assert np.isnan(gammainc_in_a(1.0, -1.0))
    assert gammainc_in_a(np.ones(0), 1.0).shape == (0,)
    assert gammainc_in_a(np.float32(1.5), 2.0).dtype == np.float32
    assert gammainc_in_a(1.5, 2.0).dtype == gammainc_in_a(np.int64(2), np.float32(2.0)).dtype == np.float64


def of_shapes(x: Any, a: Any) -> Any:
    waiting = stats.gamma.cdf(x, a, 0.1, 1.3) * stats.chi2.sf(x, a) + stats.gamma.cdf(x - 1.0, a)
    return np.sum(waiting) + special.gammaincc(a, x[0]) ** 2


def of_inverses(x: Any, a: Any) -> Any:
    return np.sum(stats.invgamma.cdf(x, a) * stats.gamma.ppf(0.1 * x, a, 0.1, 1.3) + stats.chi2.isf(0.1 * x, a))


X = np.array([0.3, 1.5, 6.0])


@pytest.mark.parametrize("f", [of_shapes, of_inverses])
def test_shapes_of_distributions(f: Any) -> None:
    h, gradient = 1e-6, pullback.grad(f, wrt=1)
    slope = (f(X, 3.2 + h) - f(X, 3.2 - h)) / (2 * h)
    assert gradient(X, 3.2) == pytest.approx(slope, rel=1e-7)
    assert pullback.jvp(f, wrt=1)((X, 3.2), 1.0)[1] == pytest.approx(slope, rel=1e-7)
    mixed = (gradient(X + h, 3.2) - gradient(X - h, 3.2)) / (2 * h)
    assert pullback.jvp(gradient)((X, 3.2), np.ones(3))[1] == pytest.approx(mixed, rel=1e-6)


def curved(x: Any, a: Any) -> Any:
    return np.sum(special.gammainc(a, x))


@pytest.mark.usefixtures("double_precision")
def test_on_jax() -> None:
    jax = pytest.importorskip("jax")
    a, x = np.append(VALUES[:6, 0], 2.0), np.append(VALUES[:6, 1], 0.0)
    found = jax.jit(pullback.grad(curved, wrt=1, backend="jax"))(x, a)
    np.testing.assert_allclose(found, pullback.grad(curved, wrt=1)(x, a), rtol=1e-10)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_there_is_no_second_derivative_in_the_shape(backend: Any) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="gammainc_in_a") as caught:
        pullback.hvp(curved, wrt=1, backend=backend).specialize(X, 3.2)
    assert caught.value.line == curved.__code__.co_firstlineno + 1
    assert "stop_gradient" in (caught.value.hint or "")
