"""Decompositions of complex matrices: against differences, in both modes, with JAX, and with JAX as the target."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import pullback
from tests.stdlib import complex_matrix_programs as programs
from tests.stdlib import complex_scipy_programs as of_scipy

RNG = np.random.default_rng(6)
Z = RNG.standard_normal((3, 3)) + 1j * RNG.standard_normal((3, 3))
V = RNG.standard_normal((3, 3)) + 1j * RNG.standard_normal((3, 3))
PROGRAMS = [f for f in vars(programs).values() if inspect.isfunction(f)] + [
    *(of_scipy.inverses, of_scipy.solutions, of_scipy.of_a_band, of_scipy.of_sylvester, of_scipy.factors),
    *(of_scipy.spectra, of_scipy.others),
]
ON_JAX = (
    *(programs.hermitian_vectors, programs.lower_factor, programs.singular_vectors, programs.orthogonal_factor),
    programs.pseudo_inverse, of_scipy.inverses, of_scipy.solutions, of_scipy.factors,
)
BOTH = programs.hermitian_vectors
each = pytest.mark.parametrize("f", PROGRAMS, ids=[f.__name__ for f in PROGRAMS])


@each
def test_agrees_with_differences_in_both_modes(f: Any) -> None:
    h = 1e-6
    expected = (f(Z + h * V) - f(Z - h * V)) / (2.0 * h)
    value, gradient = pullback.value_and_grad(f)(Z)
    assert value == f(Z)
    assert gradient.dtype == Z.dtype
    assert np.real(np.sum(gradient * V)) == pytest.approx(expected, rel=1e-6)
    assert pullback.jvp(f)((Z,), V)[1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.usefixtures("double_precision")
def test_agrees_with_jax_and_on_jax() -> None:
    jax = pytest.importorskip("jax")
    written = [pullback.grad(f, backend="jax") for f in ON_JAX]
    found = jax.jit(lambda z: [g(z) for g in written])(Z)
    scope = {"np": jax.numpy, "Any": Any}
    exec(compile("from __future__ import annotations\n" + inspect.getsource(BOTH), "<jax>", "exec"), scope)
    theirs = jax.jit(jax.grad(scope[BOTH.__name__]))(Z)
    np.testing.assert_allclose(pullback.grad(BOTH)(Z), theirs, rtol=1e-9, atol=1e-11)
    for f, g in zip(ON_JAX, found, strict=True):
        expected = pullback.grad(f)(Z)
        assert g.dtype == expected.dtype
        np.testing.assert_allclose(g, expected, rtol=1e-9, atol=1e-11, err_msg=f.__name__)


@pytest.mark.parametrize(
    "f",
    [programs.hermitian_vectors, programs.lower_factor, programs.singular_vectors, of_scipy.solutions],
)
def test_the_second_derivative(f: Any) -> None:
    gradient, w = pullback.grad(f), np.conj(V.T)

    def first(z: Any) -> Any:
        return np.real(np.sum(gradient(z) * w))

    h = 1e-5
    expected = (first(Z + h * V) - first(Z - h * V)) / (2.0 * h)
    assert np.real(np.sum(pullback.vjp(gradient)(Z)[1](w) * V)) == pytest.approx(expected, rel=1e-5)
    assert np.real(np.sum(pullback.hvp(f)((Z,), V) * w)) == pytest.approx(expected, rel=1e-5)


def test_numbers_of_32_bits_stay_so() -> None:
    for f in PROGRAMS:
        assert pullback.grad(f)(Z.astype(np.complex64)).dtype == np.complex64


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("f", [of_scipy.with_the_conjugate, of_scipy.of_a_hermitian_matrix])
def test_what_is_right_for_real_numbers_alone_is_refused(f: Any, backend: Any) -> None:
    for derivative in (pullback.grad(f, backend=backend), pullback.jvp(f, backend=backend)):
        with pytest.raises(pullback.NotSupportedYet, match=r"conjugated|complex") as caught:
            derivative.specialize(Z)
        assert caught.value.line == inspect.getsourcelines(f)[1] + 1
        assert caught.value.hint
