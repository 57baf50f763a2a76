"""Programs with complex numbers in loops, branches, writes and structures, and some whose derivative is refused."""

from __future__ import annotations

from typing import Any

import numpy as np


def orbit(z: Any) -> Any:
    w = z
    for _ in range(4):
        w = w * w * 0.3 + z
    return np.sum(np.abs(w))


def escapes(z: Any) -> Any:
    w = z
    count = 0
    while np.max(np.abs(w)) < 5.0 and count < 6:
        w = w * w + z
        count = count + 1
    return np.sum(w.real * w.imag)


def wave(x: Any) -> Any:
    total = 0.0
    for k in range(1, 4):
        total = total + np.sum(np.exp(1j * k * x)) / k
    return abs(total) ** 2


def by_parts(z: Any) -> Any:
    re, im = z.real, z.imag
    return np.sum(np.sqrt(re * re + im * im + 1.0) * re)


def phase_or_size(z: Any) -> Any:
    if np.sum(z.real) > 0.0:
        y = z * 1j
    else:
        y = np.conj(z)
    return np.sum(np.angle(y) * np.abs(y))


def written(z: Any) -> Any:
    w = np.zeros(4, dtype=np.complex128)
    w[:2] = z[:2] * z[1:3]
    w[2] = 2.0 * z[0].real
    w[1:] += 1j * z[:3]
    return np.sum(np.abs(w) ** 2)


def mixed(x: Any) -> Any:
    z = x + 0j
    z[0] = z[1] * 1j
    return np.sum(z.real**3) + np.sum(z.imag**3)


def in_a_dict(p: Any) -> Any:
    return np.sum(np.abs(p["a"] * p["x"]) ** 2) + p["c"].imag * np.sum(p["x"])


def impedance(r: Any) -> Any:
    z = r[0] + 1j * r[1] + 1.0 / (1j * r[2])
    return abs(z) + np.angle(z)


def quadratic(z: Any) -> Any:
    return np.vdot(z, np.array([[2.0, 1j, 0.0], [-1j, 3.0, 1.0], [0.0, 1.0, 1.0]]) @ z).real


def growth(x: Any) -> Any:
    w = np.linalg.eigvals(x + 0j)
    return np.sum(np.exp(w.real) * np.cos(w.imag))


def growth_by_name(x: Any) -> Any:
    return np.sum(np.abs(np.linalg.eig(x * (1.0 + 0.5j)).eigenvalues) ** 3)


def modes(x: Any) -> Any:
    w, v = np.linalg.eig(x + 0j)
    return np.sum(np.abs(v * w) ** 2 * np.arange(9.0).reshape(3, 3)) + np.real((v * np.exp(w)) @ np.linalg.inv(v))[0, 1]


def turned_modes(z: Any) -> Any:
    """Of the phases too, that LAPACK gives to vectors."""
    v = np.linalg.eig(np.stack([z, z @ z])).eigenvectors
    return np.sum(np.real(v) * np.arange(9.0).reshape(3, 3)) + np.sum(np.imag(v) ** 3)


# refused


def of_a_real_matrix(x: Any) -> Any:
    return np.sum(np.linalg.eigvals(np.outer(x.real, x.imag)))


def largest(z: Any) -> Any:
    return np.max(z).real


def directions(z: Any) -> Any:
    return np.sum(np.sign(z)).real


def in_order(z: Any) -> Any:
    return np.sum(np.sort(z)[0]).real


def spread(z: Any) -> Any:
    return np.var(z)


def complex_result(z: Any) -> Any:
    return np.sum(z)


def into_the_real_part(z: Any) -> Any:
    w = z * 2.0
    r = w.real
    r[0] = 3.0
    return np.sum(np.abs(w))


def one_norm(z: Any) -> Any:
    return np.linalg.norm(z, 1)


def set_real(z: Any) -> Any:
    w = z * 2.0
    w.real = 1.0
    return np.sum(np.abs(w))
