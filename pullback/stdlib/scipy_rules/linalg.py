"""Functions of matrices, of `scipy.linalg`: of one matrix, except where NumPy's rule of the same name takes a stack.

`check_finite` says what is looked at, not what is computed. What would overwrite an operand is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from pullback.runtime import cofactors, require_real
from pullback.stdlib.registry import complex_too, fresh, refused, rule
from pullback.stdlib.rules import matrices, norms
from pullback.stdlib.rules.matrices import of_matrices
from pullback.stdlib.scipy_rules.stacks import require_one

fresh(
    linalg.inv, linalg.det, linalg.pinv, linalg.norm, linalg.expm, linalg.sqrtm, linalg.solve_sylvester,
    linalg.solve_continuous_lyapunov, linalg.solve_discrete_lyapunov,
)  # fmt: skip
complex_too(linalg.inv, linalg.pinv, linalg.norm, linalg.solve_sylvester)
refused(linalg.eig, linalg.eigvals, way_round="Use np.linalg.eigvals(a + 0j), or scipy.linalg.eigh.")
refused(linalg.pinvh, way_round="Use scipy.linalg.pinv.")
refused(linalg.lstsq, way_round="Use np.linalg.lstsq.")
refused(linalg.polar, way_round="u, s, vh = scipy.linalg.svd(a, full_matrices=False): u @ vh and (vh.T * s) @ vh.")
refused(linalg.solveh_banded, way_round="Use scipy.linalg.solve_banded with both halves.")
refused(linalg.solve_toeplitz, way_round="Use scipy.linalg.solve(scipy.linalg.toeplitz(c, r), b).")
refused(linalg.matmul_toeplitz, way_round="Use scipy.linalg.toeplitz(c, r) @ x.")
refused(linalg.solve_circulant, way_round="Use scipy.linalg.solve(scipy.linalg.circulant(c), b).")


@rule(linalg.inv)
def inv(ct: Any, out: Any, a: Any, *, check_finite: Any = True) -> Any:
    return matrices.inv(ct, out, a)


@rule(linalg.det, ct="scalar")
def det(ct: Any, out: Any, a: Any, *, check_finite: Any = True) -> Any:
    return of_matrices(ct) * cofactors(a)


@rule(linalg.pinv)
def pinv(ct: Any, out: Any, a: Any, *, rtol: Any = None, check_finite: Any = True) -> Any:
    """Where the rank does not change."""
    return matrices.pinv(ct, out, a)


@rule(linalg.norm)
def norm(
    ct: Any, out: Any, a: Any, *, ord: Any = None, axis: Any = None, keepdims: Any = False, check_finite: Any = True
) -> Any:
    return norms.norm(ct, out, a, ord=ord, axis=axis, keepdims=keepdims)


@rule(linalg.expm)
def expm(ct: Any, out: Any, A: Any) -> Any:
    require_one("scipy.linalg.expm", A.ndim)
    return in_kind(linalg.expm_frechet(A.T, ct, compute_expm=False), A)


def in_kind(d: Any, x: Any) -> Any:
    """What SciPy makes of 64 bits, as an operand has it."""
    return d.astype(np.float32) if x.dtype == np.float32 else d


@rule(linalg.expm_frechet, ct="parts")
def expm_frechet(ct: Any, out: Any, A: Any, E: Any, *, compute_expm: Any = True, check_finite: Any = True) -> Any:
    of_value, of_change = (ct[0], ct[1]) if compute_expm else (None, ct)
    if of_change is None:
        return in_kind(linalg.expm_frechet(A.T, of_value, compute_expm=False), A), None
    # both are blocks of the exponential of one matrix
    n, zero = A.shape[0], np.zeros_like(A)
    corner = zero if of_value is None else of_value
    wide = np.block([[A.T, zero], [E.T, A.T]])
    moved = linalg.expm_frechet(wide, np.block([[corner, of_change], [zero, zero]]), compute_expm=False)
    moved = in_kind(moved, A)
    return moved[:n, :n] + moved[n:, n:], moved[:n, n:]


@rule.forward(linalg.expm)
def moved_expm(tangents: Any, out: Any, A: Any) -> Any:
    return in_kind(linalg.expm_frechet(A, tangents[0], compute_expm=False), A)


@rule.forward(linalg.expm_frechet)
def moved_expm_frechet(
    tangents: Any, out: Any, A: Any, E: Any, *, compute_expm: Any = True, check_finite: Any = True
) -> Any:
    n, zero = A.shape[0], np.zeros_like(A)
    dA = zero if tangents[0] is None else tangents[0]
    dE = zero if tangents[1] is None else tangents[1]
    wide, moves = np.block([[A, E], [zero, A]]), np.block([[dA, dE], [zero, dA]])
    moved = in_kind(linalg.expm_frechet(wide, moves, compute_expm=False), A)
    return (moved[:n, :n], moved[:n, n:]) if compute_expm else moved[:n, n:]


@rule(linalg.sqrtm)
def sqrtm(ct: Any, out: Any, A: Any) -> Any:
    """Where the root is real, as it is of a matrix without negative eigenvalues."""
    require_one("scipy.linalg.sqrtm", A.ndim)
    root = require_real(out, "a square root of a matrix")
    return linalg.solve_sylvester(root.T, root.T, ct)


@rule(linalg.solve_sylvester)
def solve_sylvester(ct: Any, out: Any, a: Any, b: Any, q: Any) -> Any:
    dq = linalg.solve_sylvester(a.T, b.T, ct)
    return -(dq @ out.T), -(out.T @ dq), dq


@rule(linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov(ct: Any, out: Any, a: Any, q: Any) -> Any:
    dq = linalg.solve_continuous_lyapunov(a.T, ct)
    return -(dq @ out.T + dq.T @ out), dq


@rule(linalg.solve_discrete_lyapunov)
def solve_discrete_lyapunov(ct: Any, out: Any, a: Any, q: Any, *, method: Any = None) -> Any:
    dq = linalg.solve_discrete_lyapunov(a.T, ct)
    return dq @ a @ out.T + dq.T @ a @ out, dq
