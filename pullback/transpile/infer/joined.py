"""Types of arrays that are joined in NumPy's other ways, filled up, cut, or spread over a grid."""

from __future__ import annotations

from functools import reduce

import numpy as np

from pullback.transpile.abstract import Array, Length, Scalar, Seq, Type
from pullback.transpile.core import Arg, Lit
from pullback.transpile.infer import lengths
from pullback.transpile.infer.elementwise import of_elements
from pullback.transpile.infer.lengths import Shape, agree, anonymous, product
from pullback.transpile.infer.sampling import array_dtype
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    as_array,
    axis_of,
    integer,
    integers,
    known_shape,
    shape_function,
    type_of,
)


def joined_dtype(*arrays: Array) -> str | None:
    """The dtype of arrays put together: none of them is a weak scalar."""
    return array_dtype([Array(a.dtype, (1,)) for a in arrays])


@shape_function(np.append)
def append(call: Call) -> Type:
    """An array and more elements, all on one axis or along an axis that they have."""
    a, more = call.array(0, "arr"), call.array(1, "values")
    axis, dtype = call.static(2, "axis", None), joined_dtype(a, more)
    have, new = known_shape(a), known_shape(more)
    if axis is None:
        return Array(dtype, (lengths.add(product(have), product(new)),))
    i = axis_of(axis, len(have))
    if len(have) != len(new):
        raise Undecided
    shape = [agree(pair) for pair in zip(have, new, strict=True)]
    shape[i] = lengths.add(have[i], new[i])
    return Array(dtype, tuple(shape))


@shape_function(np.dstack)
def dstack(call: Call) -> Type:
    """Arrays joined along the third axis."""
    given = call.arg(0, "tup")
    if not isinstance(given, tuple):
        raise Undecided
    arrays = [as_array(type_of(x)) for x in given]
    shapes = [_deep(known_shape(a)) for a in arrays]
    depth = reduce(lengths.add, [s[2] for s in shapes])
    if len({len(s) for s in shapes}) > 1:
        raise Undecided
    rest = [agree(s[k] for s in shapes) for k in range(len(shapes[0]))]
    return Array(joined_dtype(*arrays), (*rest[:2], depth, *rest[3:]))


def _deep(shape: Shape) -> Shape:
    return {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape)


@shape_function(np.block)
def block(call: Call) -> Type:
    """An array of blocks: the innermost lists are joined along the last axis."""
    nest = call.arg(0, "arrays")
    arrays = [as_array(type_of(x)) for x in _leaves(nest)]
    depth = _depth(nest)
    rank = max(depth, *(len(known_shape(a)) for a in arrays))
    return Array(joined_dtype(*arrays), _blocked(nest, rank, depth))


def _leaves(nest: Arg) -> list[Arg]:
    return [x for part in nest for x in _leaves(part)] if isinstance(nest, tuple) else [nest]


def _depth(nest: Arg) -> int:
    return 1 + _depth(nest[0]) if isinstance(nest, tuple) and nest else 0


def _blocked(nest: Arg, rank: int, depth: int) -> Shape:
    if not isinstance(nest, tuple):
        shape = known_shape(as_array(type_of(nest)))
        return (1,) * (rank - len(shape)) + shape
    shapes = [_blocked(x, rank, depth - 1) for x in nest]
    along = rank - depth
    total = reduce(lengths.add, [s[along] for s in shapes])
    return tuple(total if k == along else agree(s[k] for s in shapes) for k in range(rank))


@shape_function(np.delete, np.insert)
def cut(call: Call) -> Type:
    """An array with one row less or more, or with another number of them."""
    a, at = call.array(0, "arr"), call.type(1, "obj")
    deletes = call.op is np.delete
    axis = call.static(2 if deletes else 3, "axis", None)
    shape = (product(known_shape(a)),) if axis is None else known_shape(a)
    i = axis_of(0 if axis is None else axis, len(shape))
    one = isinstance(at, Scalar) and at.kind == "int"
    if not deletes:
        one = one and len(known_shape(call.array(2, "values"))) < len(shape)
    length = lengths.shift(shape[i], -1 if deletes else 1) if one else anonymous()
    return Array(a.dtype, (*shape[:i], length, *shape[i + 1 :]))


@shape_function(np.resize)
def resize(call: Call) -> Type:
    """An array of another shape."""
    return Array(call.array(0, "a").dtype, integers(call.arg(1, "new_shape")))


@shape_function(np.diagflat)
def diagflat(call: Call) -> Type:
    """A matrix with all elements on a diagonal."""
    a, k = call.array(0, "v"), call.static(1, "k", 0)
    n = lengths.shift(product(known_shape(a)), abs(k))
    return Array(a.dtype, (n, n))


@shape_function(np.ediff1d)
def ediff1d(call: Call) -> Type:
    """Differences of all elements, and what stands before and after them."""
    a = call.array(0, "ary")
    plain = len(call.args) == 1 and not call.kwargs
    n = lengths.shift(product(known_shape(a)), -1)
    known = plain and (isinstance(n, int) and n >= 0 or lengths.is_not_negative(n))
    return Array(a.dtype, (n if known else anonymous(),))


@shape_function(np.meshgrid)
def meshgrid(call: Call) -> Type:
    """The coordinates of a grid, an array for each axis."""
    lines = [call.array(k) for k in range(len(call.args))]
    sizes = [product(known_shape(a)) for a in lines]
    order = list(range(len(lines)))
    if call.static(99, "indexing", "xy") == "xy" and len(lines) > 1:
        order[:2] = [1, 0]
    sparse = call.flag(99, "sparse")
    items = []
    for k, a in enumerate(lines):
        shape: tuple[Length, ...] = tuple(1 if sparse and j != k else sizes[j] for j in order)
        items.append(Array(a.dtype, shape))
    return Seq("tuple", tuple(items))


@shape_function(np.compress, np.extract)
def chosen(call: Call) -> Type:
    """The elements or rows at which a condition holds."""
    a = call.array(1, "arr" if call.op is np.extract else "a")
    axis = call.static(2, "axis", None) if call.op is np.compress else None
    if axis is None:
        return Array(a.dtype, (anonymous(),))
    shape = known_shape(a)
    i = axis_of(axis, len(shape))
    return Array(a.dtype, (*shape[:i], anonymous(), *shape[i + 1 :]))


@shape_function(np.select)
def select(call: Call) -> Type:
    """Elements of the first choice whose condition holds."""
    conditions, choices, default = call.arg(0, "condlist"), call.arg(1, "choicelist"), call.arg(2, "default", Lit(0))
    if not isinstance(conditions, tuple) or not isinstance(choices, tuple):
        raise Undecided
    out = type_of(default)
    for condition, choice in zip(conditions, choices, strict=True):
        out = of_elements(np.where, (type_of(condition), type_of(choice), out))
    return out


@shape_function(np.choose)
def choose(call: Call) -> Type:
    """Elements of the choice with a number."""
    choices = call.arg(1, "choices")
    if not isinstance(choices, tuple):
        table = as_array(type_of(choices))
        return Array(table.dtype, lengths.broadcast_shapes(call.array(0, "a").shape, known_shape(table)[1:]))
    arrays = [as_array(type_of(x)) for x in choices]
    shapes = [call.array(0, "a").shape, *(a.shape for a in arrays)]
    return Array(joined_dtype(*arrays), lengths.broadcast_shapes(*shapes))


def border_lengths(width: Arg, rank: int) -> list[tuple[Length, Length]]:
    """The width of a border before and after each axis."""
    if isinstance(width, Lit) and isinstance(width.value, tuple | list):
        width = _as_arg(width.value)
    if not isinstance(width, tuple):
        n = integer(width)
        return [(n, n)] * rank
    if not any(isinstance(x, tuple) for x in width):
        pair = tuple(map(integer, width))
        return [(pair[0], pair[-1])] * rank
    rows = [border_lengths(x, 1)[0] for x in width]
    return rows if len(rows) == rank else rows * rank


def _as_arg(x: object) -> Arg:
    return tuple(map(_as_arg, x)) if isinstance(x, tuple | list) else Lit(x)


@shape_function(np.pad)
def pad(call: Call) -> Type:
    """An array with a border."""
    a = call.array(0, "array")
    shape = known_shape(a)
    around = border_lengths(call.arg(1, "pad_width"), len(shape))
    return Array(a.dtype, tuple(lengths.add(n, lengths.add(*w)) for n, w in zip(shape, around, strict=True)))
