"""Products of vectors, matrices and stacks of matrices."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback.stdlib.registry import is_complex, rule, static


def conjugated(a: Any, x: Any) -> Any:
    """The conjugate of `a`, if `x` is complex."""
    return np.conjugate(a) if is_complex(x) else a


@rule(operator.matmul, np.matmul, np.linalg.matmul)
def matmul(ct: Any, out: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1 and b.ndim == 1:
        return ct * b, ct * a
    if a.ndim == 1 and b.ndim == 2:
        return b @ ct, np.outer(a, ct)
    if a.ndim == 2 and b.ndim == 1:
        return np.outer(ct, b), a.T @ ct
    if a.ndim == 2 and b.ndim == 2:
        return ct @ b.T, a.T @ ct
    if b.ndim == 1:
        return np.expand_dims(ct, -1) * b, np.ravel(ct) @ np.reshape(a, (-1, a.shape[-1]))
    if b.ndim == 2 and a.ndim > 2:
        rows, row_cts = np.reshape(a, (-1, a.shape[-1])), np.reshape(ct, (-1, ct.shape[-1]))
        return ct @ b.T, rows.T @ row_cts
    if a.ndim == 1:
        return np.squeeze(b @ np.expand_dims(ct, -1), -1), np.expand_dims(a, -1) * np.expand_dims(ct, -2)
    return ct @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ ct


@rule(np.dot)
def dot(ct: Any, out: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return ct * b, ct * a
    if b.ndim <= 2:
        return matmul(ct, out, a, b)
    rows = np.reshape(a, (-1, a.shape[-1]))
    columns = np.reshape(np.moveaxis(b, -2, 0), (b.shape[-2], -1))
    flat_ct = np.reshape(ct, (rows.shape[0], columns.shape[1]))
    moved = np.reshape(rows.T @ flat_ct, (b.shape[-2], *b.shape[:-2], b.shape[-1]))
    return np.reshape(flat_ct @ columns.T, a.shape), np.moveaxis(moved, 0, -2)


@rule(np.inner)
def inner(ct: Any, out: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0 or (a.ndim == 1 and b.ndim == 1):
        return ct * b, ct * a
    rows, columns = np.reshape(a, (-1, a.shape[-1])), np.reshape(b, (-1, b.shape[-1]))
    flat_ct = np.reshape(ct, (rows.shape[0], columns.shape[0]))
    return np.reshape(flat_ct @ columns, a.shape), np.reshape(flat_ct.T @ rows, b.shape)


@static
def pairing(axes: Any, a_ndim: int, b_ndim: int) -> tuple[tuple[int, ...], ...]:
    """The axes of `a` and `b` that `np.tensordot` sums over, then those of each that it keeps."""
    if isinstance(axes, int):
        a_axes, b_axes = tuple(range(a_ndim - axes, a_ndim)), tuple(range(axes))
    else:
        both = [(x,) if isinstance(x, int) else x for x in axes]
        a_axes, b_axes = tuple(x % a_ndim for x in both[0]), tuple(x % b_ndim for x in both[1])
    kept = tuple(k for k in range(a_ndim) if k not in a_axes), tuple(k for k in range(b_ndim) if k not in b_axes)
    return a_axes, b_axes, *kept


@static
def places(order: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that sorts axes which come in this order."""
    return tuple(order.index(axis) for axis in range(len(order)))


@static
def tensordot_orders(axes: Any, a_ndim: int, b_ndim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The permutations that put the axes of the two cotangents of `np.tensordot` into order."""
    a_axes, b_axes, a_kept, b_kept = pairing(axes, a_ndim, b_ndim)
    by_b = tuple(a for _, a in sorted(zip(b_axes, a_axes, strict=True)))
    by_a = tuple(b for _, b in sorted(zip(a_axes, b_axes, strict=True)))
    return places((*a_kept, *by_b)), places((*by_a, *b_kept))


@static
def is_sorted(order: tuple[int, ...]) -> bool:
    """Does a permutation leave everything where it is?"""
    return order == tuple(range(len(order)))


def permuted(x: Any, order: Any) -> Any:
    """`x` with its axes in another order, if it is another one."""
    return x if is_sorted(order) else np.transpose(x, order)


@rule(np.tensordot)
def tensordot(ct: Any, out: Any, a: Any, b: Any, *, axes: Any = 2) -> Any:
    _, _, a_kept, b_kept = pairing(axes, a.ndim, b.ndim)
    a_order, b_order = tensordot_orders(axes, a.ndim, b.ndim)
    if np.ndim(ct) == 0:
        return ct * permuted(b, a_order), ct * permuted(a, b_order)
    in_ct = tuple([len(a_kept) + k for k in range(len(b_kept))])
    da = np.tensordot(ct, b, (in_ct, b_kept))
    db = np.tensordot(a, ct, (a_kept, tuple(range(len(a_kept)))))
    return permuted(da, a_order), permuted(db, b_order)


@rule(np.linalg.tensordot)
def tensordot_of_two(ct: Any, out: Any, x1: Any, x2: Any, *, axes: Any = 2) -> Any:
    return tensordot(ct, out, x1, x2, axes=axes)


@rule(np.vecdot)
def vecdot(ct: Any, out: Any, x1: Any, x2: Any) -> Any:
    return conjugated(np.expand_dims(ct, -1) * x2, x1), np.expand_dims(ct, -1) * conjugated(x1, x1)


@rule(np.linalg.vecdot)
def vecdot_along(ct: Any, out: Any, x1: Any, x2: Any, *, axis: Any = -1) -> Any:
    return conjugated(np.expand_dims(ct, axis) * x2, x1), np.expand_dims(ct, axis) * conjugated(x1, x1)


@rule(np.linalg.cross)
def cross(ct: Any, out: Any, x1: Any, x2: Any, *, axis: Any = -1) -> Any:
    return np.linalg.cross(x2, ct, axis=axis), np.linalg.cross(ct, x1, axis=axis)


if hasattr(np, "matvec"):  # NumPy 2.2

    @rule(np.matvec)
    def matvec(ct: Any, out: Any, x1: Any, x2: Any) -> Any:
        return np.expand_dims(ct, -1) * np.expand_dims(x2, -2), np.vecmat(conjugated(ct, ct), x1)

    @rule(np.vecmat)
    def vecmat(ct: Any, out: Any, x1: Any, x2: Any) -> Any:
        dx1 = np.matvec(x2, ct)
        return conjugated(dx1, x1), np.expand_dims(conjugated(x1, x1), -1) * np.expand_dims(ct, -2)


@rule(np.vdot)
def vdot(ct: Any, out: Any, a: Any, b: Any) -> Any:
    return conjugated(ct * np.reshape(b, np.shape(a)), a), ct * np.reshape(conjugated(a, a), np.shape(b))


@rule(np.outer, np.linalg.outer)
def outer(ct: Any, out: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return ct @ b, a @ ct
    return np.reshape(ct @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ ct, np.shape(b))
