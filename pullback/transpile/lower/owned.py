"""Which values nothing else can see: `x += v` may rebind `x` if `x` is a number, or an array that has no other name.

A number is never changed in place. An array that the function has made itself, and that is in no container, under no
second name, in no other function's hands and without a view, is replaced without anyone's noticing.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from pullback.transpile import prims
from pullback.transpile.abstract import Scalar, Static, rank
from pullback.transpile.core import Arg, Global, Kwargs, Lit, OpFunction, Var
from pullback.transpile.traversal import variables

_ARITHMETIC: frozenset[OpFunction] = frozenset(
    {
        *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow),
        *(operator.matmul, operator.neg, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne),
        *(
            operator.invert,
            operator.and_,
            operator.or_,
            operator.xor,
            operator.lshift,
            operator.rshift,
            operator.pos,
            abs,
        ),
    }
)

_REDUCTIONS: frozenset[OpFunction] = frozenset(
    {sum, np.sum, np.mean, np.var, np.std, np.prod, np.max, np.min, np.dot, np.inner}
)

# other operations whose result shares no memory with their operands; every ufunc is one too
_FRESH: frozenset[OpFunction] = _ARITHMETIC | _REDUCTIONS | {
    np.zeros, np.ones, np.full, np.empty, np.eye, np.identity, np.arange, np.linspace, np.array, np.copy,
    np.zeros_like, np.ones_like, np.full_like, np.empty_like, np.cumsum, np.argmax, np.argmin, np.any, np.all, np.outer,
    np.where, np.clip, np.concatenate, np.stack, np.take, np.repeat, np.shape, np.size, np.ndim, len, float, int, bool,
    prims.dim,
}  # fmt: skip


class Owned:
    """What is known of the variables of one function. A value that was shared once is never owned again."""

    def __init__(self) -> None:
        self._own: set[Var] = set()
        self._numbers: set[Var | Global] = set()
        self._named: set[Var] = set()

    def made(self, out: Var, fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs) -> None:
        """Note an operation: what it makes is owned, unless its result may be a view of an operand."""
        if fn in (max, min) and all(map(self.number, args)):  # of arrays they give one of them
            self._numbers.add(out)
        elif (fn in _FRESH or isinstance(fn, np.ufunc)) and "copy" not in dict(kwargs):
            self._own.add(out)
            if (fn in _ARITHMETIC or isinstance(fn, np.ufunc)) and all(map(self.number, args)):
                self._numbers.add(out)
            elif rank(out.type) == 0 and (fn in _ARITHMETIC or fn in _REDUCTIONS or isinstance(fn, np.ufunc)):
                self._numbers.add(out)  # no axes are left: NumPy gives a scalar, not an array
        elif fn is operator.getitem and rank(out.type) == 0 and isinstance(args[1], tuple) and Lit(...) not in args[1]:
            self._numbers.add(out)
        elif not isinstance(out.type, Scalar):
            self.share((args, tuple(x for _, x in kwargs)))

    def number(self, x: Any) -> bool:
        """Is this certainly a number or another constant, which nothing changes in place?"""
        if isinstance(x, Var | Global):
            return isinstance(x.type, Scalar | Static) or x in self._numbers
        return True

    def alone(self, x: Any) -> bool:
        """Would nothing else notice if this value changed?"""
        return self.number(x) or x in self._own

    def name(self, x: Any) -> None:
        """A name is bound to a value; it is the value's second one if it has one already."""
        if x in self._named:
            self.share(x)
        if isinstance(x, Var):
            self._named.add(x)

    def share(self, x: Any) -> None:
        """A second name, a container, a view or another function may hold these values from now on."""
        self._own.difference_update(variables(x))

    def either(self, to: Var, sources: Iterable[Any]) -> None:
        """A temporary is one of several values, which may go on under their own names."""
        values = list(sources)
        if all(map(self.number, values)):
            self._numbers.add(to)
        self.share(tuple(x for x in values if isinstance(x, Var)))

    def hand_on(self, to: Var, sources: Iterable[Any]) -> None:
        """A named variable holds one of several values, which are not used under their own names any more."""
        values = list(sources)
        self._named.add(to)
        if all(map(self.number, values)):
            self._numbers.add(to)
        if all(map(self.alone, values)):
            self._own.add(to)

    def doubt(self, x: Var, number: bool, alone: bool) -> None:
        """Do not take a variable for a number, or not for alone either, unless its type says so."""
        if not number:
            self._numbers.discard(x)
        if not alone:
            self._own.discard(x)
