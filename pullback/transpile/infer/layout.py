"""Types of operations that move elements: `reshape`, `transpose`, `concatenate`, `split`, `take` and their like."""

from __future__ import annotations

import numpy as np

from pullback.transpile import prims
from pullback.transpile.abstract import Array, Length, ListOf, Seq, Type, never_one
from pullback.transpile.infer import lengths
from pullback.transpile.infer.lengths import Shape, anonymous, broadcast_shapes, product
from pullback.transpile.infer.sampling import scalar_of
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    axes_of,
    axis_of,
    integer,
    integers,
    known_shape,
    shape_function,
)


@shape_function(np.reshape)
def reshape(call: Call) -> Type:
    """`np.reshape`, where one length may be -1."""
    a = call.array(0, "a")
    try:
        shape = integers(call.arg(1, "shape"))
    except Undecided:
        return Array(a.dtype)
    if shape == ():
        return Array(a.dtype, ())
    rest = [n for n in shape if not _is_open(n)]
    if len(rest) < len(shape):
        missing = anonymous() if a.shape is None else lengths.quotient(a.shape, rest)
        return Array(a.dtype, tuple(missing if _is_open(n) else _surely_length(n, a.shape) for n in shape))
    return Array(a.dtype, tuple(_surely_length(n, a.shape) for n in shape))


def _is_open(n: Length) -> bool:
    return isinstance(n, int) and n < 0


def _surely_length(n: Length, own: Shape | None) -> Length:
    """An integer that may turn out to be -1 is a length only if it is known as one."""
    if lengths.is_not_negative(n) or any(lengths.same(n, m) for m in own or ()):
        return n
    return anonymous()


@shape_function(np.ravel, prims.flatten)
def ravel(call: Call) -> Type:
    """All elements on one axis."""
    a = call.array(0, "a")
    return Array(a.dtype, (anonymous(),) if a.shape is None else (product(a.shape),))


@shape_function(np.transpose)
def transpose(call: Call) -> Type:
    """Axes in another order, the reverse one by default."""
    a = call.array(0, "a")
    shape = known_shape(a)
    axes = call.static(1, "axes", None)
    order = range(len(shape))[::-1] if axes is None else axes_of(axes, len(shape))
    if sorted(order) != list(range(len(shape))):
        raise Undecided
    return Array(a.dtype, tuple(shape[i] for i in order))


@shape_function(np.matrix_transpose)
def matrix_transpose(call: Call) -> Type:
    """The last two axes exchanged."""
    a = call.array(0, "x")
    shape = known_shape(a)
    return Array(a.dtype, (*shape[:-2], shape[-1], shape[-2]))


@shape_function(np.ascontiguousarray, np.asfortranarray)
def contiguous(call: Call) -> Type:
    """The same elements, with an axis at least."""
    a = call.array(0, "a")
    if len(call.args) > 1 or call.kwargs:
        raise Undecided
    return Array(a.dtype, (1,) if a.shape == () else a.shape)


@shape_function(np.swapaxes)
def swapaxes(call: Call) -> Type:
    """Two axes exchanged."""
    a = call.array(0, "a")
    shape = list(known_shape(a))
    i, j = (axis_of(call.static(k, f"axis{k}", None), len(shape)) for k in (1, 2))
    shape[i], shape[j] = shape[j], shape[i]
    return Array(a.dtype, tuple(shape))


@shape_function(np.moveaxis)
def moveaxis(call: Call) -> Type:
    """Some axes put elsewhere."""
    a = call.array(0, "a")
    shape = known_shape(a)
    try:
        source = axes_of(call.static(1, "source", None), len(shape))
        target = axes_of(call.static(2, "destination", None), len(shape))
    except Undecided:
        return Array(a.dtype, tuple(anonymous() for _ in shape))
    order = [i for i in range(len(shape)) if i not in source]
    for to, i in sorted(zip(target, source, strict=True)):
        order.insert(to, i)
    return Array(a.dtype, tuple(shape[i] for i in order))


@shape_function(np.expand_dims)
def expand_dims(call: Call) -> Type:
    """New axes of length 1."""
    a = call.array(0, "a")
    shape = known_shape(a)
    axis = call.static(1, "axis", None)
    rank = len(shape) + (len(axis) if isinstance(axis, tuple | list) else 1)
    new = axes_of(axis, rank)
    rest = iter(shape)
    return Array(a.dtype, tuple(1 if i in new else next(rest) for i in range(rank)))


@shape_function(np.squeeze)
def squeeze(call: Call) -> Type:
    """Axes of length 1 removed."""
    a = call.array(0, "a")
    shape = known_shape(a)
    axis = call.static(1, "axis", None)
    if axis is not None:
        gone = axes_of(axis, len(shape))
        return Array(a.dtype, tuple(n for i, n in enumerate(shape) if i not in gone))
    if not all(n == 1 or never_one(n) for n in shape):
        raise Undecided
    return Array(a.dtype, tuple(n for n in shape if n != 1))


@shape_function(np.rollaxis)
def rollaxis(call: Call) -> Type:
    """One axis put before another one."""
    a = call.array(0, "a")
    shape = list(known_shape(a))
    axis, start = axis_of(call.static(1, "axis", None), len(shape)), call.static(2, "start", 0)
    if not isinstance(start, int) or not -len(shape) <= start <= len(shape):
        raise Undecided
    start += len(shape) if start < 0 else 0
    n = shape.pop(axis)
    shape.insert(start - (axis < start), n)
    return Array(a.dtype, tuple(shape))


@shape_function(np.rot90)
def rot90(call: Call) -> Type:
    """Two axes turned by quarters."""
    a = call.array(0, "m")
    shape = list(known_shape(a))
    k, axes = call.static(1, "k", 1), axes_of(call.static(2, "axes", (0, 1)), len(shape))
    if not isinstance(k, int) or len(set(axes)) != 2:
        raise Undecided
    i, j = axes
    if k % 2:
        shape[i], shape[j] = shape[j], shape[i]
    return Array(a.dtype, tuple(shape))


@shape_function(np.atleast_1d, np.atleast_2d, np.atleast_3d)
def atleast(call: Call) -> Type:
    """Axes of length 1 put before those of an array of too low a rank, or around them."""
    if len(call.args) != 1:
        raise Undecided
    a = call.array(0)
    shape = known_shape(a)
    if call.op is np.atleast_3d:
        return Array(a.dtype, {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape))
    rank = 1 if call.op is np.atleast_1d else 2
    return Array(a.dtype, (1,) * (rank - len(shape)) + shape)


@shape_function(np.broadcast_to)
def broadcast_to(call: Call) -> Type:
    """An array repeated to a shape."""
    a = call.array(0, "array")
    try:
        return Array(a.dtype, integers(call.arg(1, "shape")))
    except Undecided:
        return Array(a.dtype)


@shape_function(np.repeat)
def repeat(call: Call) -> Type:
    """Every element several times."""
    a = call.array(0, "a")
    shape = known_shape(a)
    axis = call.static(2, "axis", None)
    if axis is None:
        shape, axis = (product(shape),), 0
    i = axis_of(axis, len(shape))
    times = call.type(1, "repeats")
    one_for_all = not isinstance(times, Array | Seq | ListOf)
    length = product((shape[i], integer(call.arg(1, "repeats")))) if one_for_all else anonymous()
    return Array(a.dtype, (*shape[:i], length, *shape[i + 1 :]))


@shape_function(np.tile)
def tile(call: Call) -> Type:
    """An array several times along each axis."""
    a = call.array(0, "A")
    shape = known_shape(a)
    times = integers(call.arg(1, "reps"))
    rank = max(len(shape), len(times))
    shape, times = (1,) * (rank - len(shape)) + shape, (1,) * (rank - len(times)) + times
    return Array(a.dtype, tuple(map(lengths.multiply, shape, times)))


@shape_function(np.take)
def take(call: Call) -> Type:
    """Elements, rows or columns by their numbers."""
    a, index = call.array(0, "a"), call.array(1, "indices")
    axis = call.static(2, "axis", None)
    at = known_shape(index)
    if axis is None:
        return Array(a.dtype, at) if at else scalar_of(a.dtype)
    shape = known_shape(a)
    i = axis_of(axis, len(shape))
    out = (*shape[:i], *at, *shape[i + 1 :])
    return Array(a.dtype, out) if out else scalar_of(a.dtype)


@shape_function(np.take_along_axis)
def take_along_axis(call: Call) -> Type:
    """One element of each line along an axis, or several."""
    a, index = call.array(0, "arr"), call.array(1, "indices")
    shape, at = known_shape(a), known_shape(index)
    if call.static(2, "axis", -1) is None:
        return Array(a.dtype, at)
    i = axis_of(call.static(2, "axis", -1), len(shape))
    out = broadcast_shapes((*shape[:i], 1, *shape[i + 1 :]), (*at[:i], 1, *at[i + 1 :]))
    return Array(a.dtype, None if out is None else (*out[:i], at[i], *out[i + 1 :]))


@shape_function(np.diagonal)
def diagonal(call: Call) -> Type:
    """A diagonal, as the last axis."""
    a = call.array(0, "a")
    shape = known_shape(a)
    offset = call.static(1, "offset", 0)
    i, j = axis_of(call.static(2, "axis1", 0), len(shape)), axis_of(call.static(3, "axis2", 1), len(shape))
    rest = tuple(n for k, n in enumerate(shape) if k not in (i, j))
    return Array(a.dtype, (*rest, _diagonal(shape[i], shape[j], offset)))


def _diagonal(n: Length, m: Length, offset: object) -> Length:
    if not isinstance(offset, int):
        return anonymous()
    if isinstance(n, int) and isinstance(m, int):
        return max(min(n, m - offset) if offset >= 0 else min(n + offset, m), 0)
    if lengths.same(n, m):
        return lengths.slice_length(n, abs(offset), None, None)
    not_one = offset == 0 and lengths.minimum(n) >= 2 and lengths.minimum(m) >= 2
    if offset == 0:
        return lengths.derived("min({},{})", *sorted((n, m), key=lengths.text), not_one=not_one)
    return anonymous()


@shape_function(np.diag)
def diag(call: Call) -> Type:
    """The diagonal of a matrix, or the matrix with a diagonal."""
    a = call.array(0, "v")
    shape = known_shape(a)
    k = call.static(1, "k", 0)
    if len(shape) == 2:
        return Array(a.dtype, (_diagonal(*shape, k),))
    n = lengths.shift(shape[0], abs(k)) if isinstance(k, int) and len(shape) == 1 else anonymous()
    return Array(a.dtype, (n, n))
