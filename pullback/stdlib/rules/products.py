"""Products of arrays that are not sums over an axis, and covariances."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import Unsupported, rule, static


def of_rank(a: Any, rank: Any) -> Any:
    """The shape of `a` with axes of length 1 before it."""
    return (*[1 for _ in range(rank - np.ndim(a))], *np.shape(a))


def raised(a: Any, rank: Any) -> Any:
    """`a` with axes of length 1 before its own."""
    return a if np.ndim(a) == rank else np.reshape(a, of_rank(a, rank))


def lowered(d: Any, a: Any, rank: Any) -> Any:
    """`d` without the axes that `a` lacks."""
    return d if np.ndim(a) == rank else np.reshape(d, np.shape(a))


@rule(np.kron, whole=True)
def kron(ct: Any, out: Any, a: Any, b: Any) -> Any:
    rank = max(np.ndim(a), np.ndim(b))
    if rank == 0:
        return ct * b, ct * a
    a_shape, b_shape = of_rank(a, rank), of_rank(b, rank)
    blocks = np.reshape(ct, tuple([n for pair in zip(a_shape, b_shape, strict=True) for n in pair]))
    evens, odds, every = every_other(rank, 0), every_other(rank, 1), every_other(rank, 2)
    da = np.tensordot(blocks, raised(b, rank), (odds, every))
    db = np.tensordot(raised(a, rank), blocks, (every, evens))
    return lowered(da, a, rank), lowered(db, b, rank)


@static
def every_other(rank: int, first: int) -> tuple[int, ...]:
    """Every other axis of twice `rank`, from the first one or the second one on; the first `rank` axes for 2."""
    return tuple(range(rank)) if first == 2 else tuple(range(first, 2 * rank, 2))


@static
def cross_axes(a: int, b: int, axisa: int, axisb: int, axisc: int, axis: int | None) -> tuple[int, int, int]:
    """The axes of the operands of a cross product and of its result on which the vectors lie, from the end."""
    if axis is not None:
        axisa = axisb = axisc = axis
    rank = max(a, b)
    found = axisa % a - a, axisb % b - b, axisc % rank - rank
    if a != b and found != (-1, -1, -1):
        raise Unsupported(
            "np.cross along such axes of operands of different ranks", "Use np.moveaxis."
        )
    return found


@rule(np.cross)
def cross(
    ct: Any, out: Any, a: Any, b: Any, *, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None
) -> Any:
    own, other, of_out = cross_axes(np.ndim(a), np.ndim(b), axisa, axisb, axisc, axis)
    if own == other == of_out == -1:
        return np.cross(b, ct), np.cross(ct, a)
    da = np.cross(b, ct, axisa=other, axisb=of_out, axisc=own)
    return da, np.cross(ct, a, axisa=of_out, axisb=own, axisc=other)


def degrees(n: Any, bias: Any, ddof: Any) -> Any:
    """What a covariance is divided by."""
    if ddof is None:
        return n if bias else n - 1
    return n - ddof


def observations(m: Any, y: Any, rowvar: Any) -> Any:
    """The variables as rows."""
    rows = np.reshape(m, (1, -1)) if m.ndim == 1 else m if rowvar else m.T
    if y is None:
        return rows
    return np.concatenate((rows, np.reshape(y, (1, -1)) if y.ndim == 1 else y if rowvar else y.T))


def as_given(d: Any, m: Any, rowvar: Any) -> Any:
    """Rows of variables as they were given."""
    if m.ndim == 1:
        return np.reshape(d, np.shape(m))
    return d if rowvar else d.T


def to_observations(ct: Any, rows: Any, n: Any) -> Any:
    """The cotangent of variables, as rows, from that of their covariance."""
    moved = rows - np.mean(rows, axis=1, keepdims=True)
    table = ct if np.ndim(ct) == 2 else np.atleast_2d(ct)
    return (table + table.T) @ moved / n


def apart(d: Any, m: Any, y: Any, rowvar: Any) -> Any:
    """The cotangents of one or two tables of variables from that of both."""
    if y is None:
        return as_given(d, m, rowvar)
    k = d.shape[0] - (1 if y.ndim == 1 else y.shape[0] if rowvar else y.shape[1])
    return as_given(d[:k], m, rowvar), as_given(d[k:], y, rowvar)


@rule(np.cov, whole=True)
def cov(ct: Any, out: Any, m: Any, y: Any = None, *, rowvar: Any = True, bias: Any = False, ddof: Any = None) -> Any:
    rows = observations(m, y, rowvar)
    return apart(to_observations(ct, rows, degrees(rows.shape[1], bias, ddof)), m, y, rowvar)


def moved_observations(tangents: Any, m: Any, y: Any, rowvar: Any) -> Any:
    """The tangents of variables as rows; zeros for a table that does not move."""
    own = np.zeros_like(m) if tangents[0] is None else tangents[0]
    if y is None:
        return observations(own, None, rowvar)
    return observations(own, np.zeros_like(y) if tangents[1] is None else tangents[1], rowvar)


def moved_table(d: Any, rows: Any, out: Any) -> Any:
    """The tangent of the products of each two rows."""
    half = d @ rows.T
    return np.reshape(half + half.T, np.shape(out))


@rule.forward(np.cov)
def moved_cov(
    tangents: Any, out: Any, m: Any, y: Any = None, *, rowvar: Any = True, bias: Any = False, ddof: Any = None
) -> Any:
    rows = observations(m, y, rowvar)
    d = moved_observations(tangents, m, y, rowvar)
    n = degrees(rows.shape[1], bias, ddof)
    return moved_table(d, rows - np.mean(rows, axis=1, keepdims=True), out) / n


@rule.forward(np.corrcoef)
def moved_corrcoef(tangents: Any, out: Any, x: Any, y: Any = None, *, rowvar: Any = True) -> Any:
    rows = observations(x, y, rowvar)
    d = moved_observations(tangents, x, y, rowvar)
    d = d - np.mean(d, axis=1, keepdims=True)
    moved = rows - np.mean(rows, axis=1, keepdims=True)
    size = np.sqrt(np.sum(moved * moved, axis=1, keepdims=True))
    unit = moved / size
    return moved_table((d - np.sum(d * unit, axis=1, keepdims=True) * unit) / size, unit, out)


@rule(np.corrcoef, whole=True)
def corrcoef(ct: Any, out: Any, x: Any, y: Any = None, *, rowvar: Any = True) -> Any:
    rows = observations(x, y, rowvar)
    table, own = np.atleast_2d(ct), np.atleast_2d(out)
    moved = rows - np.mean(rows, axis=1, keepdims=True)
    size = np.sqrt(np.sum(moved * moved, axis=1))
    both = table + table.T
    weights = (both - np.diag(np.sum(both * own, axis=1))) / np.outer(size, size)
    return apart(weights @ moved, x, y, rowvar)
