"""Programs with decompositions of complex matrices, whose results do not depend on the phases of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np


def hermitian_values(z: Any) -> Any:
    return np.sum(np.linalg.eigvalsh(z @ np.conj(z.T)) ** 2)


def hermitian_vectors(z: Any) -> Any:
    w, v = np.linalg.eigh(z + np.conj(z.T))
    return np.sum(w**3) + np.real(np.sum((v * np.exp(w)) @ np.conj(v.T) * z)) + np.sum(np.abs(v[0]) ** 2 * w)


def values_of_a_stack(z: Any) -> Any:
    return np.sum(np.linalg.eigvalsh(np.stack([z + np.conj(z.T), z @ np.conj(z.T)])) ** 2)


def lower_factor(z: Any) -> Any:
    return np.real(np.sum(np.linalg.cholesky(z @ np.conj(z.T) + 3.0 * np.eye(3)) * z))


def factors_of_a_stack(z: Any) -> Any:
    a = z @ np.conj(z.T) + 3.0 * np.eye(3)
    return np.sum(np.abs(np.linalg.cholesky(np.stack([a, 2.0 * a]))) ** 3)


def singular_values(z: Any) -> Any:
    return np.sum(np.linalg.svd(z, compute_uv=False) ** 3)


def singular_vectors(z: Any) -> Any:
    u, s, vh = np.linalg.svd(z[:, :2], full_matrices=False)
    return np.real(np.sum((u * np.exp(-s)) @ vh * z[:, :2])) + np.sum(np.abs(u[0]) ** 2 * s) + np.sum(np.abs(vh) ** 4)


def wide_vectors(z: Any) -> Any:
    u, s, vh = np.linalg.svd(z[:2], full_matrices=False)
    return np.abs(np.sum(u @ vh * z[:2])) + np.sum(s)


def orthogonal_factor(z: Any) -> Any:
    q, r = np.linalg.qr(z)
    return np.sum(np.abs(q[0]) ** 2 * np.abs(r[1])) + np.real(np.sum((q * np.exp(np.abs(np.diagonal(r)))) @ r * z))


def right_factor(z: Any) -> Any:
    return np.sum(np.abs(np.linalg.qr(z, mode="r")) ** 3)


def pseudo_inverse(z: Any) -> Any:
    return np.real(np.sum(np.linalg.pinv(z[:, :2]) ** 2)) + np.sum(np.abs(np.linalg.pinv(z[:2])) ** 2)


def log_determinant(z: Any) -> Any:
    sign, size = np.linalg.slogdet(z)
    return size**2 + np.imag(sign * (2.0 + 1j))
