"""Operations whose tangent is the operation itself on tangents.

All others have theirs from the rules of reverse mode: an elementwise one from its partials, any other one by
transposing what its rule does to a cotangent.
"""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from pullback.runtime import (
    add_trees,
    fitted,
    halved,
    match_kinds,
    place_diagonal,
    places_in_order,
    scatter_add,
    scatter_add_along,
    scatter_along,
    unbroadcast,
    unpadded,
)
from pullback.stdlib.registry import Unsupported, linear, multilinear, rule
from pullback.stdlib.rules.reductions import count, widened

linear(
    *(np.reshape, np.ravel, np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.rot90),
    *(np.expand_dims, np.squeeze, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_to, np.copy),
    *(np.ascontiguousarray, np.asfortranarray, np.flip, np.fliplr, np.flipud, np.roll, np.repeat, np.tile),
    *(np.tril, np.triu, np.sum, np.mean, np.cumsum, np.diff, np.diagonal, np.diag, np.trace, np.split, np.array_split),
)
linear(
    *(np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack, np.array, np.asarray, add_trees),
    *(builtins.sum, math.fsum, np.linspace),
    at=None,
)
linear(
    *(np.take, np.take_along_axis, unbroadcast, match_kinds, fitted, scatter_add, scatter_add_along, scatter_along),
    place_diagonal,
    halved,
)
linear(np.linalg.matrix_transpose, np.linalg.diagonal, np.linalg.trace)
linear(np.full_like, np.full, at=(1,))
linear(np.resize, np.diagflat, np.delete, np.gradient, np.polyder, unpadded)
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    linear(np.cumulative_sum)
linear(np.append, np.dstack, np.block, np.meshgrid, np.polyadd, np.polysub, np.ediff1d, at=None)
linear(np.full_like, np.full, np.bincount, np.compress, np.extract, at=(1,))
linear(np.insert, at=(0, 2))
linear(np.where, at=(1, 2))

multilinear(np.kron, np.cross, np.convolve, np.correlate, np.trapezoid)
multilinear(operator.matmul, np.matmul, np.dot, np.inner, np.tensordot, np.vecdot, np.vdot, np.outer, np.einsum)
multilinear(np.linalg.matmul, np.linalg.tensordot, np.linalg.vecdot, np.linalg.outer, np.linalg.cross)
if hasattr(np, "matvec"):  # NumPy 2.2
    multilinear(np.matvec, np.vecmat)


@rule.forward(np.arange)
def arange(tangents: Any, out: Any, start: Any, stop: Any = None, step: Any = None, *, dtype: Any = None) -> Any:
    if stop is None or (tangents[0] is None and (step is None or tangents[2] is None)):
        return np.zeros_like(out)
    if step is None or tangents[2] is None:
        return np.full_like(out, tangents[0])
    steps = tangents[2] * np.arange(out.size)
    return steps if tangents[0] is None else tangents[0] + steps


@rule.forward(np.var)
def var(
    tangents: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: Any = False
) -> Any:
    moved = (a - np.mean(a, axis=axis, keepdims=True)) * tangents[0]
    if ddof == 0:
        return 2.0 * np.mean(moved, axis=axis, keepdims=keepdims)
    return 2.0 * (np.sum(moved, axis=axis, keepdims=keepdims) / (count(a, axis) - ddof))


@rule.forward(np.std)
def std(
    tangents: Any, out: Any, a: Any, *, axis: Any = None, dtype: Any = None, ddof: Any = 0, keepdims: Any = False
) -> Any:
    moved = (a - np.mean(a, axis=axis, keepdims=True)) * tangents[0]
    freedom = count(a, axis) if ddof == 0 else count(a, axis) - ddof
    return np.sum(moved, axis=axis, keepdims=keepdims) / (freedom * (out + (out == 0.0)))


@rule.forward(np.max, np.min, np.amax, np.amin)
def max_(tangents: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    hit = a == widened(out, axis, keepdims)
    moved = np.sum(hit * tangents[0], axis=axis, keepdims=keepdims)
    return moved / np.sum(hit, axis=axis, dtype=a.dtype, keepdims=keepdims)


@rule.forward(np.linalg.inv)
def inv(tangents: Any, out: Any, a: Any) -> Any:
    return -(out @ tangents[0] @ out)


def pushed_side(tangents: Any, moved: Any) -> Any:
    """The right-hand side whose solution is the tangent of that of equations: `moved` is what the matrix moves by."""
    if tangents[0] is None:
        return tangents[1]
    return -moved if tangents[1] is None else tangents[1] - moved


@rule.forward(np.linalg.solve)
def solve(tangents: Any, out: Any, a: Any, b: Any) -> Any:
    if b.ndim > 1 or a.ndim == 2:
        moved = None if tangents[0] is None else tangents[0] @ out
        return np.linalg.solve(a, pushed_side(tangents, moved))
    moved = None if tangents[0] is None else np.squeeze(tangents[0] @ np.expand_dims(out, -1), -1)
    return np.squeeze(np.linalg.solve(a, np.expand_dims(pushed_side(tangents, moved), -1)), -1)


@rule.forward(np.linalg.lstsq)
def lstsq(tangents: Any, out: Any, a: Any, b: Any, *, rcond: Any = None) -> Any:
    inverse = np.linalg.pinv(a, rtol=rcond)
    x = out[0] if b.ndim == 2 else np.expand_dims(out[0], 1)
    error = (b if b.ndim == 2 else np.expand_dims(b, 1)) - a @ x
    side = 0.0 * error if tangents[1] is None else np.reshape(tangents[1], error.shape)
    if tangents[0] is None:
        dx, dvalues = inverse @ side, np.zeros_like(out[3])
    else:
        side = side - tangents[0] @ x
        moved = tangents[0].T @ (inverse.T @ x)
        dx = inverse @ side + (moved - inverse @ (a @ moved)) + inverse @ (inverse.T @ (tangents[0].T @ error))
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        dvalues = np.sum(u * (tangents[0] @ vh.T), axis=0)
    # there are no residuals where the rank is lower than the number of columns, or of rows
    dresiduals = 2.0 * np.sum(error * side, axis=0)[: out[1].size]
    return np.reshape(dx, out[0].shape), dresiduals, None, dvalues


@rule.forward(np.linalg.tensorinv)
def tensorinv(tangents: Any, out: Any, a: Any, *, ind: Any = 2) -> Any:
    size = math.prod(a.shape[:ind])
    inverse = np.reshape(out, (size, size))
    return -np.reshape(inverse @ np.reshape(tangents[0], (size, size)) @ inverse, out.shape)


@rule.forward(np.linalg.tensorsolve)
def tensorsolve(tangents: Any, out: Any, a: Any, b: Any, *, axes: Any = None) -> Any:
    if axes is not None:
        raise Unsupported("np.linalg.tensorsolve with axes", "Move them with np.moveaxis.")
    moved = None if tangents[0] is None else np.tensordot(tangents[0], out, out.ndim)
    side = np.ravel(pushed_side(tangents, moved))
    return np.reshape(np.linalg.solve(np.reshape(a, (b.size, b.size)), side), out.shape)


@rule.forward(np.sort)
def sort(tangents: Any, out: Any, a: Any, *, axis: Any = -1, kind: Any = None, stable: Any = None) -> Any:
    return np.take_along_axis(tangents[0], places_in_order(a, out, axis), axis)


@rule.forward(np.nansum)
def nansum(tangents: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    return np.sum(np.where(np.isnan(a), 0.0, tangents[0]), axis=axis, keepdims=keepdims)


@rule.forward(np.nanmean)
def nanmean(tangents: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    counted = np.logical_not(np.isnan(a))
    moved = np.sum(np.where(counted, tangents[0], 0.0), axis=axis, keepdims=keepdims)
    return moved / np.sum(counted, axis=axis, dtype=a.dtype, keepdims=keepdims)
