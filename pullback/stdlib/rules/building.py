"""Arrays made of other arrays and scalars, and arrays taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import rule


def part(ct: Any, start: Any, stop: Any, axis: Any) -> Any:
    """`ct` from `start` to `stop` along `axis`."""
    if axis == 0:
        return ct[start:stop]
    if axis == 1:
        return ct[:, start:stop]
    if axis == 2:
        return ct[:, :, start:stop]
    if axis == -1:
        return ct[..., start:stop]
    if axis == -2:
        return ct[..., start:stop, :]
    return np.moveaxis(np.moveaxis(ct, axis, 0)[start:stop], 0, axis)


def slab(ct: Any, k: Any, axis: Any) -> Any:
    """`ct` at `k` along `axis`, without that axis."""
    if axis == 0:
        return ct[k]
    if axis == 1:
        return ct[:, k]
    if axis == -1:
        return ct[..., k]
    return np.moveaxis(ct, axis, 0)[k]


def extent(arrays: Any, axis: Any) -> Any:
    """The length of `arrays` together along `axis`; their number of elements if there is no axis."""
    if axis is None:
        return sum([np.size(a) for a in arrays])
    return sum([a.shape[axis] for a in arrays])


def parts(ct: Any, arrays: Any, axis: Any) -> Any:
    """The part of `ct` that belongs to each of `arrays`."""
    last = len(arrays) - 1
    bounds = [
        (None if k == 0 else extent(arrays[:k], axis), None if k == last else extent(arrays[: k + 1], axis))
        for k in range(len(arrays))
    ]
    return [part(ct, start, stop, 0 if axis is None else axis) for start, stop in bounds]


@rule(np.concatenate, ct="passed")
def concatenate(ct: Any, out: Any, arrays: Any, *, axis: Any = 0) -> Any:
    if axis is None:
        return tuple([np.reshape(c, np.shape(a)) for c, a in zip(parts(ct, arrays, axis), arrays, strict=False)])
    return tuple(parts(ct, arrays, axis))


@rule(np.stack, ct="passed")
def stack(ct: Any, out: Any, arrays: Any, *, axis: Any = 0) -> Any:
    return tuple([slab(ct, k, axis) for k in range(len(arrays))])


@rule(np.hstack, ct="passed")
def hstack(ct: Any, out: Any, tup: Any) -> Any:
    if np.ndim(tup[0]) == 0:
        return tuple([ct[k] for k in range(len(tup))])
    return tuple(parts(ct, tup, 0 if np.ndim(tup[0]) == 1 else 1))


@rule(np.vstack, ct="passed")
def vstack(ct: Any, out: Any, tup: Any) -> Any:
    if np.ndim(tup[0]) <= 1:
        return tuple([np.reshape(ct[k], np.shape(tup[k])) for k in range(len(tup))])
    return tuple(parts(ct, tup, 0))


@rule(np.column_stack, ct="passed")
def column_stack(ct: Any, out: Any, tup: Any) -> Any:
    columns = [np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup]
    return tuple([np.reshape(c, np.shape(a)) for c, a in zip(parts(ct, columns, 1), tup, strict=False)])


@rule(np.split, np.array_split)
def split(ct: Any, out: Any, ary: Any, *, indices_or_sections: Any, axis: Any = 0) -> Any:
    return np.concatenate(ct, axis)


def undone(ct: Any, a: Any, n: Any, axis: Any) -> Any:
    """The cotangent of `a` from that of its `n`-th difference."""
    if n == 0:
        return ct
    end = np.zeros_like(part(a, None, 1, axis))
    moved = np.concatenate((end, ct, end), axis)
    return undone(part(moved, None, -1, axis) - part(moved, 1, None, axis), a, n - 1, axis)


@rule(np.diff, whole=True)
def diff(ct: Any, out: Any, a: Any, *, n: Any = 1, axis: Any = -1) -> Any:
    d = undone(ct, a, n, axis)
    # where there are fewer elements than differences are taken, there is none
    return d if n <= 1 else part(d, None, a.shape[axis], axis)


def items(ct: Any, built_from: Any) -> Any:
    """The element of `ct` for each scalar or array in a nest of lists."""
    if isinstance(built_from, list | tuple):
        return tuple([items(ct[k], built_from[k]) for k in range(len(built_from))])
    return ct


@rule(np.array, np.asarray, ct="passed")
def array(ct: Any, out: Any, obj: Any, *, dtype: Any = None, copy: Any = None) -> Any:
    return items(ct, obj)


@rule(np.full)
def full(ct: Any, out: Any, shape: Any, fill_value: Any, *, dtype: Any = None) -> Any:
    return None, ct


@rule(np.full_like)
def full_like(ct: Any, out: Any, a: Any, fill_value: Any, *, dtype: Any = None) -> Any:
    return None, ct


@rule(np.linspace)
def linspace(ct: Any, out: Any, start: Any, stop: Any, *, num: Any = 50, endpoint: Any = True) -> Any:
    t = np.linspace(0.0, 1.0, num, endpoint, dtype=out.dtype)
    rank = max(np.ndim(start), np.ndim(stop))
    if rank > 0:
        t = np.expand_dims(t, tuple(range(1, 1 + rank)))
    return ct * (1.0 - t), ct * t


@rule(np.arange)
def arange(ct: Any, out: Any, start: Any, stop: Any = None, step: Any = None, *, dtype: Any = None) -> Any:
    if stop is None:
        return None
    if step is None:
        return ct, None
    return ct, None, ct * np.arange(out.size)
