"""Factors and spectra of matrices, of `scipy.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from pullback.runtime import through_cholesky
from pullback.stdlib.registry import Unsupported, complex_too, fresh, rule, static
from pullback.stdlib.rules import decompositions
from pullback.stdlib.rules.matrices import adjoint, turned
from pullback.stdlib.scipy_rules.stacks import require_one

fresh(linalg.cholesky, linalg.svdvals, linalg.eigvalsh)
complex_too(linalg.cholesky, linalg.qr, linalg.svd, linalg.svdvals, linalg.eigh, linalg.eigvalsh)


@static
def refuse(given: bool, what: str, way_round: str) -> None:
    """Refuse what is asked for."""
    if given:
        raise Unsupported(what, way_round)


@rule(linalg.cholesky)
def cholesky(ct: Any, out: Any, a: Any, *, lower: Any = False, check_finite: Any = True) -> Any:
    """The cotangent of a symmetric matrix, which is symmetric."""
    return through_cholesky(ct, out) if lower else through_cholesky(adjoint(ct), adjoint(out))


@rule(linalg.cho_factor, ct="parts")
def cho_factor(ct: Any, out: Any, a: Any, *, lower: Any = False, check_finite: Any = True) -> Any:
    """The same; what the other triangle holds is not looked at."""
    if ct[0] is None:
        return None
    return through_cholesky(ct[0], np.tril(out[0])) if lower else through_cholesky(ct[0].T, np.triu(out[0]).T)


def of_triangles(dlower: Any, lower: Any, dupper: Any, upper: Any) -> Any:
    """What is left of the cotangents of `L` and `U` between their inverses: `L.T @ da' @ U.T`.

    The rows of `L` may be in any order, if those of its cotangent are in the same.
    """
    of_lower = None if dlower is None else np.tril(lower.T @ dlower, -1)
    of_upper = None if dupper is None else np.triu(np.triu(dupper) @ upper.T)
    if of_lower is None:
        return of_upper
    return of_lower if of_upper is None else of_lower + of_upper


@rule(linalg.lu, ct="parts")
def lu(ct: Any, out: Any, a: Any, *, permute_l: Any = False, check_finite: Any = True) -> Any:
    """Of a square matrix: one that is not has no square factors, which the solutions refuse."""
    require_one("scipy.linalg.lu", a.ndim)
    upper = out[-1]
    if permute_l:
        inner = of_triangles(ct[0], out[0], ct[1], upper)
        if inner is None:
            return None
        return np.linalg.solve(out[0].T, linalg.solve_triangular(upper, inner.T).T)
    inner = of_triangles(ct[1], out[1], ct[2], upper)
    if inner is None:
        return None
    half = linalg.solve_triangular(upper, inner.T).T
    return out[0] @ linalg.solve_triangular(out[1], half, trans=1, lower=True, unit_diagonal=True)


@rule(linalg.lu_factor, ct="parts")
def lu_factor(ct: Any, out: Any, a: Any, *, check_finite: Any = True) -> Any:
    require_one("scipy.linalg.lu_factor", a.ndim)
    if ct[0] is None:
        return None
    upper = np.triu(out[0])
    lower = np.tril(out[0], -1) + np.eye(a.shape[0], dtype=a.dtype)
    inner = of_triangles(ct[0], lower, ct[0], upper)
    half = linalg.solve_triangular(upper, inner.T).T
    # with a `U` of ones on the diagonal alone, what is left is the other factor and the order of rows
    return linalg.lu_solve((lower, out[1]), half, trans=1)


@rule(linalg.qr, ct="parts")
def qr(ct: Any, out: Any, a: Any, *, mode: Any = "full", check_finite: Any = True) -> Any:
    """For a matrix with as many rows as columns at least: one with fewer has no square `r`, which `solve` refuses."""
    refuse(mode != "economic", f"scipy.linalg.qr with mode={mode!r}", "Use mode='economic'.")
    return decompositions.of_factors(ct[0], ct[1], turned(out[0]), out[1])


@rule(linalg.svd, ct="parts")
def svd(
    ct: Any, out: Any, a: Any, *, full_matrices: Any = True, compute_uv: Any = True, check_finite: Any = True
) -> Any:
    refuse(full_matrices and compute_uv, "scipy.linalg.svd in all of its vectors", "Pass full_matrices=False.")
    return decompositions.svd(ct, out, a, full_matrices=full_matrices, compute_uv=compute_uv)


@rule(linalg.svdvals)
def svdvals(ct: Any, out: Any, a: Any, *, check_finite: Any = True) -> Any:
    return decompositions.svdvals(ct, out, a)


@rule(linalg.eigh, ct="parts")
def eigh(
    ct: Any, out: Any, a: Any, *, lower: Any = True, eigvals_only: Any = False, check_finite: Any = True
) -> Any:
    """The cotangent of a symmetric matrix, which is symmetric."""
    if eigvals_only:
        return decompositions.eigvalsh(ct, out, a, UPLO=triangle(lower))
    return decompositions.eigh(ct, out, a)


@static
def triangle(lower: bool) -> str:
    """The name that NumPy has for the triangle that is read."""
    return "L" if lower else "U"


@rule(linalg.eigvalsh)
def eigvalsh(ct: Any, out: Any, a: Any, *, lower: Any = True, check_finite: Any = True) -> Any:
    return decompositions.eigvalsh(ct, out, a, UPLO=triangle(lower))
