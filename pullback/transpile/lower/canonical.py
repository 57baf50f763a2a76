"""Types under names of their own: what a function is specialised for, and a rule's template kept under.

Lengths are renamed in the order in which they occur, `$0`, `$1`, …, so that calls that differ in nothing but the names
of lengths share one function. Which lengths are equal, by how much they differ, which are known not to be 1: all kept.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile.infer.lengths import anonymous, text
from pullback.transpile.infer.lengths import shift as shifted

_NAME = re.compile(r"\$\d+")


class Renaming:
    """From a caller's names of lengths to those of a function, and back."""

    def __init__(self) -> None:
        self._new: dict[str, tuple[str, int]] = {}
        self._old: dict[str, ab.Length] = {}

    def type(self, t: ab.Type, keep_integer: bool = False) -> ab.Type:
        """A type under new names. The value of an integer is left out, unless it is to be kept."""
        match t:
            case ab.Scalar(value=int()) if keep_integer:
                return t
            case ab.Array(dtype=dtype, shape=tuple() as shape):
                return ab.Array(dtype, tuple(map(self._length, shape)))
            case ab.Scalar(kind=kind, dtype=dtype, value=value) if value is not None:
                return ab.Scalar(kind, dtype, self._integer(value))
            case ab.Seq(kind=kind, items=items):
                return ab.Seq(kind, tuple(map(self.type, items)))
            case ab.ListOf(item=item):
                return ab.ListOf(self.type(item))
            case ab.Mapping(items=entries):
                return replace(t, items=tuple((k, self.type(x)) for k, x in entries))
        return t

    def _integer(self, n: ab.Length) -> ab.Length:
        if isinstance(n, int):
            name = f"${len(self._old)}"
            self._old[name] = n
            return ab.Dim(name)
        return self._length(n)

    def _length(self, n: ab.Length) -> ab.Length:
        if isinstance(n, int) or n.symbol == ab.ANONYMOUS:
            return n
        if n.symbol not in self._new:
            name = f"${len(self._old)}"
            self._new[n.symbol] = name, n.offset
            self._old[name] = ab.Dim(n.symbol, n.offset)
        name, base = self._new[n.symbol]
        return ab.Dim(name, n.offset - base, n.not_one)

    def back(self, t: ab.Type) -> ab.Type:
        """A type that the function's result has, under the caller's names."""
        match t:
            case ab.Array(dtype=dtype, shape=tuple() as shape):
                return ab.Array(dtype, tuple(map(self._back, shape)))
            case ab.Scalar(kind=kind, dtype=dtype, value=value) if value is not None:
                return ab.Scalar(kind, dtype, _named(self._back(value)))
            case ab.Seq(kind=kind, items=items):
                return ab.Seq(kind, tuple(map(self.back, items)))
            case ab.ListOf(item=item):
                return ab.ListOf(self.back(item))
            case ab.Mapping(items=entries):
                return replace(t, items=tuple((k, self.back(x)) for k, x in entries))
        return t

    def _back(self, n: ab.Length) -> ab.Length:
        if isinstance(n, int) or n.symbol == ab.ANONYMOUS:
            return n
        if "#" in n.symbol:  # the value of a variable of the function's, which another call may find different
            return anonymous(n.not_one)
        if n.symbol in self._old:
            old = shifted(self._old[n.symbol], n.offset)
            return ab.Dim(old.symbol, old.offset, n.not_one) if isinstance(old, ab.Dim) else old
        symbol = _NAME.sub(lambda m: text(self._old[m.group()]) if m.group() in self._old else m.group(), n.symbol)
        return ab.Dim(symbol, n.offset, n.not_one)


def _named(n: ab.Length) -> ab.Length | None:
    return None if isinstance(n, ab.Dim) and n.symbol == ab.ANONYMOUS else n
