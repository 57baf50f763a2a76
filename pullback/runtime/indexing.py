"""Arrays of zeros with a cotangent at some of their places, and what a write leaves of repeated places."""

from __future__ import annotations

from typing import Any

import numpy as np


def scatter_add(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """Zeros shaped as `like` with `g` added at `indices` along `axis`, once for each time that an index occurs."""
    out = np.zeros(np.shape(like), np.result_type(g))
    if axis is None:
        indices = np.asarray(indices)
        if out.dtype.kind == "f" and out.size and np.shape(g) == indices.shape and indices.size:
            k = indices % out.size if np.min(indices) < 0 else indices
            return np.bincount(k.ravel(), np.ravel(g), out.size).astype(out.dtype, copy=False).reshape(out.shape)
        np.add.at(out.reshape(-1), indices, g)
        return out
    rows = (slice(None),) * (axis % out.ndim) + (indices,)
    if out.ndim > 1 and np.ndim(indices) == 1 and len(np.unique(np.asarray(indices) % out.shape[axis])) == len(indices):
        out[rows] = g
    else:
        np.add.at(out, rows, g)
    return out


def scatter_add_along(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """Zeros shaped as `like` with `g` added where `np.take_along_axis` reads at `indices`."""
    out = np.zeros(np.shape(like), np.result_type(g))
    target = out.reshape(-1) if axis is None else np.moveaxis(out, axis, -1)
    g, indices = (np.moveaxis(np.broadcast_to(x, np.shape(g)), axis or 0, -1) for x in (g, indices))
    # an axis of `like` of length 1 is read by all
    rows = [
        np.expand_dims(k % n, -1) for k, n in zip(np.ogrid[tuple(map(slice, g.shape[:-1]))], target.shape, strict=False)
    ]
    np.add.at(target, (*rows, indices), g)
    return out


def scatter_along(g: Any, like: Any, indices: Any, axis: Any) -> Any:
    """An array shaped as `like` with `g` where `np.take_along_axis` reads at `indices`, which name each place once."""
    out = np.empty(np.shape(like), np.result_type(g))
    if out.ndim == 1 or axis is None:
        out.reshape(-1)[indices] = g
    else:
        np.put_along_axis(out, indices, g, axis)
    return out


def place_diagonal(g: Any, like: Any, offset: Any, axis1: Any, axis2: Any) -> Any:
    """Zeros shaped as `like` with `g` on a diagonal; the reverse of `np.diagonal`."""
    out = np.zeros(np.shape(like), np.result_type(g))
    matrices = np.moveaxis(out, (axis1, axis2), (-2, -1))
    places = np.arange(np.shape(g)[-1])
    matrices[..., places + max(-offset, 0), places + max(offset, 0)] = g
    return out


def read_written(a: Any, index: Any) -> Any:
    """`a[index]`, but zero for each element whose place a later element of the same index names again.

    Of `a[[0, 0]] = v` only the last element of `v` is seen afterwards, so only it has a cotangent.
    """
    return last_written(a[index], a, index)


def last_written(g: Any, like: Any, index: Any) -> Any:
    """`g`, which has the shape of `like[index]`, but zero for each element whose place a later element names again."""
    if len(index) == 1 and np.asarray(index[0]).dtype == bool:
        return g
    serial = np.arange(g.size).reshape(g.shape)
    if len(index) == 1 and np.ndim(index[0]) == 1:
        rows = np.asarray(index[0]) % len(like)
        _, last = np.unique(rows[::-1], return_index=True)
        if len(last) == len(rows):
            return g
        kept = np.zeros(len(rows), bool)
        kept[len(rows) - 1 - last] = True
        return np.where(kept.reshape(-1, *[1] * (g.ndim - 1)), g, np.zeros((), g.dtype))
    places = np.empty(like.shape, serial.dtype)
    places[index] = serial
    return np.where(places[index] == serial, g, np.zeros((), g.dtype))
