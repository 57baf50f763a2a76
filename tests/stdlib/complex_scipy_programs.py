"""Programs with `scipy.linalg` of complex matrices, whose results do not depend on the phases of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg


def definite(z: Any) -> Any:
    return z @ np.conj(z.T) + 3.0 * np.eye(3)


def inverses(z: Any) -> Any:
    return np.real(np.sum(linalg.inv(z) * np.conj(z)))


def solutions(z: Any) -> Any:
    x = linalg.solve(z, np.conj(z)) + linalg.solve_triangular(z, z[0])[:, None]
    return np.sum(np.abs(x + linalg.solve_triangular(z, np.real(z), lower=True, unit_diagonal=True)) ** 2)


def of_a_band(z: Any) -> Any:
    return np.sum(np.abs(linalg.solve_banded((1, 1), z, z[1])) ** 2)


def of_sylvester(z: Any) -> Any:
    return np.real(np.sum(linalg.solve_sylvester(z, z[:2, :2] + 5.0 * np.eye(2), z[:, :2]) ** 2))


def factors(z: Any) -> Any:
    lower, upper = linalg.cholesky(definite(z), lower=True), linalg.cholesky(definite(z))
    q, r = linalg.qr(z, mode="economic")
    whole = (q * np.arange(3.0)) @ np.conj(q.T)
    return np.sum(np.abs(lower) ** 3) + np.real(np.sum(upper * z)) + np.abs(np.sum(whole)) + np.sum(np.abs(r) ** 3)


def spectra(z: Any) -> Any:
    w, v = linalg.eigh(definite(z))
    u, s, vh = linalg.svd(z[:, :2], full_matrices=False)
    whole = (v * np.exp(-w)) @ np.conj(v.T)
    return np.sum(linalg.eigvalsh(definite(z)) ** 2) + np.real(np.sum(whole * z)) + np.abs(np.sum((u * s**2) @ vh))


def with_the_conjugate(z: Any) -> Any:
    return np.real(np.sum(linalg.solve_triangular(z, z, trans="C")))


def of_a_hermitian_matrix(z: Any) -> Any:
    return np.real(np.sum(linalg.solve(definite(z), z, assume_a="her")))


def others(z: Any) -> Any:
    return np.real(np.sum(linalg.pinv(z[:, :2]) ** 2)) + linalg.norm(z) * np.sum(linalg.svdvals(z) ** 3)
