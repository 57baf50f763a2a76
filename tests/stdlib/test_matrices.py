"""Derivatives of decompositions and fits: against differences, in both modes, twice, and with JAX as the target."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import pullback
from pullback.runtime import places_in_order, through_cholesky
from tests.backends.ways import ways
from tests.stdlib import matrix_programs as programs

RNG = np.random.default_rng(5)
SQUARE, TALL, STACK = RNG.standard_normal((3, 3)), RNG.standard_normal((4, 3)), RNG.standard_normal((2, 3, 3))
CASES = {
    programs.lower_factor: SQUARE,
    programs.upper_factor: SQUARE,
    programs.factors_of_a_stack: STACK,
    programs.log_likelihood: SQUARE,
    programs.values_and_vectors: SQUARE,
    programs.vectors_alone: SQUARE,
    programs.values_alone: SQUARE,
    programs.values_by_name: SQUARE,
    programs.values_of_a_stack: STACK,
    programs.eigenvalues: SQUARE,
    programs.eigenvalues_of_a_stack: STACK,
    programs.of_the_third_power: SQUARE,
    programs.singular_values: TALL,
    programs.singular_vectors: TALL,
    programs.left_vectors: TALL,
    programs.right_vectors: TALL.T.copy(),
    programs.log_of_determinant: SQUARE,
    programs.log_by_name: STACK[0],
    programs.orthogonal_factor: TALL,
    programs.right_factor: TALL,
    programs.fit: TALL,
    programs.fit_of_columns: TALL,
    programs.shortest_solution: TALL,
    programs.rank: TALL,
    programs.in_a_loop: SQUARE,
    programs.written_into: SQUARE,
}
NO_TANGENT = {programs.singular_values: "full_matrices=False"}
NOT_JAX = (  # jax.grad refuses these, or has another value: full vectors, residuals, writes
    programs.written_into,
    programs.singular_values,
    programs.right_vectors,
    programs.left_vectors,
    programs.fit_of_columns,
)
each = pytest.mark.parametrize(("f", "x"), CASES.items(), ids=[f.__name__ for f in CASES])


def along(g: Any, x: Any, v: Any, h: float = 1e-5) -> float:
    return float((g(x + h * v) - g(x - h * v)) / (2 * h))


@each
def test_agrees_with_differences_in_both_modes(f: Any, x: Any) -> None:
    v = np.random.default_rng(1).standard_normal(x.shape)
    expected = along(f, x, v)
    value, gradient = pullback.value_and_grad(f)(x)
    assert value == f(x)
    assert gradient.shape == x.shape
    assert np.sum(gradient * v) == pytest.approx(expected, rel=1e-6)
    if f in NO_TANGENT:
        with pytest.raises(pullback.NotSupportedYet, match="in all of its vectors") as caught:
            pullback.jvp(f)((x,), v)
        assert NO_TANGENT[f] in caught.value.hint
        assert caught.value.line > 0
        return
    assert pullback.jvp(f)((x,), v)[1] == pytest.approx(expected, rel=1e-6)


@each
def test_the_second_derivative(f: Any, x: Any) -> None:
    rng = np.random.default_rng(2)
    v, w = rng.standard_normal(x.shape), rng.standard_normal(x.shape)

    gradient = pullback.grad(f)

    def first(y: Any) -> Any:
        return np.sum(gradient(y) * w)

    expected = along(first, x, v)
    again = pullback.vjp(gradient)(x)[1](w)
    assert np.sum(again * v) == pytest.approx(expected, rel=1e-5, abs=1e-8)


@each
def test_single_precision(f: Any, x: Any) -> None:
    gradient = pullback.grad(f)(x.astype(np.float32))
    wanted = pullback.grad(f)(x)
    if f not in (programs.lower_factor, programs.upper_factor) and "np.eye" not in inspect.getsource(f):
        assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, wanted, rtol=1e-2, atol=1e-2 * np.abs(wanted).max())


@pytest.mark.usefixtures("double_precision")
@each
def test_with_jax_as_the_target(f: Any, x: Any) -> None:
    jax = pytest.importorskip("jax")
    derived = pullback.value_and_grad(f, backend="jax")
    wanted_value, wanted = pullback.value_and_grad(f)(x)
    scope: dict[str, Any] = {}
    exec(compile(derived.specialize(x).source, "<jax>", "exec"), scope)
    for run in ways(f.__name__, derived, jax.jit(scope[f"{f.__name__}_value_and_grad"])):
        v, g = run(x)
        assert v == pytest.approx(wanted_value, rel=1e-9)
        assert g.dtype == wanted.dtype
        np.testing.assert_allclose(g, wanted, rtol=1e-7, atol=1e-9)
    if f not in NOT_JAX:
        np.testing.assert_allclose(wanted, jax.grad(of_jax(f))(x), rtol=1e-7, atol=1e-9)


def of_jax(f: Any) -> Any:
    """The same text, of which `np` is JAX's."""
    import jax.numpy as jnp

    scope = {"np": jnp, "Any": Any}
    exec(compile("from __future__ import annotations\n" + inspect.getsource(f), "<jax>", "exec"), scope)
    return scope[f.__name__]


def inverse_of(x: Any) -> Any:
    return np.linalg.pinv(x, hermitian=True)


def complete(x: Any) -> Any:
    return np.linalg.qr(x, mode="complete")[0]


def hermitian_values(x: Any) -> Any:
    return np.linalg.svd(x, hermitian=True)[1]


def all_vectors(x: Any) -> Any:
    return np.linalg.svd(x)[0]


def with_axes(x: Any) -> Any:
    return np.linalg.tensorsolve(x, np.ones(4), axes=(0,))


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("f", [inverse_of, complete, hermitian_values, all_vectors, with_axes])
def test_what_has_no_derivative_yet_is_refused_with_its_place(f: Any, backend: Any) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=r"np\.linalg") as caught:
        pullback.vjp(f, backend=backend).specialize(np.ones((2, 2, 4) if f is with_axes else (4, 4)))
    assert caught.value.line == inspect.getsourcelines(f)[1] + 1
    assert caught.value.col > 1
    assert caught.value.hint


@pytest.mark.parametrize("n", [64, 65, 130])
def test_large_factors_go_back_block_by_block(n: int) -> None:
    rng = np.random.default_rng(0)
    factor, ct = np.tril(rng.standard_normal((2, n, n))) + n * np.eye(n), rng.standard_normal((2, n, n))
    inverse, inner = np.linalg.inv(factor), factor.swapaxes(1, 2) @ np.tril(ct)
    middle = np.tril(inner) + np.tril(inner, -1).swapaxes(1, 2)
    expected = 0.5 * inverse.swapaxes(1, 2) @ middle @ inverse
    np.testing.assert_allclose(through_cholesky(ct, factor), expected, rtol=1e-10, atol=1e-14)
    given = ct.astype(np.float32), factor.astype(np.float32)
    assert through_cholesky(*given).dtype == np.float32


def test_equal_elements_stay_in_their_order() -> None:
    a = np.array([[2.0, 1.0, 2.0, 1.0], [0.0, np.nan, -0.0, 3.0]])
    np.testing.assert_array_equal(places_in_order(a, np.sort(a), -1), np.argsort(a, stable=True))
