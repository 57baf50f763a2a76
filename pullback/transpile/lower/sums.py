"""Python's `sum`. Of Python's floats it is one operation: since Python 3.12 it gives more digits than additions do."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Mapping, Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Lit
from pullback.transpile.lower.containers import as_atom, items_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Value, type_of


def total(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """The value of `sum(args[0], start)`."""
    if len(args) not in (1, 2) or set(keywords) - {"start"} or len(args) == 2 and keywords:
        scope.refuse(node, "sum takes a sequence, and perhaps a start", "This raises TypeError in Python.")
    start = keywords.get("start", args[1] if len(args) == 2 else Lit(0))
    items = items_of(scope, node, args[0])
    if items is None:
        return _of_sequence(scope, node, args[0], start, hint)
    if not items or not _adds_scalars(start, items):
        return _added(scope, node, items, start, hint)
    return _as_it_is(scope, node, tuple(as_atom(scope, node, x) for x in items), start, hint)


def _of_sequence(scope: Scope, node: Any, sequence: Value, start: Value, hint: str) -> Value:
    """`sum` of the numbers or arrays in a list, or of the numbers or rows in an array."""
    atom = as_atom(scope, node, sequence)
    match atom.type, type_of(start):
        case ab.ListOf(item=ab.Scalar() | ab.Array()), ab.Scalar() | ab.Array():
            return _as_it_is(scope, node, atom, start, hint)
        case ab.Array(dtype=str(), shape=(_, *_)), ab.Scalar():
            return _as_it_is(scope, node, atom, start, hint)
    scope.refuse(node, "sum of this is not supported yet", "Use np.sum, or add in a loop.")


def _as_it_is(scope: Scope, node: Any, iterable: Arg, start: Value, hint: str) -> Value:
    rest = () if start == Lit(0) else (as_atom(scope, node, start),)
    return scope.op(builtins.sum, (iterable, *rest), (), hint, node)


def _adds_scalars(start: Value, items: Sequence[Value]) -> bool:
    """Are these numbers and arrays of which two may be added that are floats of Python's?

    What has axes is added as it is, and so is all that comes after it; sums of Python's integers are exact.
    """
    types = [type_of(x) for x in (start, *items)]
    if not all(isinstance(t, ab.Scalar | ab.Array | ab.Unknown) for t in types):
        return False
    first = next((t for t in types if not _is_integer(t)), None)
    return first is not None and not ab.rank(first)


def _is_integer(t: ab.Type) -> bool:
    return isinstance(t, ab.Scalar) and t.dtype is None and t.kind in ("bool", "int")


def _added(scope: Scope, node: Any, items: Sequence[Value], start: Value, hint: str) -> Value:
    """Items added to the start one after the other."""
    if items and start == Lit(0):
        match type_of(items[0]):
            case ab.Scalar(kind="int", dtype=None):  # 0 + n is n, for an integer of Python's
                start, items = items[0], items[1:]
    for k, x in enumerate(items, 1):
        start = scope.binary(node, operator.add, start, x, hint if k == len(items) else "")
    return start
