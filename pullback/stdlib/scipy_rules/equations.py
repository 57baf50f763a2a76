"""Solutions of linear equations, of `scipy.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from pullback.stdlib.registry import Unsupported, complex_too, fresh, is_complex, known, of_sequences, rule, static
from pullback.stdlib.rules import decompositions
from pullback.stdlib.scipy_rules.stacks import require_one

of_sequences(linalg.cho_solve, linalg.lu_solve, linalg.solve_banded)
fresh(linalg.solve, linalg.solve_triangular, linalg.solve_banded, linalg.cho_solve, linalg.lu_solve)
complex_too(linalg.solve, linalg.solve_triangular, linalg.solve_banded)

_GENERAL = (None, "gen", "general")
_SYMMETRIC = ("sym", "symmetric", "her", "hermitian", "pos", "positive definite")


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
def is_conjugated(trans: Any) -> bool:
    """Does `trans` ask for the conjugated matrix as well?"""
    return trans in (2, "C")


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
        if is_complex(a):
            raise Unsupported("scipy.linalg.solve of complex numbers with assume_a", "Leave it out.")
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
        if is_conjugated(trans) and is_complex(a):
            raise Unsupported("scipy.linalg.solve_triangular with the conjugated matrix", "Conjugate it before.")
        db = linalg.solve_triangular(a, ct, lower=lower, unit_diagonal=unit_diagonal)
        return part_of(outer(-out, db), lower, unit_diagonal), db
    db = linalg.solve_triangular(a, ct, trans=1, lower=lower, unit_diagonal=unit_diagonal)
    return part_of(outer(-db, out), lower, unit_diagonal), db


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
