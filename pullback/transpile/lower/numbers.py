"""Which values are numbers, never changed in place: `x += v` binds the name `x` anew if `x` is one."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from pullback.transpile import prims
from pullback.transpile.abstract import Array, Scalar, Static, rank
from pullback.transpile.core import Arg, Global, Lit, OpFunction, Var
from pullback.transpile.storage import ARITHMETIC, REDUCTIONS

_ONE_OF_THEM: frozenset[OpFunction] = frozenset({max, min, prims.stopped, prims.watched})

_OF_ARRAYS = frozenset[OpFunction](
    {np.zeros, np.ones, np.empty, np.full, np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.array}
).union(
    (np.asarray, np.copy, np.ndarray.copy, np.arange, np.linspace, np.concatenate, np.stack, np.atleast_1d),
    (np.reshape, np.ravel, np.broadcast_to, np.ascontiguousarray, prims.set_item, prims.add_item),
)
"""What gives an array, with axes or without."""


class Numbers:
    """The variables of one function that are certainly numbers, though their types may be those of arrays."""

    def __init__(self) -> None:
        self._known: set[Var | Global] = set()
        self._arrays: set[Var | Global] = set()  # those of which it is not known how many axes they have

    def made(self, out: Var, fn: OpFunction, args: tuple[Arg, ...]) -> None:
        """Note an operation whose result may be a number."""
        if rank(out.type) is None and (fn in _OF_ARRAYS or fn is operator.getitem and not _is_element(args[1])):
            self._arrays.add(out)
        if fn in _ONE_OF_THEM and all(map(self.has, args)):  # of arrays they give one of them
            self._known.add(out)
        elif fn in ARITHMETIC or isinstance(fn, np.ufunc):
            if rank(out.type) == 0 or all(map(self.has, args)):  # without axes NumPy gives a scalar, not an array
                self._known.add(out)
        elif rank(out.type) == 0 and (fn in REDUCTIONS or fn is operator.getitem and _is_element(args[1])):
            if fn is not sum or all(map(self.has, args[1:])):  # of no items it is the start
                self._known.add(out)

    def has(self, x: Any) -> bool:
        """Is this certainly a number or another constant, which nothing changes in place?"""
        if isinstance(x, Var | Global):
            return isinstance(x.type, Scalar | Static) or x in self._known
        return True

    def may_be(self, x: Var | Global) -> bool:
        """May this be a number, though its type is that of an array? Operations on what has no axes give numbers."""
        return isinstance(x.type, Array) and rank(x.type) is None and x not in self._arrays

    def hand_on(self, to: Var, sources: Iterable[Any]) -> None:
        """A variable holds one of several values."""
        sources = tuple(sources)
        if all(map(self.has, sources)):
            self._known.add(to)
        if all(isinstance(x, Var | Global) and not self.may_be(x) for x in sources):
            self._arrays.add(to)

    def doubt(self, x: Var) -> None:
        """Do not take a variable for a number, unless its type says so."""
        self._known.discard(x)


def _is_element(index: Arg) -> bool:
    """Does NumPy give a scalar for this index, if it leaves no axes? With an ellipsis it gives an array."""
    return isinstance(index, tuple) and Lit(...) not in index
