"""The least upper bound of two types: what is known of a value after a branch, or round a loop."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile.abstract import (
    UNKNOWN,
    Array,
    Dim,
    Kind,
    Length,
    ListOf,
    Mapping,
    Scalar,
    Seq,
    Type,
    kind_of_dtype,
)
from pullback.transpile.infer.lengths import anonymous, is_not_negative, minimum, same

_ORDER: tuple[Kind, ...] = ("bool", "int", "float", "complex")


def join(a: Type, b: Type) -> Type:
    """What holds of a value whose type is `a` or `b`.

    Lengths that differ become anonymous: they are known to be equal to nothing, so that the repeated joins of a loop
    come to rest. A Python scalar and a NumPy scalar of its kind or of a higher one join to the NumPy scalar.
    """
    if a is b:
        return a
    match a, b:
        case Scalar(), Scalar():
            return _join_scalars(a, b)
        case (Scalar() | Array()), (Scalar() | Array()):
            return _join_arrays(a, b)
        case Seq(), Seq() if a.kind == b.kind and len(a.items) == len(b.items):
            return Seq(a.kind, tuple(map(join, a.items, b.items)))
        case (Seq(kind="list") | ListOf()), (Seq(kind="list") | ListOf()):
            return _join_lists(a, b)
        case Mapping(), Mapping() if [k for k, _ in a.items] == [k for k, _ in b.items]:
            if type(a) is type(b) and getattr(a, "cls", None) is getattr(b, "cls", None):
                return replace(a, items=tuple((k, join(x, y)) for (k, x), (_, y) in zip(a.items, b.items, strict=True)))
    return a if a == b else UNKNOWN


def _join_lists(a: Seq | ListOf, b: Seq | ListOf) -> Type:
    types = [t for x in (a, b) for t in (x.items if isinstance(x, Seq) else (x.item,))]
    if not types:
        return UNKNOWN
    item = types[0]
    for t in types[1:]:
        item = join(item, t)
    return ListOf(item)


def _join_scalars(a: Scalar, b: Scalar) -> Type:
    value = None if a.value is None or b.value is None else _join_values(a.value, b.value)
    high = a if _ORDER.index(a.kind) >= _ORDER.index(b.kind) else b
    low = b if high is a else a
    if a.dtype == b.dtype:
        return Scalar(high.kind, a.dtype, value)
    if low.dtype is None:
        return Scalar(high.kind, high.dtype, value)
    if high.dtype is None and high.kind == low.kind:
        return Scalar(low.kind, low.dtype, value)
    return Array(None, ())


def _join_values(a: Length, b: Length) -> Length | None:
    """The value of an integer that is the same both ways; what else is known must be known of both."""
    if not same(a, b):
        return None
    return b if isinstance(a, Dim) and is_not_negative(a) else a


def _join_arrays(a: Scalar | Array, b: Scalar | Array) -> Type:
    dtype = _dtype(a, b)
    shape_a = () if isinstance(a, Scalar) else a.shape
    shape_b = () if isinstance(b, Scalar) else b.shape
    if shape_a is None or shape_b is None or len(shape_a) != len(shape_b):
        return Array(dtype)
    return Array(dtype, tuple(map(_join_lengths, shape_a, shape_b)))


def _dtype(a: Scalar | Array, b: Scalar | Array) -> str | None:
    """The common dtype; a Python scalar has that of the other side, whose kind must be able to hold it."""
    if a.dtype == b.dtype:
        return a.dtype
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Scalar) and x.dtype is None and y.dtype is not None:
            kind = kind_of_dtype(y.dtype)
            return y.dtype if kind is not None and _ORDER.index(x.kind) <= _ORDER.index(kind) else None
    return None


def _join_lengths(a: Length, b: Length) -> Length:
    """Lengths that differ: at least known to be no 1 where both are known to be at least 2."""
    if same(a, b):
        return a
    return anonymous(minimum(a) >= 2 and minimum(b) >= 2)
