"""Functions that give parts of arrays, and what else NumPy has another way to write for.

np.hsplit(a, 2)          ->      np.split(a, 2, axis=1)
np.real(x)               ->      x.real, the array itself where it is of real numbers
slice(i, None)           ->      i: in an index
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower import attributes
from pullback.transpile.lower.library import Special
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Pack, Value, type_of

Keywords = Mapping[str, Value]


def part(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str, name: str) -> Value | None:
    """`np.real(x)`, `np.imag(x)` of real numbers, as `x.real`, `x.imag`."""
    if len(args) != 1 or keywords or not attributes.is_real(type_of(args[0])):
        return None
    if name == "imag" and not ab.rank(type_of(args[0])):
        return None
    return attributes.attribute(scope, node, args[0], name, hint)


def split(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str, axis: int) -> Value | None:
    """`np.vsplit`, `np.hsplit`, `np.dsplit`: `np.split` along the first, second or third axis."""
    if len(args) != 2 or keywords:
        return None
    axes = ab.rank(type_of(args[0]))
    if axes is None or axes <= axis and (axes, axis) != (1, 1):
        scope.refuse(node, "it is not known that the array has the axis that this splits", "Use np.split with an axis.")
    return scope.call(node, Lit(np.split), args, {"axis": Lit(min(axis, axes - 1))}, hint)


def slice_object(scope: Scope, node: Any, args: list[Value], keywords: Keywords, hint: str) -> Value:
    """`slice(stop)`, `slice(start, stop, step)`."""
    if keywords or not 1 <= len(args) <= 3:
        scope.refuse(node, "slice takes one to three arguments", "This raises TypeError in Python.")
    bounds = [Lit(None), *args] if len(args) == 1 else args
    return Pack("slice", (*bounds, *[Lit(None)] * (3 - len(bounds))))


FUNCTIONS: dict[object, Special] = {
    builtins.slice: slice_object,
    np.real: partial(part, name="real"),
    np.imag: partial(part, name="imag"),
    np.vsplit: partial(split, axis=0),
    np.hsplit: partial(split, axis=1),
    np.dsplit: partial(split, axis=2),
}
