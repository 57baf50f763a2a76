"""The rows of docs/conventions.md about matrices and complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pullback import grad


def norm_at_zero(backend: str) -> None:
    of_matrices = (
        lambda a: np.linalg.norm(a),
        lambda a: np.linalg.norm(a, "fro"),
        lambda a: np.linalg.norm(a, "nuc"),
        lambda a: np.linalg.norm(a, 2),
        lambda a: np.linalg.norm(a, -2),
        lambda a: np.linalg.norm(a, 1),
        lambda a: np.linalg.norm(a, np.inf),
    )
    of_vectors = (
        lambda a: np.linalg.norm(a[0]),
        lambda a: np.linalg.norm(a[0], 3),
        lambda a: np.linalg.norm(a[0], 1),
        lambda a: np.linalg.norm(a[0], np.inf),
    )
    for f in (*of_matrices, *of_vectors):
        assert not np.any(grad(f, backend=backend)(np.zeros((2, 2))))


def ties(backend: str) -> None:
    found = grad(lambda a: np.linalg.norm(a, np.inf), backend=backend)(np.array([3.0, -3.0, 1.0]))
    np.testing.assert_allclose(found, [0.5, -0.5, 0.0])
    found = grad(lambda a: np.linalg.norm(a, -np.inf), backend=backend)(np.array([3.0, -1.0, 1.0]))
    np.testing.assert_allclose(found, [0.0, -0.5, 0.5])
    found = grad(lambda a: np.linalg.norm(a, 1), backend=backend)(np.ones((2, 2)))
    np.testing.assert_allclose(found, np.full((2, 2), 0.5))
    found = grad(lambda a: np.linalg.norm(a, 2), backend=backend)(np.eye(2))
    np.testing.assert_allclose(found, 0.5 * np.eye(2), atol=1e-12)


def singular(backend: str) -> None:
    found = grad(lambda a: np.linalg.det(a), backend=backend)(np.array([[1.0, 2.0], [2.0, 4.0]]))
    np.testing.assert_allclose(found, [[4.0, -2.0], [-2.0, 1.0]], atol=1e-12)
    found = grad(lambda a: np.linalg.det(a), backend=backend)(np.arange(9.0).reshape(3, 3))
    np.testing.assert_allclose(found, [[-3.0, 6.0, -3.0], [6.0, -12.0, 6.0], [-3.0, 6.0, -3.0]], atol=1e-12)
    assert not np.any(grad(lambda a: np.linalg.det(a), backend=backend)(np.zeros((3, 3))))


def symmetric(backend: str) -> None:
    a = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
    for f in (
        lambda a: np.sum(np.linalg.cholesky(a)[2]),
        lambda a: np.linalg.eigvalsh(a)[0],
        lambda a: np.linalg.eigh(a)[1][0, 1] ** 2,
    ):
        found = grad(f, backend=backend)(a)
        np.testing.assert_allclose(found, found.T, atol=1e-12)
        move = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
        expected = (f(a + 1e-6 * move) - f(a - 1e-6 * move)) / 2e-6
        assert np.sum(np.asarray(found) * move) == pytest.approx(expected, rel=1e-6)
        np.testing.assert_allclose(found, grad(f, backend=backend)(np.tril(a)), rtol=1e-9, atol=1e-12)


def equal_eigenvalues(backend: str) -> None:
    found = grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2), backend=backend)(2.0 * np.eye(3))
    np.testing.assert_allclose(found, 4.0 * np.eye(3), atol=1e-12)
    assert not np.all(np.isfinite(grad(lambda a: np.linalg.eigh(a)[1][0, 0], backend=backend)(np.eye(3))))


def equal_singular_values(backend: str) -> None:
    found = grad(lambda a: np.sum(np.linalg.svd(a, compute_uv=False) ** 2), backend=backend)(np.eye(3))
    np.testing.assert_allclose(found, 2.0 * np.eye(3), atol=1e-12)
    found = grad(lambda a: np.linalg.svd(a, full_matrices=False)[0][0, 0], backend=backend)(np.eye(3))
    assert not np.all(np.isfinite(found))


def of_one_rank(backend: str) -> None:
    a, v = np.outer([1.0, 2.0, 3.0], [1.0, -1.0]), np.outer([0.5, 1.0, -1.0], [1.0, -1.0])  # the rank stays one
    found = grad(lambda a: np.sum(np.linalg.pinv(a) ** 2), backend=backend)(a)
    expected = (np.sum(np.linalg.pinv(a + 1e-6 * v) ** 2) - np.sum(np.linalg.pinv(a - 1e-6 * v) ** 2)) / 2e-6
    assert np.sum(np.asarray(found) * v) == pytest.approx(expected, rel=1e-5)


def absolute_value(backend: str) -> None:
    z = np.array([3.0 + 4.0j, 0.0, -2.0])
    found = grad(lambda z: np.sum(np.abs(z)), backend=backend)(z)
    np.testing.assert_allclose(found, [0.6 - 0.8j, 0.0, -1.0])
    assert grad(lambda z: abs(z), backend=backend)(3.0 - 4.0j) == pytest.approx(0.6 + 0.8j)
    assert grad(lambda z: abs(z), backend=backend)(0j) == 0.0


def real_part(backend: str) -> None:
    z = np.array([3.0 + 4.0j, 1j])
    assert np.all(np.asarray(grad(lambda z: np.sum(z.real), backend=backend)(z)) == 1.0)
    assert np.all(np.asarray(grad(lambda z: np.sum(np.imag(z)), backend=backend)(z)) == -1j)
    assert np.all(np.asarray(grad(lambda z: np.sum(np.conj(z) * 2j).real, backend=backend)(z)) == -2j)


ROWS: dict[str, Any] = {
    "`np.linalg.norm(x)`, x = 0": norm_at_zero,
    "`np.linalg.norm(x, np.inf)`, several largest": ties,
    "`np.linalg.det(a)`, a singular": singular,
    "`np.linalg.cholesky(a)`": symmetric,
    "`np.linalg.eigh(a)`, equal eigenvalues": equal_eigenvalues,
    "`np.linalg.svd(a)`, equal singular values": equal_singular_values,
    "`np.linalg.pinv(a)`": of_one_rank,
    "`np.abs(z)`, z complex": absolute_value,
    "`np.real(z)`, z complex": real_part,
}


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_row(row: str, backend: str) -> None:
    ROWS[row](backend)
