"""Types of arrays that are put together or taken apart: `concatenate`, `stack`, `split` and their like."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pullback.transpile.abstract import Array, Length, ListOf, Seq, Type
from pullback.transpile.core import Arg, Lit
from pullback.transpile.infer import lengths
from pullback.transpile.infer.lengths import Shape, agree, anonymous, product
from pullback.transpile.infer.sampling import array_dtype
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    as_array,
    axis_of,
    integer,
    known_shape,
    shape_function,
    static_value,
    type_of,
)


def parts(x: Arg) -> list[Array] | ListOf:
    """The arrays of a sequence that is put together."""
    if isinstance(x, tuple):
        return [as_array(type_of(item)) for item in x]
    match type_of(x):
        case Seq(items=items):
            return list(map(as_array, items))
        case ListOf() as t:
            return t
        case Array(dtype=dtype, shape=tuple() as shape) if shape and isinstance(shape[0], int):
            return [Array(dtype, shape[1:])] * shape[0]
    raise Undecided


def _common(arrays: list[Array] | ListOf) -> tuple[str | None, list[Shape]]:
    """The dtype of arrays put together, and their shapes."""
    if isinstance(arrays, ListOf):
        item = as_array(arrays.item)
        return array_dtype((item,)), [known_shape(item)]
    return array_dtype(_samples(arrays)), [known_shape(a) for a in arrays]


def _samples(arrays: list[Array]) -> list[Type]:
    """Arrays with an axis: NumPy promotes parts as arrays, never as weak scalars."""
    return [Array(a.dtype, (1,)) for a in arrays]


def _with_dtype(call: Call, dtype: str | None) -> str | None:
    given = call.kwargs.get("dtype", Lit(None))
    value = static_value(given)
    return dtype if value is None else np.dtype(value).name  # type: ignore[call-overload]


@shape_function(np.concatenate)
def concatenate(call: Call) -> Type:
    """Arrays joined along an axis that they have."""
    arrays = parts(call.arg(0, "arrays"))
    dtype, shapes = _common(arrays)
    dtype = _with_dtype(call, dtype)
    axis = call.static(1, "axis", 0)
    if axis is None:
        shapes, axis = [(product(s),) for s in shapes], 0
    return Array(dtype, _joined(shapes, axis_of(axis, len(shapes[0])), isinstance(arrays, ListOf)))


def _joined(shapes: list[Shape], i: int, any_number: bool) -> Shape:
    rank = len(shapes[0])
    if any(len(s) != rank for s in shapes):
        raise Undecided
    length = shapes[0][i]
    for s in shapes[1:]:
        length = lengths.add(length, s[i])
    if any_number:
        length = anonymous()
    return tuple(length if k == i else agree(s[k] for s in shapes) for k in range(rank))


@shape_function(np.hstack, np.vstack, np.column_stack)
def stacked_as(call: Call) -> Type:
    """`concatenate` for arrays that first get the rank that the function's name asks for."""
    arrays = parts(call.arg(0, "tup"))
    dtype, shapes = _common(arrays)
    dtype = _with_dtype(call, dtype)
    if call.op is np.hstack:
        shapes = [s or (1,) for s in shapes]
        axis = 0 if len(shapes[0]) == 1 else 1
    elif call.op is np.vstack:
        shapes, axis = [(1,) * (2 - len(s)) + s for s in shapes], 0
    else:
        shapes, axis = [s if len(s) > 1 else (*(s or (1,)), 1) for s in shapes], 1
    return Array(dtype, _joined(shapes, axis, isinstance(arrays, ListOf)))


@shape_function(np.stack)
def stack(call: Call) -> Type:
    """Arrays joined along a new axis."""
    arrays = parts(call.arg(0, "arrays"))
    dtype, shapes = _common(arrays)
    dtype = _with_dtype(call, dtype)
    if len({len(s) for s in shapes}) > 1:
        raise Undecided
    shape = tuple(map(agree, zip(*shapes, strict=True)))
    axis = axis_of(call.static(1, "axis", 0), len(shape) + 1)
    count = anonymous() if isinstance(arrays, ListOf) else len(arrays)
    return Array(dtype, (*shape[:axis], count, *shape[axis:]))


@shape_function(np.split, np.array_split)
def split(call: Call) -> Type:
    """A list of parts along an axis: equal ones, or between static places."""
    a = call.array(0, "ary")
    shape = known_shape(a)
    axis = axis_of(call.static(2, "axis", 0), len(shape))
    at = call.static(1, "indices_or_sections", None)
    n = shape[axis]
    if isinstance(at, tuple | list):
        bounds: list[Length | None] = [None, *(integer(Lit(k)) for k in at), None]
        pieces: list[Length] = [lengths.slice_length(n, lo, up, None) for lo, up in pairwise(bounds)]
    elif isinstance(at, int) and isinstance(n, int):
        pieces = [n // at + (k < n % at) for k in range(at)]
    elif isinstance(at, int):
        equal = lengths.floor_divide(n, at) if call.op is np.split else anonymous()
        pieces = [equal] * at
    else:
        raise Undecided
    return Seq("list", tuple(Array(a.dtype, (*shape[:axis], k, *shape[axis + 1 :])) for k in pieces))
