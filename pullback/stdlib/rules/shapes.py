"""Operations that only move elements: each cotangent goes back where its element came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import add_trees, fitted, match_kinds, scatter_add, unbroadcast
from pullback.stdlib.registry import Unsupported, known, rule, static


def in_order(ct: Any, a: Any, order: Any) -> Any:
    """`ct` in the shape of `a`, its elements taken in the order in which those of `a` were."""
    if order == "C":
        return np.reshape(ct, np.shape(a))
    if order == "F":
        return np.reshape(ct, np.shape(a), order="F")
    raise Unsupported("an array read in the order of its memory", "Use order='C' or order='F'.")


@rule(np.reshape, ct="passed")
def reshape(ct: Any, out: Any, a: Any, *, shape: Any = None, order: Any = "C") -> Any:
    return in_order(ct, a, order)


@rule(np.ravel, ct="passed")
def ravel(ct: Any, out: Any, a: Any, *, order: Any = "C") -> Any:
    return in_order(ct, a, order)


@static
def inverse_permutation(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes `axes`."""
    forward = [axis % len(axes) for axis in axes]
    return tuple(forward.index(axis) for axis in range(len(axes)))


@rule(np.transpose, ct="passed")
def transpose(ct: Any, out: Any, a: Any, *, axes: Any = None) -> Any:
    if axes is None:
        return np.transpose(ct)
    return np.transpose(ct, inverse_permutation(axes))


@rule(np.matrix_transpose, np.linalg.matrix_transpose, ct="passed")
def matrix_transpose(ct: Any, out: Any, x: Any) -> Any:
    return np.matrix_transpose(ct)


@rule(np.swapaxes, ct="passed")
def swapaxes(ct: Any, out: Any, a: Any, *, axis1: Any, axis2: Any) -> Any:
    return np.swapaxes(ct, axis1, axis2)


@rule(np.moveaxis, ct="passed")
def moveaxis(ct: Any, out: Any, a: Any, *, source: Any, destination: Any) -> Any:
    return np.moveaxis(ct, destination, source)


@rule(np.rollaxis, ct="passed")
def rollaxis(ct: Any, out: Any, a: Any, *, axis: Any, start: Any = 0) -> Any:
    return np.moveaxis(ct, destination_of(np.ndim(a), axis, start), axis)


@static
def destination_of(ndim: int, axis: int, start: int) -> int:
    """Where `np.rollaxis` puts an axis."""
    axis, start = axis % ndim, start + ndim if start < 0 else start
    return start - 1 if axis < start else start


@rule(np.rot90, ct="passed")
def rot90(ct: Any, out: Any, m: Any, *, k: Any = 1, axes: Any = (0, 1)) -> Any:
    return np.rot90(ct, -k, axes)


@rule(np.expand_dims, ct="passed")
def expand_dims(ct: Any, out: Any, a: Any, *, axis: Any) -> Any:
    return np.squeeze(ct, axis)


@rule(np.squeeze, ct="passed")
def squeeze(ct: Any, out: Any, a: Any, *, axis: Any = None) -> Any:
    if axis is None:
        return np.reshape(ct, np.shape(a))
    return np.expand_dims(ct, axis)


@rule(np.atleast_1d, np.atleast_2d, np.atleast_3d, ct="passed")
def atleast(ct: Any, out: Any, a: Any) -> Any:
    return np.reshape(ct, np.shape(a))


@rule(np.broadcast_to)
def broadcast_to(ct: Any, out: Any, array: Any, *, shape: Any) -> Any:
    return ct


@rule(np.copy, np.ascontiguousarray, np.asfortranarray, ct="passed")
def copy(ct: Any, out: Any, a: Any, *, order: Any = None) -> Any:
    return ct


@rule(np.flip, ct="passed")
def flip(ct: Any, out: Any, m: Any, *, axis: Any = None) -> Any:
    return np.flip(ct, axis)


@rule(np.fliplr, ct="passed")
def fliplr(ct: Any, out: Any, m: Any) -> Any:
    return np.fliplr(ct)


@rule(np.flipud, ct="passed")
def flipud(ct: Any, out: Any, m: Any) -> Any:
    return np.flipud(ct)


@rule(np.roll, ct="passed")
def roll(ct: Any, out: Any, a: Any, *, shift: Any, axis: Any = None) -> Any:
    if isinstance(shift, tuple):
        return np.roll(ct, tuple([-n for n in shift]), axis)
    return np.roll(ct, -shift, axis)


@rule(np.repeat, whole=True)
def repeat(ct: Any, out: Any, a: Any, *, repeats: Any, axis: Any = None) -> Any:
    if not isinstance(repeats, int):
        length = np.size(a) if axis is None else a.shape[axis]
        return scatter_add(ct, a, np.repeat(np.arange(length), repeats), axis)
    if axis is None or a.ndim == 1:
        if known(repeats) and 1 < repeats <= 4:  # lines of so few elements are summed one by one
            d = sum([ct[::repeats], *[ct[k::repeats] for k in range(1, repeats)]])
            return d if np.ndim(a) == 1 else np.reshape(d, np.shape(a))
        return np.reshape(np.sum(np.reshape(ct, (-1, repeats)), axis=1), np.shape(a))
    axis = axis % a.ndim
    return np.sum(np.reshape(ct, (*a.shape[: axis + 1], repeats, *a.shape[axis + 1 :])), axis=axis + 1)


@rule(np.tile)
def tile(ct: Any, out: Any, A: Any, *, reps: Any) -> Any:
    counts = reps if isinstance(reps, tuple) else (reps,)
    lengths = (*[1 for _ in counts[np.ndim(A) :]], *np.shape(A))
    counts = (*[1 for _ in lengths[len(counts) :]], *counts)
    blocks = tuple([n for pair in zip(counts, lengths, strict=True) for n in pair])
    return np.reshape(np.sum(np.reshape(ct, blocks), axis=tuple([2 * k for k in range(len(lengths))])), np.shape(A))


@rule(unbroadcast)
def unbroadcast_(ct: Any, out: Any, g: Any, like: Any, *more: Any) -> Any:
    return (ct, None, *[None for _ in more])


@rule(add_trees)
def add_trees_(ct: Any, out: Any, a: Any, b: Any) -> Any:
    return ct, ct


@rule(match_kinds, fitted)
def match_kinds_(ct: Any, out: Any, d: Any, like: Any) -> Any:
    return ct, None


@rule(np.tril)
def tril(ct: Any, out: Any, m: Any, *, k: Any = 0) -> Any:
    return np.tril(ct, k)


@rule(np.triu)
def triu(ct: Any, out: Any, m: Any, *, k: Any = 0) -> Any:
    return np.triu(ct, k)
