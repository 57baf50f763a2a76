"""Products of vectors, matrices and stacks of matrices."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback.stdlib.registry import rule


@rule(operator.matmul, np.matmul)
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


@rule(np.vecdot)
def vecdot(ct: Any, out: Any, x1: Any, x2: Any) -> Any:
    return np.expand_dims(ct, -1) * x2, np.expand_dims(ct, -1) * x1


if hasattr(np, "matvec"):  # NumPy 2.2

    @rule(np.matvec)
    def matvec(ct: Any, out: Any, x1: Any, x2: Any) -> Any:
        return np.expand_dims(ct, -1) * np.expand_dims(x2, -2), np.vecmat(ct, x1)

    @rule(np.vecmat)
    def vecmat(ct: Any, out: Any, x1: Any, x2: Any) -> Any:
        return np.matvec(x2, ct), np.expand_dims(x1, -1) * np.expand_dims(ct, -2)


@rule(np.vdot)
def vdot(ct: Any, out: Any, a: Any, b: Any) -> Any:
    return ct * np.reshape(b, np.shape(a)), ct * np.reshape(a, np.shape(b))


@rule(np.outer)
def outer(ct: Any, out: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return ct @ b, a @ ct
    return np.reshape(ct @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ ct, np.shape(b))
