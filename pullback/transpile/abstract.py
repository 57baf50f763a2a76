"""Abstract values: what is known of a Core value before the program runs.

A `Type` says as much as the parameters' signature proves and no more. Lengths of axes are integers or symbols; a
symbol whose `not_one` is set is known to differ from 1, so that a sum over a broadcast is left out exactly where that
is proven.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["bool", "int", "float", "complex"]


@dataclass(frozen=True)
class Dim:
    """A length that is known by name only: the integer called `symbol`, plus `offset`.

    `not_negative`: known of an integer, as it goes without saying of the length of an axis; no part of the type.
    """

    symbol: str
    offset: int = 0
    not_one: bool = False
    not_negative: bool = field(default=False, compare=False)


Length = int | Dim
ANONYMOUS = "?"  # the symbol of a length that is not known to equal any other, another anonymous one included


@dataclass(frozen=True)
class Scalar:
    """A Python scalar (`dtype` None) or a NumPy scalar. `value` is the symbolic value of an integer, where known."""

    kind: Kind
    dtype: str | None = None
    value: Length | None = None


@dataclass(frozen=True)
class Array:
    """A NumPy array; a 0-d array has shape (). None: not known."""

    dtype: str | None = None
    shape: tuple[Length, ...] | None = None


@dataclass(frozen=True)
class Seq:
    """A tuple or list of known length; items may differ in type.

    `names`: by which a library's named tuple lets its items be read; no part of the type.
    """

    kind: Literal["tuple", "list"]
    items: tuple[Type, ...]
    names: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class ListOf:
    """A list whose length is not part of the type; every item has the same type. Tapes are lists."""

    item: Type


@dataclass(frozen=True)
class Mapping:
    """A dict with known, constant keys, in order."""

    items: tuple[tuple[str | int, Type], ...]


@dataclass(frozen=True)
class Record(Mapping):
    """An object of a class of the user's: its attributes, in order."""

    cls: type = object


@dataclass(frozen=True)
class Static:
    """A value known while transpiling that is never differentiated: None, a string, a dtype, a callable."""

    value: object


@dataclass(frozen=True)
class Unknown:
    """Nothing is known; code on it is general and may call run-time helpers."""


Type = Scalar | Array | Seq | ListOf | Mapping | Record | Static | Unknown

BOOL, INT, FLOAT = Scalar("bool"), Scalar("int"), Scalar("float")
UNKNOWN = Unknown()
NONE = Static(None)

_KINDS: dict[str, Kind] = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}


@functools.cache
def kind_of_dtype(dtype: str) -> Kind | None:
    """Kind of a dtype by its name: `float32` is a float, `int8` an int, `object` none."""
    if dtype == "bfloat16":
        return "float"
    import numpy as np

    return _KINDS.get(np.dtype(dtype).kind)


def kind_of(t: Type) -> Kind | None:
    """Kind of a scalar's or of an array's elements; None for others and where the dtype is not known."""
    match t:
        case Scalar(kind=kind):
            return kind
        case Array(dtype=str() as dtype):
            return kind_of_dtype(dtype)
    return None


def differentiable(t: Type) -> bool:
    """Can a value of this type carry a derivative? Structures can if one of their leaves can; unknown values may."""
    match t:
        case Scalar(kind=kind):
            return kind in ("float", "complex")
        case Array(dtype=dtype):
            return dtype is None or kind_of_dtype(dtype) in ("float", "complex")
        case Seq(items=items):
            return any(differentiable(x) for x in items)
        case ListOf(item=item):
            return differentiable(item)
        case Mapping(items=entries):
            return any(differentiable(x) for _, x in entries)
        case Static():
            return False
        case Unknown():
            return True


def rank(t: Type) -> int | None:
    """Number of axes; 0 for scalars, None where not known."""
    match t:
        case Scalar():
            return 0
        case Array(shape=tuple() as shape):
            return len(shape)
    return None


def shape_of(t: Type) -> tuple[Length, ...] | None:
    """Lengths of the axes; () for scalars, None where not known."""
    match t:
        case Scalar():
            return ()
        case Array(shape=shape):
            return shape
    return None


def is_one(n: Length) -> bool:
    """Is this length proven to be 1?"""
    return n == 1


def never_one(n: Length) -> bool:
    """Is this length proven to differ from 1?"""
    return n != 1 if isinstance(n, int) else n.not_one


def same_length(a: Length, b: Length) -> bool:
    """Are two lengths, of operands that NumPy has broadcast together, proven equal?

    Two lengths that are both known to differ from 1 are equal, or the primal would have raised.
    """
    if isinstance(a, int) or isinstance(b, int):
        return a == b or (never_one(a) and never_one(b))
    return (a.symbol == b.symbol != ANONYMOUS and a.offset == b.offset) or (a.not_one and b.not_one)


def same_shape(a: Type, b: Type) -> bool:
    """Are the shapes of two operands that broadcast together proven equal?"""
    sa, sb = shape_of(a), shape_of(b)
    return sa is not None and sb is not None and len(sa) == len(sb) and all(map(same_length, sa, sb))


def fits(t: Type, like: Type) -> bool:
    """Is a value of type `t` proven to have the shape of one of type `like`, or to broadcast to or from it?"""
    a, b = shape_of(t), shape_of(like)
    if a is None or b is None:
        return False
    return all(is_one(n) or is_one(m) or _is_one_length(n, m) for n, m in zip(a[::-1], b[::-1], strict=False))


def never_fits(t: Type, like: Type) -> bool:
    """Is a value of type `t` proven not to broadcast with one of type `like`?"""
    a, b = shape_of(t) or (), shape_of(like) or ()
    pairs = zip(a[::-1], b[::-1], strict=False)
    return any(never_one(n) and never_one(m) and _never_equal(n, m) for n, m in pairs)


def _is_one_length(a: Length, b: Length) -> bool:
    if isinstance(a, int) or isinstance(b, int):
        return a == b
    return a.symbol == b.symbol != ANONYMOUS and a.offset == b.offset


def _never_equal(a: Length, b: Length) -> bool:
    if isinstance(a, int) or isinstance(b, int):
        return isinstance(a, int) and isinstance(b, int) and a != b
    return a.symbol == b.symbol != ANONYMOUS and a.offset != b.offset


def shift(n: Length, by: int) -> Length:
    """The length `n + by`; what was known to differ from 1 is not known of the sum."""
    return n + by if isinstance(n, int) else n if by == 0 else Dim(n.symbol, n.offset + by)
