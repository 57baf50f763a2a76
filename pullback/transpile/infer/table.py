"""What the shape functions share: the table they are registered in, and how they look at their arguments.

    @shape_function(np.outer)
    def outer(call: Call) -> Type: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from pullback.transpile.abstract import (
    ANONYMOUS,
    UNKNOWN,
    Array,
    Dim,
    Length,
    ListOf,
    Scalar,
    Seq,
    Static,
    Type,
    shape_of,
)
from pullback.transpile.abstract import Mapping as MappingType
from pullback.transpile.core import Arg, Global, Lit, OpFunction, Slice, Var
from pullback.transpile.frozen import node
from pullback.transpile.infer.lengths import Shape, agree, anonymous, symbol_of
from pullback.transpile.infer.sampling import array_dtype


class Undecided(Exception):
    """Something that a shape function needs is not known while transpiling."""


MISSING: Any = Lit("argument not given")


@node
class Call:
    """A call whose result type is asked for."""

    op: OpFunction
    args: tuple[Arg, ...]
    kwargs: Mapping[str, Arg]

    def arg(self, position: int, name: str = "", default: Any = MISSING) -> Arg:
        """The argument given at a position or under a name."""
        if position < len(self.args):
            return self.args[position]
        found = self.kwargs.get(name, default)
        if found is MISSING:
            raise Undecided
        out: Arg = found
        return out

    def type(self, position: int, name: str = "") -> Type:
        """The type of an argument."""
        return type_of(self.arg(position, name))

    def array(self, position: int, name: str = "") -> Array:
        """The type of an argument, seen as the array that NumPy makes of it."""
        return as_array(self.type(position, name))

    def static(self, position: int, name: str, default: object) -> Any:
        """The value of an argument that must be known, Undecided otherwise."""
        return static_value(self.arg(position, name, Lit(default)))

    def flag(self, position: int, name: str, default: bool = False) -> bool:
        """The value of a static switch such as `keepdims`."""
        value = self.static(position, name, default)
        if not isinstance(value, bool | np.bool_):
            raise Undecided
        return bool(value)


ShapeFunction = Callable[[Call], Type]
F = TypeVar("F", bound=ShapeFunction)
TABLE: dict[OpFunction, ShapeFunction] = {}


def shape_function(*ops: OpFunction) -> Callable[[F], F]:
    """Register the function that finds the result types of these operations."""

    def register(fn: F) -> F:
        for op in ops:
            TABLE[op] = fn
        return fn

    return register


def type_of(x: Arg) -> Type:
    """The type of an argument of an operation."""
    match x:
        case Var() | Global():
            return x.type
        case Lit(value=tuple() as items):
            return Seq("tuple", tuple(Lit(item).type for item in items))
        case Lit():
            return x.type
        case tuple():
            return Seq("tuple", tuple(map(type_of, x)))
        case Slice():
            return UNKNOWN


def static_value(x: Arg) -> object:
    """The value of an argument that is known while transpiling, Undecided otherwise."""
    match x:
        case Lit():
            return x.value
        case tuple():
            return tuple(map(static_value, x))
        case Var() | Global():
            return _static_of_type(x.type)
    raise Undecided


def _static_of_type(t: Type) -> object:
    match t:
        case Static(value=value):
            return value
        case Scalar(kind="int", value=int() as value):
            return value
        case Seq(items=items):
            return tuple(map(_static_of_type, items))
    raise Undecided


def integer(x: Arg) -> Length:
    """The symbolic value of an argument that is an integer, Undecided if it is none."""
    match x:
        case Lit(value=bool()):
            raise Undecided
        case Lit(value=int() as value):
            return value
        case Lit(value=np.integer() as number):
            return int(number)
        case Var(type=Scalar(kind="int", value=None)):
            return Dim(symbol_of(x))
    return _integer_of_type(type_of(x))


def _integer_of_type(t: Type) -> Length:
    match t:
        case Scalar(kind="int", value=value):
            return anonymous() if value is None else value
    raise Undecided


def integers(x: Arg) -> Shape:
    """The symbolic values of a shape: an integer, or a tuple or list of them."""
    match x:
        case tuple():
            return tuple(map(integer, x))
        case Lit(value=tuple() | list() as items):
            return tuple(integer(Lit(item)) for item in items)
    match type_of(x):
        case Seq(items=items):
            return tuple(map(_integer_of_type, items))
    return (integer(x),)


def length_value(n: Length) -> Scalar:
    """The type of the Python integer that is a length."""
    if isinstance(n, int):
        return Scalar("int", value=n)
    return Scalar("int") if n.symbol == ANONYMOUS else Scalar("int", value=replace(n, not_negative=True))


def axis_of(axis: object, rank: int) -> int:
    """A static axis counted from the front."""
    if not isinstance(axis, int | np.integer) or isinstance(axis, bool) or not -rank <= axis < rank:
        raise Undecided
    return int(axis) % rank


def axes_of(axes: object, rank: int) -> tuple[int, ...]:
    """A static axis, or several, counted from the front."""
    if isinstance(axes, tuple | list):
        return tuple(axis_of(a, rank) for a in axes)
    return (axis_of(axes, rank),)


def known_shape(a: Array) -> Shape:
    """The shape of an array, Undecided if it is not known."""
    if a.shape is None:
        raise Undecided
    return a.shape


def as_array(t: Type) -> Array:
    """The array that NumPy makes of a value where it takes an array: of a scalar, or of a list of them."""
    match t:
        case Array():
            return t
        case Scalar():
            return Array(array_dtype((t,)), ())
        case ListOf(item=item):
            inner = as_array(item)
            return Array(array_dtype((item,)), None if inner.shape is None else (anonymous(), *inner.shape))
        case Seq(items=items) if items:
            return Array(array_dtype(items), _stacked(items))
        case Seq():
            return Array("float64", (0,))
    return Array()


def _stacked(items: tuple[Type, ...]) -> Shape | None:
    shapes = [as_array(t).shape for t in items]
    known = [s for s in shapes if s is not None]
    if len(known) < len(shapes) or len({len(s) for s in known}) > 1:
        return None
    return (len(items), *map(agree, zip(*known, strict=True)))


def same_shape_as(t: Type, dtype: str | None) -> Array:
    """An array of the shape of a value."""
    return Array(dtype, shape_of(t) if isinstance(t, Scalar | Array) else as_array(t).shape)


__all__ = [
    "MISSING",
    "TABLE",
    "Call",
    "MappingType",
    "Undecided",
    "as_array",
    "axes_of",
    "axis_of",
    "integer",
    "integers",
    "known_shape",
    "length_value",
    "same_shape_as",
    "shape_function",
    "static_value",
    "type_of",
]
