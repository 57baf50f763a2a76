"""Programs with `scipy.linalg` and `scipy.signal`: against the same in NumPy, against differences, and with JAX."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import linalg, signal

import pullback

RNG = np.random.default_rng(8)
X, B, V = RNG.standard_normal((3, 3)), RNG.standard_normal((3, 2)), RNG.standard_normal(3)
each_backend = pytest.mark.parametrize("backend", ["numpy", "jax"])


def definite(x: Any) -> Any:
    return x @ x.T + 3.0 * np.eye(3)


def lower_factor(x, b):
    return np.sum(linalg.cholesky(x @ x.T + 3.0 * np.eye(3), lower=True) @ b)


def upper_factor(x, b):
    return np.sum(np.sin(linalg.cholesky(x @ x.T + 3.0 * np.eye(3))) @ b)


def likelihood(x, b):
    c = linalg.cho_factor(x @ x.T + 3.0 * np.eye(3), lower=True)
    return np.sum(b * linalg.cho_solve(c, b)) + 2.0 * np.sum(np.log(np.diag(c[0])))


def upper_likelihood(x, b):
    c, low = linalg.cho_factor(x @ x.T + 3.0 * np.eye(3))
    return np.sum(b * linalg.cho_solve((c, low), b, check_finite=False)) + 2.0 * np.sum(np.log(np.diag(c)))


def plain_likelihood(x, b):
    k = x @ x.T + 3.0 * np.eye(3)
    return np.sum(b * np.linalg.solve(k, b)) + np.linalg.slogdet(k)[1]


def positive(x, b):
    return np.sum(linalg.solve(x @ x.T + 3.0 * np.eye(3), b, assume_a="pos") ** 2)


def symmetric(x, b):
    return np.sum(linalg.solve(x + x.T + 9.0 * np.eye(3), b, assume_a="sym", lower=True) ** 2)


def plain_symmetric(x, b):
    return np.sum(np.linalg.solve(x + x.T + 9.0 * np.eye(3), b) ** 2)


def plain_positive(x, b):
    return np.sum(np.linalg.solve(x @ x.T + 3.0 * np.eye(3), b) ** 2)


def plain_lower_factor(x, b):
    return np.sum(np.linalg.cholesky(x @ x.T + 3.0 * np.eye(3)) @ b)


def plain_upper_factor(x, b):
    return np.sum(np.sin(np.linalg.cholesky(x @ x.T + 3.0 * np.eye(3)).T) @ b)


def twice_solved(x, b):
    lu = linalg.lu_factor(x + 4.0 * np.eye(3))
    return np.sum(linalg.lu_solve(lu, linalg.lu_solve(lu, b), trans=1) ** 2)


def plain_twice_solved(x, b):
    a = x + 4.0 * np.eye(3)
    return np.sum(np.linalg.solve(a.T, np.linalg.solve(a, b)) ** 2)


def values_and_vectors(x, b):
    w, v = linalg.eigh(x + x.T)
    return np.sum(w**3) + np.sum((v * np.exp(w)) @ v.T @ b)


def plain_values_and_vectors(x, b):
    w, v = np.linalg.eigh(x + x.T)
    return np.sum(w**3) + np.sum((v * np.exp(w)) @ v.T @ b)


def values_alone(x, b):
    return np.sum(linalg.eigh(x + x.T, eigvals_only=True) ** 3) * b[0, 0]


def plain_values_alone(x, b):
    return np.sum(np.linalg.eigvalsh(x + x.T) ** 3) * b[0, 0]


PAIRS = {
    lower_factor: plain_lower_factor,
    upper_factor: plain_upper_factor,
    likelihood: plain_likelihood,
    upper_likelihood: plain_likelihood,
    positive: plain_positive,
    symmetric: plain_symmetric,
    twice_solved: plain_twice_solved,
    values_and_vectors: plain_values_and_vectors,
    values_alone: plain_values_alone,
}


@pytest.mark.usefixtures("double_precision")
def test_agrees_with_the_same_in_numpy_on_both_backends() -> None:
    jax = pytest.importorskip("jax")
    written = {f: pullback.value_and_grad(f, wrt=(0, 1), backend="jax") for f in PAIRS}
    of_jax = jax.jit(lambda x, b: [g(x, b) for g in written.values()])(X, B)
    for (f, plain), theirs in zip(PAIRS.items(), of_jax, strict=True):
        value, expected = pullback.value_and_grad(plain, wrt=(0, 1))(X, B)
        for got_value, got in (pullback.value_and_grad(f, wrt=(0, 1))(X, B), theirs):
            np.testing.assert_allclose(got_value, value, rtol=1e-12)
            for g, e in zip(got, expected, strict=True):
                np.testing.assert_allclose(g, e, rtol=1e-9, atol=1e-12, err_msg=f.__name__)
        assert pullback.value_and_grad(f)(X, B)[0] == f(X, B)


@pytest.mark.parametrize("f", [likelihood, values_and_vectors, twice_solved, upper_factor])
def test_derivatives_nest(f: Any) -> None:
    v = RNG.standard_normal((3, 3))
    _, along = pullback.jvp(lambda x: pullback.grad(f)(x, B))((X,), v)
    h = 1e-5
    difference = (pullback.grad(f)(X + h * v, B) - pullback.grad(f)(X - h * v, B)) / (2 * h)
    np.testing.assert_allclose(along, difference, rtol=1e-6, atol=1e-7)


def test_given_arrays_stay_as_they_are() -> None:
    a, b = definite(X), B.copy()
    pullback.grad(lambda a, b: np.sum(linalg.cho_solve(linalg.cho_factor(a), b)), wrt=(0, 1))(a, b)
    np.testing.assert_array_equal(a, definite(X))


def test_numbers_of_32_bits_stay_so() -> None:
    a, b = definite(X).astype(np.float32), B.astype(np.float32)
    for f in (likelihood, twice_solved, lambda a, b: np.sum(linalg.expm(a / 9) @ b)):
        assert [g.dtype for g in pullback.grad(f, wrt=(0, 1))(a, b)] == [np.float32, np.float32]


def direct(a: Any, b: Any) -> Any:
    """The full convolution, as a sum."""
    out = np.zeros([n + m - 1 for n, m in zip(a.shape, b.shape, strict=True)])
    for place in np.ndindex(*b.shape):
        out[tuple(slice(k, k + n) for k, n in zip(place, a.shape, strict=True))] += a * b[place]
    return out


def full(x, w):
    return signal.convolve(x, w)


def by_fourier(x, w):
    return signal.fftconvolve(x, w)


def of_two_axes(x, w):
    return signal.convolve2d(x, w)


@pytest.mark.usefixtures("double_precision")
def test_convolutions_are_sums_of_products() -> None:
    jax = pytest.importorskip("jax")
    x, w, ct = (RNG.standard_normal(shape) for shape in ((4, 3), (2, 2), (5, 4)))
    vx, vw = RNG.standard_normal(x.shape), RNG.standard_normal(w.shape)

    def pulled(f: Any, backend: str, *args: Any) -> Any:
        out, pull = pullback.vjp(f, wrt=(0, 1), backend=backend)(*args[:2])
        return out, *pull(args[2])

    functions = (full, by_fourier, of_two_axes)
    on_jax = jax.jit(lambda *args: [pulled(f, "jax", *args) for f in functions])(x, w, ct)
    for out, dx, dw in [*(pulled(f, "numpy", x, w, ct) for f in functions), *on_jax]:
        np.testing.assert_allclose(out, direct(x, w), rtol=1e-10, atol=1e-12)
        assert np.sum(dx * vx) == pytest.approx(np.sum(ct * direct(vx, w)), rel=1e-9)
        assert np.sum(dw * vw) == pytest.approx(np.sum(ct * direct(x, vw)), rel=1e-9)


def overwriting(a):
    return linalg.inv(a, overwrite_a=True)


def of_a_stack(a):
    return linalg.solve(np.stack([a, a]), np.ones((2, 4)))


def of_a_triangle(a):
    return linalg.solve(a, np.ones(4), assume_a="upper triangular")


def all_of_q(a):
    return linalg.qr(a)[0]


def with_pivots(a):
    return linalg.qr(a, mode="economic", pivoting=True)[0]


def all_vectors(a):
    return linalg.svd(a)[0]


def of_a_pair(a):
    return linalg.eigh(a, np.eye(4))[0]


def indices_of_rows(a):
    return linalg.lu(a, p_indices=True)[1]


def sine_of_a_stack(a):
    return linalg.sinm(np.stack([a, a]))


def a_power(a):
    return linalg.fractional_matrix_power(a, 0.3)


def beyond_the_border(a):
    return signal.convolve2d(a, a, boundary="wrap")


def coefficients(a):
    return signal.lfilter(a[0], [1.0, 0.5], np.ones(4))


def with_state(a):
    return signal.lfilter([1.0, 0.2], [1.0, 0.5], a[0], zi=np.zeros(1))[0]


REFUSED: list[Callable[..., Any]] = [
    overwriting, of_a_stack, of_a_triangle, all_of_q, with_pivots, all_vectors, of_a_pair, indices_of_rows,
    sine_of_a_stack, a_power, beyond_the_border, coefficients, with_state,
]  # fmt: skip


@each_backend
@pytest.mark.parametrize("f", REFUSED)
def test_what_has_no_derivative_here_is_refused_with_its_place(f: Any, backend: Any) -> None:
    with pytest.raises(pullback.NotSupportedYet) as caught:
        pullback.vjp(f, backend=backend).specialize(definite(X)[[0, 1, 2, 0]][:, [0, 1, 2, 0]])
    assert caught.value.line == inspect.getsourcelines(f)[1] + 1
    assert caught.value.hint


def test_a_root_that_is_complex_raises() -> None:
    a = -np.eye(2) - np.array([[0.0, 1.0], [0.0, 0.5]])
    with pytest.raises(ValueError, match="a square root of a matrix is complex"):
        pullback.grad(lambda a: np.sum(np.abs(linalg.sqrtm(a))))(a)
    with pytest.raises(ValueError, match="a function of a matrix is complex"):
        pullback.grad(lambda a: np.sum(np.abs(linalg.logm(a))))(a)


NOT_IN_JAX: list[Callable[..., Any]] = [
    lambda a: linalg.svdvals(a),
    lambda a: linalg.pinv(a),
    lambda a: linalg.logm(a),
    lambda a: signal.lfilter([1.0], [1.0, 0.5], a),
    lambda a: linalg.solve(a, a, transposed=True),
    lambda a: linalg.solve(a, a, assume_a="positive definite"),
]


@pytest.mark.parametrize("f", NOT_IN_JAX)
def test_what_jax_has_not_is_refused_there(f: Any) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=r"scipy\.(linalg|signal)"):
        pullback.vjp(f, backend="jax").specialize(X)
