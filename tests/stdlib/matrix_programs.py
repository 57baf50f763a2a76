"""Functions of matrices in which the operands are made what the operation takes: symmetric, positive, of full rank."""

from __future__ import annotations

from typing import Any

import numpy as np


def lower_factor(x: Any) -> Any:
    return np.sum(np.linalg.cholesky(x @ x.T + np.eye(3)) ** 2 * np.arange(9.0).reshape(3, 3))


def upper_factor(x: Any) -> Any:
    return np.sum(np.linalg.cholesky(x @ x.T + np.eye(3), upper=True) ** 2 * np.arange(9.0).reshape(3, 3))


def factors_of_a_stack(x: Any) -> Any:
    return np.sum(np.linalg.cholesky(np.matmul(x, np.swapaxes(x, -1, -2)) + np.eye(3)) ** 3)


def log_likelihood(x: Any) -> Any:
    factor = np.linalg.cholesky(x @ x.T + np.eye(3))
    z = np.linalg.solve(factor, x[0])
    return -0.5 * np.sum(z * z) - np.sum(np.log(np.diagonal(factor)))


def values_and_vectors(x: Any) -> Any:
    w, v = np.linalg.eigh(x + x.T)
    return np.sum(w**3) + np.sum((v * w) ** 2 * np.arange(9.0).reshape(3, 3))


def vectors_alone(x: Any) -> Any:
    return np.sum(np.linalg.eigh(x + x.T).eigenvectors ** 4 * np.arange(9.0).reshape(3, 3))


def values_alone(x: Any) -> Any:
    return np.sum(np.linalg.eigh(x + x.T)[0] ** 3)


def values_by_name(x: Any) -> Any:
    return np.sum(np.linalg.eigh(x + x.T, UPLO="U").eigenvalues ** 3)


def values_of_a_stack(x: Any) -> Any:
    w, v = np.linalg.eigh(x + np.swapaxes(x, -1, -2))
    return np.sum(w**3) + np.sum((v[..., :1] * w[..., None, :]) ** 2)


def eigenvalues(x: Any) -> Any:
    return np.sum(np.linalg.eigvalsh(x + x.T) ** 3)


def eigenvalues_of_a_stack(x: Any) -> Any:
    return np.sum(np.linalg.eigvalsh(x + np.swapaxes(x, -1, -2)) ** 3)


def of_the_third_power(x: Any) -> Any:
    w, v = np.linalg.eigh(x + x.T)
    return np.sum(((v * w**3) @ v.T)[0])


def singular_values(x: Any) -> Any:
    return np.sum(np.linalg.svd(x).S ** 3)


def singular_vectors(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.sum((u * s) ** 2 * 0.3) + np.sum(vh**4) + np.sum(u**4)


def left_vectors(x: Any) -> Any:
    return np.sum(np.linalg.svd(x, full_matrices=False).U ** 4)


def right_vectors(x: Any) -> Any:
    return np.sum(np.linalg.svd(x, full_matrices=False)[2] ** 4)


def log_of_determinant(x: Any) -> Any:
    sign, size = np.linalg.slogdet(x + 3.0 * np.eye(3))
    return sign * size


def log_by_name(x: Any) -> Any:
    return np.linalg.slogdet(x + 3.0 * np.eye(3)).logabsdet


def orthogonal_factor(x: Any) -> Any:
    return np.sum(np.linalg.qr(x).Q ** 3)


def right_factor(x: Any) -> Any:
    return np.sum(np.linalg.qr(x)[1] ** 3)


def fit(x: Any) -> Any:
    return np.sum(np.linalg.lstsq(x, np.cos(x[:, 0]))[0] ** 2)


def fit_of_columns(x: Any) -> Any:
    solution, residuals, rank, values = np.linalg.lstsq(x, np.cos(x[:, :2]), rcond=None)
    return np.sum(solution**3) + np.sum(residuals**2) + np.sum(values**3) + rank * np.sum(solution)


def shortest_solution(x: Any) -> Any:
    return np.sum(np.linalg.lstsq(x.T, np.cos(x[0]))[0] ** 3)


def rank(x: Any) -> Any:
    return np.linalg.matrix_rank(x) * np.sum(x)


def in_a_loop(x: Any) -> Any:
    total = 0.0
    for _ in range(3):
        x = np.linalg.inv(x @ x.T + np.eye(3))
        total = total + np.linalg.det(x) + np.linalg.norm(x, 1)
    return total


def written_into(x: Any) -> Any:
    y = np.linalg.inv(x @ x.T + np.eye(3))
    z = y
    y[0] *= x[1]
    z[1, 1] = 2.0
    return np.sum(y * y)
