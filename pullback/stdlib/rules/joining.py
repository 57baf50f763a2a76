"""Arrays that are joined in NumPy's other ways, filled up, cut, repeated or spread over a grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import scatter_add
from pullback.stdlib.registry import Unsupported, known, rule, static
from pullback.stdlib.rules.building import part, parts


def shaped(d: Any, a: Any) -> Any:
    """A line of elements in the shape of `a`."""
    return d if np.ndim(a) == 1 else np.reshape(d, np.shape(a))


@rule(np.append, ct="passed", whole=True)
def append(ct: Any, out: Any, arr: Any, values: Any, *, axis: Any = None) -> Any:
    if axis is None:
        n = np.size(arr)
        return shaped(ct[:n], arr), shaped(ct[n:], values)
    n = arr.shape[axis]
    return part(ct, None, n, axis), part(ct, n, None, axis)


@rule(np.dstack, ct="passed", whole=True)
def dstack(ct: Any, out: Any, tup: Any) -> Any:
    deep = [np.atleast_3d(a) for a in tup]
    return tuple([np.reshape(c, np.shape(a)) for c, a in zip(parts(ct, deep, 2), tup, strict=True)])


@static
def depth(nest: Any) -> int:
    """How deep lists are nested, of which the ranks of the arrays are given."""
    return 1 + depth(nest[0]) if isinstance(nest, tuple | list) else 0


def ranks(nest: Any) -> Any:
    """The ranks of arrays in a nest of lists."""
    if isinstance(nest, list | tuple):
        return tuple([ranks(x) for x in nest])
    return np.ndim(nest)


def width(nest: Any, axis: Any, own: Any) -> Any:
    """How long a block is along an axis, counted from the end; its lists are joined along the axis `own`."""
    if isinstance(nest, list | tuple):
        if axis == own:
            return sum([width(x, axis, own + 1) for x in nest])
        return width(nest[0], axis, own + 1)
    return nest.shape[axis] if np.ndim(nest) >= -axis else 1


def blocks(ct: Any, nest: Any, own: Any) -> Any:
    """The part of `ct` that belongs to each array in a nest of lists, which are joined along the axis `own`."""
    if isinstance(nest, list | tuple):
        if len(nest) == 1:
            return (blocks(ct, nest[0], own + 1),)
        ends = [sum([width(x, own, own + 1) for x in nest[:k]]) for k in range(1, len(nest))]
        bounds = [None, *ends, None]
        axis = own if own > -3 else own + ct.ndim
        return tuple([blocks(part(ct, bounds[k], bounds[k + 1], axis), nest[k], own + 1) for k in range(len(nest))])
    return ct if np.ndim(nest) == ct.ndim else np.reshape(ct, np.shape(nest))


@rule(np.block, whole=True)
def block(ct: Any, out: Any, arrays: Any) -> Any:
    return blocks(ct, arrays, -depth(ranks(arrays)))


@rule(np.delete, whole=True)
def delete(ct: Any, out: Any, arr: Any, obj: Any, *, axis: Any = None) -> Any:
    n = np.size(arr) if axis is None else arr.shape[axis]
    if known(obj):
        at = obj if obj >= 0 else obj + n
        d = np.insert(ct, at, 0.0) if ct.ndim == 1 else np.insert(ct, at, 0.0, axis)
        return d if ct.ndim == arr.ndim else np.reshape(d, arr.shape), None
    return scatter_add(ct, arr, np.delete(np.arange(n), obj), axis), None


@static
def require_one_place(axes: int, extra: bool) -> None:
    """Refuse insertions of several rows at once."""
    if axes:
        raise Unsupported("np.insert at several places", "Insert one after the other.")
    if extra:
        raise Unsupported("np.insert of several rows", "Use np.concatenate.")


@rule(np.insert)
def insert(ct: Any, out: Any, arr: Any, obj: Any, values: Any, *, axis: Any = None) -> Any:
    rank = 1 if axis is None else arr.ndim
    require_one_place(np.ndim(obj), np.ndim(values) >= rank)
    along = 0 if axis is None else axis
    at = obj if known(obj) and obj >= 0 else obj + (ct.shape[along] - 1) * (obj < 0)
    d = np.delete(ct, at) if ct.ndim == 1 else np.delete(ct, at, along)
    return d if arr.ndim == ct.ndim else np.reshape(d, np.shape(arr)), None, np.take(ct, at, along)


@rule(np.resize, whole=True)
def resize(ct: Any, out: Any, a: Any, *, new_shape: Any) -> Any:
    return scatter_add(np.ravel(ct), a, np.arange(np.size(out)) % np.size(a), None)


@rule(np.diagflat, whole=True)
def diagflat(ct: Any, out: Any, v: Any, *, k: Any = 0) -> Any:
    return np.reshape(np.diagonal(ct, k), np.shape(v))


@rule(np.ediff1d, whole=True)
def ediff1d(ct: Any, out: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    start = 0 if to_begin is None else np.size(to_begin)
    stop = start + np.size(ary) - 1
    end = np.zeros(1, ct.dtype)
    inner = ct[:stop] if to_begin is None else ct[start:stop]
    moved = np.concatenate((end, ct if to_begin is None and to_end is None else inner, end))
    d = shaped(moved[:-1] - moved[1:], ary)
    if to_end is None and to_begin is None:
        return d
    return (
        d,
        None if to_end is None else np.reshape(ct[stop:], np.shape(to_end)),
        None if to_begin is None else np.reshape(ct[:start], np.shape(to_begin)),
    )


@static
def grid_axes(k: int, count: int, indexing: str) -> tuple[int, ...]:
    """The axes of a grid along which its coordinate `k` does not change."""
    own = {0: 1, 1: 0}.get(k, k) if indexing == "xy" and count > 1 else k
    return tuple(axis for axis in range(count) if axis != own)


def ungridded(ct: Any, x: Any, axes: Any, sparse: Any) -> Any:
    """The cotangent of one coordinate from that of its grid."""
    if sparse or len(axes) == 0:
        return np.reshape(ct, np.shape(x))
    total = np.sum(ct, axis=axes[0] if len(axes) == 1 else axes)
    return total if np.ndim(x) == 1 else np.reshape(total, np.shape(x))


@rule(np.meshgrid, whole=True)
def meshgrid(ct: Any, out: Any, *xi: Any, indexing: Any = "xy", sparse: Any = False) -> Any:
    count = len(xi)
    found = [ungridded(ct[k], xi[k], grid_axes(k, count, indexing), sparse) for k in range(count)]
    return tuple(found) if count > 1 else found[0]
