"""Fourier transforms in programs: against differences, in both modes, twice, for all directions, and on JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends.ways import ways
from tests.stdlib import spectral_programs as programs

X = np.random.default_rng(6).standard_normal(5)
SCALAR = (programs.power, programs.power_of_half, programs.smooth_image, programs.steps)
ARRAY = (programs.filtered, programs.convolved, programs.slope)


def along(f: Any, v: Any, h: float = 1e-5) -> Any:
    return (f(X + h * v) - f(X - h * v)) / (2 * h)


@pytest.mark.parametrize("f", SCALAR)
def test_gradients_and_hessians(f: Any) -> None:
    v = np.random.default_rng(7).standard_normal(5)
    gradient = pullback.grad(f)
    assert gradient(X).dtype == np.float64
    assert np.sum(gradient(X) * v) == pytest.approx(along(f, v), rel=1e-6)
    assert pullback.jvp(f)((X,), v)[1] == pytest.approx(along(f, v), rel=1e-6)
    wanted = along(gradient, v)
    np.testing.assert_allclose(pullback.hvp(f)((X,), v), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(pullback.hessian(f)(X) @ v, wanted, rtol=1e-5, atol=1e-6)
    if f is not programs.steps:  # its loop goes over to float64
        assert gradient(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("f", ARRAY)
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobians(f: Any, mode: Any) -> None:
    derivative = pullback.jacobian(f, mode=mode)
    v = np.random.default_rng(8).standard_normal(5)
    np.testing.assert_allclose(derivative(X) @ v, along(f, v), rtol=1e-6, atol=1e-8)
    assert "for " not in derivative.source


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("f", SCALAR)
def test_with_jax_as_the_target(f: Any) -> None:
    jax = pytest.importorskip("jax")
    derived = pullback.grad(f, backend="jax")
    wanted = pullback.grad(f)(X)
    for run in ways(f.__name__, derived, jax.jit(derived)):
        found = run(X)
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-11)


def twice(x: Any) -> Any:
    return np.fft.fftn(x, s=(3, 3), axes=(0, 0))


def real_twice(x: Any) -> Any:
    return np.fft.rfftn(x, axes=(0, 0))


@pytest.mark.parametrize("f", [twice, real_twice])
def test_a_transform_twice_along_one_axis_with_lengths_is_refused(f: Any) -> None:
    with pytest.raises(pullback.NotSupportedYet, match="twice along one axis") as caught:
        pullback.vjp(f).specialize(X)
    assert caught.value.line == f.__code__.co_firstlineno + 1
