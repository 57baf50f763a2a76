"""Functions of `scipy.linalg`: of one matrix, except where NumPy's rule of the same name takes a stack.

`check_finite` says what is looked at, not what is computed. What would overwrite an operand is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from pullback.runtime import cofactors, require_real, through_cholesky
from pullback.stdlib.registry import Unsupported, fresh, known, of_sequences, refused, rule, static
from pullback.stdlib.rules import decompositions, matrices, norms
from pullback.stdlib.rules.matrices import of_matrices, turned

of_sequences(linalg.cho_solve, linalg.lu_solve, linalg.solve_banded)
fresh(
    linalg.solve, linalg.solve_triangular, linalg.solve_banded, linalg.cho_solve, linalg.lu_solve, linalg.cholesky,
    linalg.svdvals, linalg.eigvalsh, linalg.inv, linalg.det, linalg.pinv, linalg.norm, linalg.expm, linalg.sqrtm,
    linalg.solve_sylvester, linalg.solve_continuous_lyapunov, linalg.solve_discrete_lyapunov, linalg.toeplitz,
    linalg.hankel, linalg.circulant, linalg.block_diag,
)  # fmt: skip
refused(
    linalg.logm, linalg.fractional_matrix_power, linalg.funm, linalg.signm, linalg.sinm, linalg.cosm, linalg.tanm,
    linalg.sinhm, linalg.coshm, linalg.tanhm,
    way_round="Of a symmetric matrix: w, v = scipy.linalg.eigh(a), then (v * f(w)) @ v.T.",
)  # fmt: skip
refused(linalg.eig, linalg.eigvals, way_round="Use np.linalg.eigvals(a + 0j), or scipy.linalg.eigh.")
refused(linalg.pinvh, way_round="Use scipy.linalg.pinv.")
refused(linalg.lstsq, way_round="Use np.linalg.lstsq.")
refused(linalg.polar, way_round="u, s, vh = scipy.linalg.svd(a, full_matrices=False): u @ vh and (vh.T * s) @ vh.")
refused(linalg.solveh_banded, way_round="Use scipy.linalg.solve_banded with both halves.")
refused(linalg.solve_toeplitz, way_round="Use scipy.linalg.solve(scipy.linalg.toeplitz(c, r), b).")
refused(linalg.matmul_toeplitz, way_round="Use scipy.linalg.toeplitz(c, r) @ x.")
refused(linalg.solve_circulant, way_round="Use scipy.linalg.solve(scipy.linalg.circulant(c), b).")

_GENERAL = (None, "gen", "general")
_SYMMETRIC = ("sym", "symmetric", "her", "hermitian", "pos", "positive definite")


@static
def require_one(what: str, ndim: int) -> None:
    """Refuse a stack of matrices."""
    if ndim != 2:
        raise Unsupported(f"{what} of a stack of matrices", "Call it for each of them, or use numpy.linalg.")


@static
def is_symmetric(assume_a: Any) -> bool:
    """Is a matrix said to be symmetric? Refuses what is said of it otherwise."""
    if assume_a not in (*_GENERAL, *_SYMMETRIC):
        raise Unsupported(f"scipy.linalg.solve with assume_a={assume_a!r}", "Use solve_triangular, or leave it out.")
    return assume_a in _SYMMETRIC


@static
def is_turned(trans: Any) -> bool:
    """Does `trans` ask for the transposed matrix?"""
    return trans not in (0, "N")


@static
def refuse(given: bool, what: str, way_round: str) -> None:
    """Refuse what is asked for."""
    if given:
        raise Unsupported(what, way_round)


def columns(x: Any) -> Any:
    """A vector as a matrix of one column."""
    return x if x.ndim == 2 else np.expand_dims(x, 1)


def outer(a: Any, b: Any) -> Any:
    """The sum of the outer products of columns."""
    return np.outer(a, b) if a.ndim == 1 else a @ b.T


@rule(linalg.solve)
def solve(
    ct: Any, out: Any, a: Any, b: Any, *, lower: Any = False, check_finite: Any = True, assume_a: Any = None,
    transposed: Any = False,
) -> Any:  # fmt: skip
    require_one("scipy.linalg.solve", a.ndim)
    if is_symmetric(assume_a):
        db = linalg.solve(a, ct, lower=lower, assume_a=assume_a)
        da = -outer(db, out)
        return decompositions.symmetric(da), db
    if transposed:
        db = linalg.solve(a, ct)
        return -outer(out, db), db
    db = linalg.solve(a.T, ct)
    return -outer(db, out), db


def part_of(a: Any, lower: Any, unit_diagonal: Any) -> Any:
    """The triangle of a matrix that is read."""
    if lower:
        return np.tril(a, -1) if unit_diagonal else np.tril(a)
    return np.triu(a, 1) if unit_diagonal else np.triu(a)


@rule(linalg.solve_triangular)
def solve_triangular(
    ct: Any, out: Any, a: Any, b: Any, *, trans: Any = 0, lower: Any = False, unit_diagonal: Any = False,
    check_finite: Any = True,
) -> Any:  # fmt: skip
    require_one("scipy.linalg.solve_triangular", a.ndim)
    if is_turned(trans):
        db = linalg.solve_triangular(a, ct, lower=lower, unit_diagonal=unit_diagonal)
        return part_of(-outer(out, db), lower, unit_diagonal), db
    db = linalg.solve_triangular(a, ct, trans=1, lower=lower, unit_diagonal=unit_diagonal)
    return part_of(-outer(db, out), lower, unit_diagonal), db


def along_band(db: Any, x: Any, later: Any) -> Any:
    """For each element of `x` its product with that of `db` so much later, 0 where there is none."""
    if later == 0:
        return db * x
    if later > 0:
        return np.concatenate((db[later:] * x[:-later], np.zeros_like(x[:later])))
    return np.concatenate((np.zeros_like(x[:-later]), db[:later] * x[-later:]))


@rule(linalg.solve_banded, whole=True)
def solve_banded(ct: Any, out: Any, l_and_u: Any, ab: Any, b: Any, *, check_finite: Any = True) -> Any:
    """What lies in the corners of `ab`, beyond the matrix, has the derivative 0."""
    lower, upper = l_and_u
    if not (known(lower) and known(upper)):
        raise Unsupported("scipy.linalg.solve_banded of a band that the run decides", "Write its width as numbers.")
    rows = range(lower + upper + 1)
    transposed = np.stack([np.roll(ab[lower + upper - k], lower - k) for k in rows])
    db = linalg.solve_banded((upper, lower), transposed, ct)
    bands = [along_band(db, out, k - upper) for k in rows]
    if b.ndim > 1:
        bands = [np.sum(band, axis=1) for band in bands]
    return None, -np.stack(bands), db


@rule(linalg.cholesky)
def cholesky(ct: Any, out: Any, a: Any, *, lower: Any = False, check_finite: Any = True) -> Any:
    """The cotangent of a symmetric matrix, which is symmetric."""
    return through_cholesky(ct, out) if lower else through_cholesky(turned(ct), turned(out))


@rule(linalg.cho_factor, ct="parts")
def cho_factor(ct: Any, out: Any, a: Any, *, lower: Any = False, check_finite: Any = True) -> Any:
    """The same; what the other triangle holds is not looked at."""
    if ct[0] is None:
        return None
    return through_cholesky(ct[0], np.tril(out[0])) if lower else through_cholesky(ct[0].T, np.triu(out[0]).T)


@rule(linalg.cho_solve)
def cho_solve(ct: Any, out: Any, c_and_lower: Any, b: Any, *, check_finite: Any = True) -> Any:
    factor, lower = c_and_lower
    require_one("scipy.linalg.cho_solve", factor.ndim)
    if not known(lower):
        raise Unsupported("scipy.linalg.cho_solve of a triangle that the run decides", "Write True or False.")
    db = linalg.cho_solve(c_and_lower, ct)
    da = -outer(db, out)
    both = da + da.T
    dfactor = np.tril(both @ np.tril(factor)) if lower else np.triu(np.triu(factor) @ both)
    return (dfactor, None), db


def of_triangles(dlower: Any, lower: Any, dupper: Any, upper: Any) -> Any:
    """What is left of the cotangents of `L` and `U` between their inverses: `L.T @ da' @ U.T`."""
    of_lower = None if dlower is None else np.tril(lower.T @ np.tril(dlower, -1), -1)
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
        inner = of_permuted(ct[0], out[0], ct[1], upper)
        if inner is None:
            return None
        return np.linalg.solve(out[0].T, linalg.solve_triangular(upper, inner.T).T)
    inner = of_triangles(ct[1], out[1], ct[2], upper)
    if inner is None:
        return None
    half = linalg.solve_triangular(upper, inner.T).T
    return out[0] @ linalg.solve_triangular(out[1], half, trans=1, lower=True, unit_diagonal=True)


def of_permuted(dlower: Any, lower: Any, dupper: Any, upper: Any) -> Any:
    """The same where the rows of `L` are in the order of those of the matrix."""
    of_lower = None if dlower is None else np.tril(lower.T @ dlower, -1)
    of_upper = None if dupper is None else np.triu(np.triu(dupper) @ upper.T)
    if of_lower is None:
        return of_upper
    return of_lower if of_upper is None else of_lower + of_upper


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


@rule(linalg.lu_solve)
def lu_solve(ct: Any, out: Any, lu_and_piv: Any, b: Any, *, trans: Any = 0, check_finite: Any = True) -> Any:
    packed, pivots = lu_and_piv
    require_one("scipy.linalg.lu_solve", packed.ndim)
    upper = np.triu(packed)
    lower = np.tril(packed, -1) + np.eye(packed.shape[0], dtype=packed.dtype)
    one = np.eye(packed.shape[0], dtype=packed.dtype)
    if trans == 0:
        db = linalg.lu_solve(lu_and_piv, ct, trans=1)
        # `P.T @ L @ U @ x = b`: with `w` the rows of `db` in the order of `L`, `dL = -w @ (U @ x).T`
        w = linalg.lu_solve((one, pivots), columns(db))
        dlower, dupper = -w @ (upper @ columns(out)).T, -(lower.T @ w) @ columns(out).T
    else:
        db = linalg.lu_solve(lu_and_piv, ct)
        w = linalg.lu_solve((one, pivots), columns(out))
        dlower, dupper = -w @ (upper @ columns(db)).T, -(lower.T @ w) @ columns(db).T
    return (np.tril(dlower, -1) + np.triu(dupper), None), db


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


def slants(a: Any) -> Any:
    """The sums of the elements of a matrix whose two indices have one sum: each row is moved on by one place more."""
    m, n = a.shape
    flat = np.ravel(np.pad(a, ((0, 0), (0, m))))[: m * (m + n - 1)]
    return np.sum(np.reshape(flat, (m, m + n - 1)), axis=0)


def after_zero(d: Any, like: Any) -> Any:
    """Cotangents of all elements but the first, which has none."""
    return np.concatenate((np.zeros_like(like[:1]), d))


@rule(linalg.toeplitz, whole=True)
def toeplitz(ct: Any, out: Any, c: Any, r: Any = None) -> Any:
    require_line("scipy.linalg.toeplitz", c.ndim)
    n = out.shape[1]
    diagonals = slants(np.fliplr(ct))
    above = np.flip(diagonals[: n - 1])
    if r is None:
        return diagonals[n - 1 :] + after_zero(above, c)
    return diagonals[n - 1 :], after_zero(above, r)


@static
def require_line(what: str, ndim: int) -> None:
    """Refuse anything but a line of elements."""
    if ndim != 1:
        raise Unsupported(f"{what} of more than one axis", "Pass a line of elements.")


@rule(linalg.hankel, whole=True)
def hankel(ct: Any, out: Any, c: Any, r: Any = None) -> Any:
    require_line("scipy.linalg.hankel", c.ndim)
    m, diagonals = out.shape[0], slants(ct)
    if r is None:
        return diagonals[:m]
    return diagonals[:m], after_zero(diagonals[m:], r)


@rule(linalg.circulant, whole=True)
def circulant(ct: Any, out: Any, c: Any) -> Any:
    require_line("scipy.linalg.circulant", c.ndim)
    n, diagonals = c.shape[0], slants(np.fliplr(ct))
    return diagonals[n - 1 :] + after_zero(diagonals[: n - 1], c)


def blocks(ct: Any, arrs: Any, i: Any, j: Any) -> Any:
    """The blocks of a matrix from a row and a column on, in the shapes of arrays."""
    if not arrs:
        return ()
    a = arrs[0]
    rows, width = a.shape[0] if a.ndim == 2 else 1, a.shape[-1] if a.ndim > 0 else 1
    part = ct[i : i + rows, j : j + width]
    return (part if a.ndim == 2 else np.reshape(part, a.shape), *blocks(ct, arrs[1:], i + rows, j + width))


@rule(linalg.block_diag, whole=True)
def block_diag(ct: Any, out: Any, *arrs: Any) -> Any:
    found = blocks(ct, arrs, 0, 0)
    return found[0] if len(arrs) == 1 else found
