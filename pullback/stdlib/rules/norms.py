"""Norms of vectors and matrices, and condition numbers. At its tip a norm has the derivative 0; ties are shared."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import Unsupported, is_complex, rule, static
from pullback.stdlib.rules.matrices import of_matrices, turned
from pullback.stdlib.rules.reductions import widened


def nonzero(out: Any) -> Any:
    """A norm to divide by; one for that of nothing but zeros."""
    return out + (out == 0.0)


def shared(hit: Any, axis: Any, dtype: Any) -> Any:
    """What is hit, so that each line along the axes has one in all."""
    return hit / np.sum(hit, axis=axis, dtype=dtype, keepdims=True)


def of_vectors(ct: Any, out: Any, x: Any, order: Any, axis: Any) -> Any:
    """The cotangent of vectors along `axis`, of which `ct` and `out` still have the axes."""
    if order is None or order == 2:
        return ct / nonzero(out) * x
    if order == 0:
        return None
    if order == 1:
        return ct * np.sign(x)
    if order == np.inf or order == -np.inf:
        return ct * np.sign(x) * shared(np.abs(x) == out, axis, x.dtype)
    return ct * np.sign(x) * (np.abs(x) / nonzero(out)) ** (order - 1)


def of_matrix(ct: Any, out: Any, x: Any, order: Any) -> Any:
    """The cotangent of matrices, which are the last two axes, that `ct` and `out` still have."""
    if order is None or order == "fro":
        return ct / nonzero(out) * x
    if order == 1 or order == -1 or order == np.inf or order == -np.inf:
        over, along = (-2, -1) if order == 1 or order == -1 else (-1, -2)
        sums = np.sum(np.abs(x), axis=over, keepdims=True)
        return ct * np.sign(x) * shared(sums == out, along, x.dtype)
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    if order == "nuc":
        return ct * ((u * np.expand_dims(np.sign(s), -2)) @ vh)
    best = np.max(s, axis=-1, keepdims=True) if order == 2 else np.min(s, axis=-1, keepdims=True)
    return ct * ((u * np.expand_dims(np.sign(s) * shared(s == best, -1, s.dtype), -2)) @ vh)


@static
def is_of_matrices(order: Any, axis: Any, ndim: int) -> bool:
    """Is this a norm of matrices that is not the one of all elements in a line?"""
    return order is not None and (isinstance(axis, tuple) and len(axis) == 2 or axis is None and ndim == 2)


@static
def last_two(axis: Any, ndim: int) -> bool:
    """Are the axes of matrices the last two, in order?"""
    return axis is None or tuple(k % ndim for k in axis) == (ndim - 2, ndim - 1)


@rule(np.linalg.norm, ct="scalar")
def norm(ct: Any, out: Any, x: Any, *, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    ct, out = widened(ct, axis, keepdims), widened(out, axis, keepdims)
    if is_complex(x):
        if ord is not None:
            raise Unsupported("np.linalg.norm of this order of complex numbers", "Leave `ord` out.")
        return ct / nonzero(out) * np.conjugate(x)
    if ord is None or not is_of_matrices(ord, axis, x.ndim):
        return of_vectors(ct, out, x, ord, axis)
    if last_two(axis, x.ndim):
        return of_matrix(ct, out, x, ord)
    moved = of_matrix(put_last(ct, axis), put_last(out, axis), np.moveaxis(x, axis, (-2, -1)), ord)
    return np.moveaxis(moved, (-2, -1), axis)


def put_last(a: Any, axis: Any) -> Any:
    """`a` with these axes last; one number stays one."""
    return a if np.ndim(a) == 0 else np.moveaxis(a, axis, (-2, -1))


@rule(np.linalg.vector_norm, ct="scalar")
def vector_norm(ct: Any, out: Any, x: Any, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    return of_vectors(widened(ct, axis, keepdims), widened(out, axis, keepdims), x, ord, axis)


@rule(np.linalg.matrix_norm, ct="scalar")
def matrix_norm(ct: Any, out: Any, x: Any, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    return of_matrix(widened(ct, (-2, -1), keepdims), widened(out, (-2, -1), keepdims), x, ord)


@rule(np.linalg.cond)
def cond(ct: Any, out: Any, x: Any, *, p: Any = None) -> Any:
    if p is None or p == 2 or p == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        large, small = s[..., :1], s[..., -1:]
        first, last = ends(s)
        of_values = first / small - last * large / small / small
        if p == -2:
            of_values = last / large - first * small / large / large
        return of_matrices(ct) * ((u * np.expand_dims(of_values, -2)) @ vh)
    inverse = np.linalg.inv(x)
    size = np.linalg.norm(x, p, (-2, -1), keepdims=True)
    size_of_inverse = np.linalg.norm(inverse, p, (-2, -1), keepdims=True)
    of_inverse = of_matrix(of_matrices(ct) * size, size_of_inverse, inverse, p)
    return of_matrix(of_matrices(ct) * size_of_inverse, size, x, p) - turned(inverse) @ of_inverse @ turned(inverse)


def ends(s: Any) -> Any:
    """One for the first value of each line, one for the last."""
    places = np.arange(s.shape[-1])
    return places == 0, places == s.shape[-1] - 1
