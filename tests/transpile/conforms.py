"""Does a real value have the type that was inferred for it? Symbols of lengths are evaluated on the real arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from typing import Any

import numpy as np

from pullback.transpile.abstract import (
    ANONYMOUS,
    Array,
    Length,
    ListOf,
    Mapping,
    Scalar,
    Seq,
    Static,
    Type,
    Unknown,
    never_one,
)
from pullback.transpile.core import Arg, Lit, Slice, Var
from pullback.transpile.infer import infer
from pullback.transpile.infer.lengths import symbol_of
from pullback.transpile.signature import type_of_value


class Number(int):
    """An integer that, indexed, is the length of what such a slice leaves of an axis of this length."""

    def __getitem__(self, index: slice) -> Number:
        return Number(len(range(self)[index]))

    def __add__(self, other: int) -> Number:
        return Number(int(self) + other)

    def __sub__(self, other: int) -> Number:
        return Number(int(self) - other)

    def __mul__(self, other: int) -> Number:
        return Number(int(self) * other)

    def __floordiv__(self, other: int) -> Number:
        return Number(int(self) // other)


FUNCTIONS: dict[str, Any] = {
    "max": max,
    "min": min,
    "broadcast": lambda a, b: a if b == 1 else b,
    "arange": lambda *a: Number(len(range(*a))),
    "Number": Number,
}


def symbols(name: str, value: object) -> dict[str, int]:
    """The values of the symbols that the type of an argument uses."""
    if isinstance(value, int | np.integer):
        return {name: int(value)}
    if isinstance(value, np.ndarray):
        return {f"{name}.{i}": n for i, n in enumerate(value.shape)}
    entries = enumerate(value) if isinstance(value, list | tuple) else value.items() if isinstance(value, dict) else ()
    paths = [(k if isinstance(k, str) else i, x) for i, (k, x) in enumerate(entries)]
    return {k: v for path, x in paths for k, v in symbols(f"{name}.{path}", x).items()}


def evaluate(n: Length, known: Map[str, int]) -> int | None:
    """The value of a length, None where nothing is claimed."""
    if isinstance(n, int):
        return n
    if n.symbol == ANONYMOUS or "count(" in n.symbol:
        return None
    text = re.sub(r"\(=(.*?)=(-?\d+)\)", r"(\1+\2)", n.symbol)
    values = {**known, **{str(k): k for k in range(100)}}
    text = re.sub(r"[^\W\d][\w.#]*|\d+", lambda m: f"Number({values[m[0]]})" if m[0] in values else m[0], text)
    return int(eval(text, dict(FUNCTIONS))) + n.offset


def conforms(value: object, t: Type, known: Map[str, int]) -> bool:
    """Is all that the type says true of the value?"""
    match t:
        case Unknown():
            return True
        case Static(value=static):
            return value is static or value == static
        case Scalar(kind=kind, dtype=None, value=n):
            exact = {"bool": bool, "int": int, "float": float, "complex": complex}[kind]
            return type(value) is exact and (n is None or evaluate(n, known) in (None, value))
        case Scalar(dtype=dtype, value=n):
            held = isinstance(value, np.generic) and value.dtype == dtype
            return held and (n is None or evaluate(n, known) in (None, int(value)))
        case Array(dtype=dtype, shape=shape):
            held = isinstance(value, np.ndarray) or ((shape is None or dtype is None) and np.isscalar(value))
            return held and dtype in (None, np.asarray(value).dtype.name) and _lengths(np.shape(value), shape, known)
        case Seq(kind=kind, items=items):
            right = type(value) is {"tuple": tuple, "list": list}[kind]
            pairs = zip(value, items, strict=True)
            return right and len(value) == len(items) and all(conforms(x, y, known) for x, y in pairs)
        case ListOf(item=item):
            return type(value) is list and all(conforms(x, item, known) for x in value)
        case Mapping(items=entries):
            right = type(value) is dict and list(value) == [k for k, _ in entries]
            return right and all(conforms(value[k], x, known) for k, x in entries)


def _lengths(shape: tuple[int, ...], claimed: tuple[Length, ...] | None, known: Map[str, int]) -> bool:
    if claimed is None:
        return True
    if len(claimed) != len(shape):
        return False
    return all(
        evaluate(c, known) in (None, n) and not (n == 1 and never_one(c)) for c, n in zip(claimed, shape, strict=True)
    )


class Variables:
    """Core variables for real values, and the values that their symbols have."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def __call__(self, name: str, value: object) -> Var:
        v = Var(name, type_of_value(value, name))
        self.known |= symbols(name, value)
        if isinstance(value, int | np.integer):
            self.known[symbol_of(v)] = int(value)
        return v


def core_index(index: object, make: Variables, name: str) -> Arg:
    """A real index as an argument of Core."""
    match index:
        case tuple():
            return tuple(core_index(x, make, f"{name}{i}") for i, x in enumerate(index))
        case slice():
            return Slice(*(None if b is None else Lit(b) for b in (index.start, index.stop, index.step)))
        case None | int() | type() if not isinstance(index, bool):
            return Lit(index)
    return Lit(Ellipsis) if index is Ellipsis else make(name, index)


def check(op: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, exact: bool = True) -> Type:
    """Infer the type of a call and compare it with what the call gives; `exact`: no part of it may be left open."""
    kwargs, make = kwargs or {}, Variables()
    operands = tuple(make(f"x{i}", x) for i, x in enumerate(args))
    t = infer(op, operands, {k: Lit(v) for k, v in kwargs.items()})
    with np.errstate(all="ignore"):
        value = op(*args, **kwargs)
    assert conforms(value, t, make.known), (op, args, kwargs, t, value)
    if exact:
        assert known(t), (op, args, kwargs, t, value)
    return t


def known(t: Type) -> bool:
    """Is nothing but lengths left open?"""
    match t:
        case Unknown():
            return False
        case Array(dtype=dtype, shape=shape):
            return dtype is not None and shape is not None
        case Seq(items=items):
            return all(map(known, items))
    return True
