"""Arguments made at random for the types of a signature."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pullback.runtime import record
from pullback.transpile.abstract import Array, Dim, Length, ListOf, Record, Scalar, Seq, Static, Type
from pullback.transpile.abstract import Mapping as MappingType

_ITEMS = 2  # in a list of any length


class NoSample(Exception):
    """There is no value to be made of a type; the text says why."""


class Samples:
    """Makes values of types; lengths that have one name are one length, others are small and differ.

    `lengths`: what names of lengths stand for, where that is given. Floats are normal numbers, or lie `between` two.
    """

    def __init__(
        self, rng: np.random.Generator, lengths: Mapping[str, int], between: tuple[float, float] | None
    ) -> None:
        self.rng, self.between = rng, between
        self.lengths = dict(lengths)
        self._next: Iterator[int] = itertools.count(3)

    def value(self, t: Type) -> Any:
        """A value of a type. Raises NoSample where nothing says what it is."""
        match t:
            case Scalar(kind="int", dtype=None):
                raise NoSample("is an int, whose value must be given")
            case Scalar(kind="bool", dtype=None):
                return bool(self.rng.integers(2))
            case Scalar(kind="float", dtype=None):
                return float(self.floats(()))
            case Scalar(kind=kind, dtype=dtype):
                return self.array(dtype or kind, ())[()]
            case Array(dtype=str() as dtype, shape=tuple() as shape):
                return self.array(dtype, tuple(map(self.length, shape)))
            case ListOf(item=item):
                return [self.value(item) for _ in range(_ITEMS)]
            case Seq(kind=kind, items=items):
                made = [self.value(x) for x in items]
                return tuple(made) if kind == "tuple" else made
            case Record(items=entries, cls=cls):
                return record(cls, **{str(k): self.value(x) for k, x in entries})
            case MappingType(items=entries):
                return {k: self.value(x) for k, x in entries}
            case Static(value=value):
                return value
        raise NoSample("has no type")

    def floats(self, shape: tuple[int, ...]) -> Any:
        """Random floats."""
        return self.rng.standard_normal(shape) if self.between is None else self.rng.uniform(*self.between, shape)

    def array(self, dtype: str, shape: tuple[int, ...]) -> Any:
        """A random array: small integers where it is one of these."""
        kind = np.dtype(dtype).kind
        if kind in "biu":
            return self.rng.integers(0, 2 if kind == "b" else 3, shape).astype(dtype)
        if kind == "c":
            return (self.floats(shape) + 1j * self.floats(shape)).astype(dtype)
        return np.asarray(self.floats(shape)).astype(dtype)

    def length(self, n: Length) -> int:
        """The length of an axis."""
        if not isinstance(n, Dim):
            return n
        name = n.symbol.removeprefix("axis#")
        if name not in self.lengths:
            self.lengths[name] = next(self._next)
        return self.lengths[name] + n.offset
