"""Eigenvalues, singular values and the orthogonal factor of a matrix, or of each of a stack.

Vectors that belong to equal values have no derivative: the gap between these, 0, is divided by. Where only values are
used, nothing is divided.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import Unsupported, is_complex, rule
from pullback.stdlib.rules.matrices import adjoint, conj, on_diagonals, turned, with_other_half


def scaled(a: Any, values: Any) -> Any:
    """`a` with its columns multiplied by values."""
    return a * (values if a.ndim == 2 else np.expand_dims(values, -2))


def over_gaps(values: Any) -> Any:
    """For each pair of values one over the second minus the first, 0 for each with itself."""
    one = np.eye(values.shape[-1], dtype=values.dtype)
    return (1.0 - one) / (np.expand_dims(values, -2) - np.expand_dims(values, -1) + one)


def symmetric(a: Any) -> Any:
    return 0.5 * (a + adjoint(a))


@rule(np.linalg.eigh, ct="parts")
def eigh(ct: Any, out: Any, a: Any, *, UPLO: Any = "L") -> Any:
    """The cotangent of a symmetric matrix, which is symmetric."""
    vectors = out[1]
    if ct[1] is None:
        return scaled(conj(vectors), ct[0]) @ turned(vectors)
    inner = over_gaps(out[0]) * (turned(vectors) @ ct[1])
    if ct[0] is not None:
        inner = inner + on_diagonals(ct[0])
    return symmetric(conj(vectors) @ inner @ turned(vectors))


@rule(np.linalg.eigvalsh)
def eigvalsh(ct: Any, out: Any, a: Any, *, UPLO: Any = "L") -> Any:
    vectors = np.linalg.eigh(a, UPLO=UPLO)[1]
    return scaled(conj(vectors), ct) @ turned(vectors)


@rule(np.linalg.svdvals)
def svdvals(ct: Any, out: Any, x: Any) -> Any:
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return scaled(conj(u), ct) @ conj(vh)


@rule(np.linalg.svd, ct="parts")
def svd(ct: Any, out: Any, a: Any, *, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    if hermitian:
        raise Unsupported("np.linalg.svd with hermitian=True", "Use np.linalg.eigh.")
    if not compute_uv:
        return svdvals(ct, out, a)
    if ct[0] is None and ct[2] is None:
        return svdvals(ct[1], out[1], a) if full_matrices else scaled(conj(out[0]), ct[1]) @ conj(out[2])
    if full_matrices:
        raise Unsupported("np.linalg.svd in all of its vectors", "Pass full_matrices=False.")
    return of_vectors(ct, *out)


@rule(np.linalg.eigvals)
def eigvals(ct: Any, out: Any, a: Any) -> Any:
    return of_eigenvalues(ct, np.linalg.eig(a)[1])


@rule(np.linalg.eig, ct="parts")
def eig(ct: Any, out: Any, a: Any) -> Any:
    """The cotangent of a matrix whose eigenvalues and vectors are complex by type."""
    if ct[1] is None:
        return of_eigenvalues(ct[0], out[1])
    vectors = out[1]
    inner = over_gaps(out[0]) * (turned(vectors) @ of_directions(ct[1], vectors))
    if ct[0] is not None:
        inner = inner + on_diagonals(ct[0])
    return np.linalg.solve(turned(vectors), inner @ turned(vectors))


def of_directions(ct: Any, vectors: Any) -> Any:
    """The cotangent of vectors before each gets the length 1, and a phase that makes its largest element real."""
    along = np.sum(ct * vectors, axis=-2, keepdims=True)
    chosen = largest_real(vectors)
    turn = chosen / np.sum(chosen * vectors, axis=-2, keepdims=True)
    return ct - np.conjugate(vectors) * np.real(along) - 1j * np.imag(along) * turn


def largest_real(vectors: Any) -> Any:
    """Where in each column the largest one of the elements is that have no imaginary part."""
    sizes = np.where(np.imag(vectors) == 0.0, np.abs(vectors), -1.0)
    rows = np.expand_dims(np.arange(vectors.shape[-2]), -1)
    return rows == np.argmax(sizes, axis=-2, keepdims=True)


def of_eigenvalues(ct: Any, vectors: Any) -> Any:
    """The cotangent of a matrix from that of its eigenvalues."""
    return np.linalg.solve(turned(vectors), np.expand_dims(ct, -1) * turned(vectors))


def of_vectors(ct: Any, u: Any, s: Any, vh: Any) -> Any:
    """The cotangent of a matrix from those of its singular vectors, and values."""
    gaps = over_gaps(s) / (np.expand_dims(s, -2) + np.expand_dims(s, -1))
    inner: Any = None if ct[1] is None else on_diagonals(ct[1])
    outside: Any = None
    if ct[0] is not None:
        uu = turned(u) @ ct[0]
        of_u = scaled(gaps * (uu - adjoint(uu)), s)
        if is_complex(u):  # a phase that both vectors of a pair may have
            of_u = of_u + on_diagonals(1j * np.imag(np.diagonal(uu, axis1=-2, axis2=-1)) / s)
        inner = of_u if inner is None else inner + of_u
        outside = scaled(ct[0] - conj(u) @ uu, 1.0 / s) @ conj(vh)
    if ct[2] is not None:
        vv = vh @ turned(ct[2])
        of_v = np.expand_dims(s, -1) * gaps * conj(vv - adjoint(vv))
        inner = of_v if inner is None else inner + of_v
        rest = scaled(conj(u), 1.0 / s) @ (ct[2] - turned(vv) @ conj(vh))
        outside = rest if outside is None else outside + rest
    return conj(u) @ inner @ conj(vh) + outside


@rule(np.linalg.qr, ct="parts")
def qr(ct: Any, out: Any, a: Any, *, mode: Any = "reduced") -> Any:
    """For a matrix with as many rows as columns at least: one with fewer has no square `r`, which `solve` refuses."""
    if mode == "r":
        return of_factors(None, ct, np.linalg.solve(turned(out), turned(a)), out)
    if mode != "reduced":
        raise Unsupported("np.linalg.qr in this mode", "Use mode='reduced'.")
    return of_factors(ct[0], ct[1], turned(out[0]), out[1])


def of_factors(dq: Any, dr: Any, q_turned: Any, r: Any) -> Any:
    """The cotangent of a matrix from those of its factors, of which the first one is given with its rows as columns."""
    q = turned(q_turned)
    if dq is None:
        inner = r @ turned(dr)
    elif dr is None:
        inner = -turned(dq) @ q
    else:
        inner = r @ turned(dr) - turned(dq) @ q
    moved = q @ with_other_half(inner)
    moved = conj(moved) if dq is None else dq + conj(moved)
    return turned(np.linalg.solve(r, turned(moved)))
