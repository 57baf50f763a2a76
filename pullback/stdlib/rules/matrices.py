"""Functions of one matrix, or of a stack of them, and linear equations: `numpy.linalg`.

A matrix is the last two axes. What the forward pass has computed is used again where it tells the inverse; NumPy keeps
no factorisation, so the cotangent of `solve` takes one more solution, for all columns at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.runtime import cofactors, require_real, through_cholesky
from pullback.stdlib.registry import Unsupported, constant, is_complex, rule

constant(np.linalg.matrix_rank)


def turned(a: Any) -> Any:
    """Matrices with their rows as columns."""
    return a.T if a.ndim == 2 else np.swapaxes(a, -1, -2)


def conj(a: Any) -> Any:
    """The conjugate, if it is another one."""
    return np.conjugate(a) if is_complex(a) else a


def adjoint(a: Any) -> Any:
    """Matrices with their rows as columns, conjugated."""
    return conj(turned(a))


def on_diagonals(values: Any) -> Any:
    """Matrices with values on the diagonal."""
    if values.ndim == 1:
        return np.diag(values)
    return np.expand_dims(values, -2) * np.eye(values.shape[-1], dtype=values.dtype)


def with_other_half(a: Any) -> Any:
    """The Hermitian matrix whose lower half is that of `a`."""
    if is_complex(a):
        low = np.tril(a, -1)
        return low + adjoint(low) + on_diagonals(np.real(np.diagonal(a, axis1=-2, axis2=-1)))
    return np.tril(a) + turned(np.tril(a, -1))


def of_matrices(ct: Any) -> Any:
    """A number for each matrix, to multiply its elements with."""
    return ct if np.ndim(ct) == 0 else np.expand_dims(ct, (-1, -2))


@rule(np.linalg.det, ct="scalar")
def det(ct: Any, out: Any, a: Any) -> Any:
    return of_matrices(ct) * cofactors(a)


@rule(cofactors)
def cofactors_(ct: Any, out: Any, a: Any) -> Any:
    # cofactors are det(a) times the inverse, turned: a product, and a singular matrix is refused by `inv`
    turned_inverse = turned(np.linalg.inv(a))
    along = np.sum(ct * out, axis=(-1, -2), keepdims=True)
    return along * turned_inverse - turned_inverse @ turned(ct) @ out


@rule(require_real)
def require_real_(ct: Any, out: Any, x: Any, what: Any) -> Any:
    return ct, None


@rule(np.linalg.slogdet, ct="parts")
def slogdet(ct: Any, out: Any, a: Any) -> Any:
    along = ct[1]
    if is_complex(a) and ct[0] is not None:
        turning = 1j * np.imag(ct[0] * out[0])
        along = turning if along is None else along + turning
    return None if along is None else of_matrices(along) * turned(np.linalg.inv(a))


@rule(np.linalg.inv)
def inv(ct: Any, out: Any, a: Any) -> Any:
    return -(turned(out) @ ct @ turned(out))


@rule(np.linalg.solve)
def solve(ct: Any, out: Any, a: Any, b: Any) -> Any:
    if b.ndim > 1:
        db = np.linalg.solve(turned(a), ct)
        return -(db @ turned(out)), db
    if a.ndim == 2:
        db = np.linalg.solve(a.T, ct)
        return -np.outer(db, out), db
    db = np.linalg.solve(turned(a), np.expand_dims(ct, -1))
    return -(db * np.expand_dims(out, -2)), np.squeeze(db, -1)


@rule(np.linalg.tensorinv)
def tensorinv(ct: Any, out: Any, a: Any, *, ind: Any = 2) -> Any:
    size = math.prod(a.shape[:ind])
    inverse, flat = np.reshape(out, (size, size)), np.reshape(ct, (size, size))
    return np.reshape(-(inverse.T @ flat @ inverse.T), a.shape)


@rule(np.linalg.tensorsolve)
def tensorsolve(ct: Any, out: Any, a: Any, b: Any, *, axes: Any = None) -> Any:
    if axes is not None:
        raise Unsupported("np.linalg.tensorsolve with axes", "Move them with np.moveaxis.")
    db = np.linalg.solve(np.reshape(a, (b.size, b.size)).T, np.ravel(ct))
    return -np.reshape(np.outer(db, np.ravel(out)), a.shape), np.reshape(db, b.shape)


@rule(np.linalg.cholesky)
def cholesky(ct: Any, out: Any, a: Any, *, upper: Any = False) -> Any:
    """The cotangent of a symmetric matrix, which is symmetric."""
    return through_cholesky(adjoint(ct), adjoint(out)) if upper else through_cholesky(ct, out)


@rule(through_cholesky)
def through_cholesky_(ct: Any, out: Any, dfactor: Any, factor: Any) -> Any:
    inverse = np.linalg.inv(factor)
    inner = turned(factor) @ np.tril(dfactor)
    both = ct + adjoint(ct)
    dmiddle = inverse @ both @ adjoint(inverse)
    dinner = 0.25 * (np.tril(dmiddle) + np.tril(dmiddle, -1))
    dinverse = 0.5 * (with_other_half(inner) @ conj(inverse @ both))
    of_inverse = turned(inverse) @ dinverse @ turned(inverse)
    return np.tril(factor @ dinner), np.tril(dfactor) @ turned(dinner) - of_inverse


def with_power(ct: Any, a: Any, n: Any) -> Any:
    """The cotangent of `a` from that of its `n`-th power, n > 0."""
    if n == 1:
        return ct
    if n % 2 == 0:
        half = turned(a if n == 2 else np.linalg.matrix_power(a, n // 2))
        return with_power(ct @ half + half @ ct, a, n // 2)
    rest = a if n == 2 else np.linalg.matrix_power(a, n - 1)
    return ct @ turned(rest) + with_power(turned(a) @ ct, a, n - 1)


@rule(np.linalg.matrix_power)
def matrix_power(ct: Any, out: Any, a: Any, *, n: Any) -> Any:
    if n == 0:
        return None
    if n > 0:
        return with_power(ct, a, n)
    inverse = out if n == -1 else np.linalg.inv(a)
    return -(turned(inverse) @ with_power(ct, inverse, -n) @ turned(inverse))


def around(ct: Any, left: Any, right: Any) -> Any:
    """The cotangent of one factor of a product from that of the whole, from which the others go one by one."""
    if left:
        return around(left[0].T @ ct, left[1:], right)
    if right:
        return around(ct @ right[-1].T, left, right[:-1])
    return ct


@rule(np.linalg.multi_dot)
def multi_dot(ct: Any, out: Any, arrays: Any) -> Any:
    first, end = arrays[0], arrays[-1]
    if first.ndim == 1:
        ct, first = np.expand_dims(ct, 0), np.expand_dims(first, 0)
    if end.ndim == 1:
        ct, end = np.expand_dims(ct, -1), np.expand_dims(end, 1)
    factors = (first, *arrays[1:-1], end)
    cts = [around(ct, factors[:k], factors[k + 1 :]) for k in range(len(arrays))]
    return tuple([c if a.ndim == 2 else np.ravel(c) for c, a in zip(cts, arrays, strict=True)])


@rule(np.linalg.pinv)
def pinv(ct: Any, out: Any, a: Any, *, rcond: Any = None, hermitian: Any = False, rtol: Any = None) -> Any:
    """Where the rank does not change."""
    if hermitian:
        raise Unsupported("np.linalg.pinv with hermitian=True", "Leave it out.")
    dinverse = turned(ct)
    star = adjoint(out)
    of_rows = (star @ out) @ (dinverse - (dinverse @ out) @ a)
    of_columns = (dinverse - a @ (out @ dinverse)) @ (out @ star)
    return conj(of_rows + of_columns) - turned(out) @ ct @ turned(out)


@rule(np.linalg.lstsq, ct="parts")
def lstsq(ct: Any, out: Any, a: Any, b: Any, *, rcond: Any = None) -> Any:
    """Where the rank does not change; the residuals are those of a matrix of full rank with more rows than columns."""
    x = out[0] if b.ndim == 2 else np.expand_dims(out[0], 1)
    error = (b if b.ndim == 2 else np.expand_dims(b, 1)) - a @ x
    da, db = of_solution(ct[0], a, x, error, rcond)
    if ct[1] is not None:
        moved = 2.0 * ct[1] * error
        da = -moved @ x.T if da is None else da - moved @ x.T
        db = moved if db is None else db + moved
    if ct[3] is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        of_values = (u * ct[3]) @ vh
        da = of_values if da is None else da + of_values
    if db is None:
        return da, None
    return da, np.reshape(db, b.shape)


def of_solution(ct: Any, a: Any, x: Any, error: Any, rcond: Any) -> Any:
    """The cotangents of `a` and `b` from that of the solution `x` of least squares."""
    if ct is None:
        return None, None
    dx = np.reshape(ct, x.shape)
    inverse = np.linalg.pinv(a, rtol=rcond)
    db = inverse.T @ dx
    return error @ (inverse @ db).T - db @ x.T + (inverse.T @ x) @ (dx - a.T @ db).T, db
