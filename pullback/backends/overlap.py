"""Assignments whose value is a view of the array that is written: which of them NumPy gets right.

NumPy makes a copy first, or walks in the right direction; but not through an index array, and not for one-dimensional
slices of different steps: of `a[::2] = a[:8]` and `a[i] = a[:, j]` it may read what it has just written.
"""

from __future__ import annotations

import operator

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit

from .facts import is_advanced, type_of
from .script import Apply, Cut, Expr


def overlaps_safely(view: Expr, index: Expr, value: Expr) -> bool:
    """Does `view[index] = value` store the value as it was before, where that is a view of the same array?"""
    if is_advanced(index) or not isinstance(index, tuple):
        return False
    whole = ab.rank(type_of(view))
    if whole is not None and whole - sum(map(_is_number, index)) > 1:
        return True
    if not isinstance(value, Apply) or value.op is not operator.getitem or value.args[0] is not view:
        return False
    other = value.args[1]
    return isinstance(other, tuple) and len(other) == len(index) and all(map(_in_step, index, other))


def _is_number(part: Expr) -> bool:
    return ab.rank(type_of(part)) == 0 and not isinstance(part, Cut)


def _in_step(a: Expr, b: Expr) -> bool:
    """Do two parts of an index walk an axis in the same steps?"""
    if isinstance(a, Cut) and isinstance(b, Cut):
        return _step(a) == _step(b) is not None
    return not isinstance(a, Cut) and not isinstance(b, Cut) and _is_number(a) and _is_number(b)


def _step(part: Cut) -> object:
    """The step of a slice, 1 where it says nothing; None where it is not known."""
    if part.step is None or part.step == Lit(None):
        return 1
    return part.step.value if isinstance(part.step, Lit) else None
