"""The refusal of an operation that has no rule, with what there is instead."""

from __future__ import annotations

import builtins
import difflib
import inspect
from typing import Any

import gast
import numpy as np

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile.lower import drawing
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.scope import Scope

_INSTEAD = {
    "map": "Write a generator expression.",
    "filter": "Write a generator expression.",
    "sorted": "Use np.sort.",
    "open": "Read the file before.",
    "setattr": "Give what is to be changed a new value under its name, as by x = x.reshape(2, 2).",
}


def _of_generator(op: object) -> bool:
    return type(getattr(op, "__self__", None)).__module__.startswith(("numpy.random", "random"))


def _is_exception(op: object) -> bool:
    return isinstance(op, type) and issubclass(op, BaseException)


def refuse(scope: Scope, node: Any, op: Any) -> None:
    """Refuse an operation that has no rule, with those that have one and a name like it."""
    name = registry.name_of(op) if hasattr(op, "__name__") else type(op).__name__
    place = node.func if isinstance(node, gast.Call) else node
    if name == "at" and isinstance(getattr(op, "__self__", None), np.ufunc):
        hint = "Write a loop over the indices, or `x[i] = ...` where none repeats."
        scope.refuse(place, "`at` is supported for np.add and np.subtract only", hint)
    instead = registry.way_round(op)
    if instead is not None:
        scope.refuse(place, f"{dotted(op) or name} is not supported yet", instead)
    if (getattr(op, "__module__", None) or "").startswith(("numpy.random", "random")) or _of_generator(op):
        drawing.refuse(scope, place)
    if getattr(builtins, name, None) is op and not _is_exception(op):
        scope.refuse(place, f"{name!r} is not supported yet", _INSTEAD.get(name, "Use a function of NumPy."))
    if inspect.isclass(op) and not issubclass(op, np.generic):
        hint = "Use functions, tuples and dicts; exceptions can be raised."
        scope.refuse(place, f"making an object of the class {name!r} is not supported yet", hint)
    known = sorted({getattr(o, "__name__", "") for o in registry.known_ops()} - {""})
    near = difflib.get_close_matches(name, known, 3, 0.7)
    hint = f"There are rules for {', '.join(near)}. " if near else ""
    register = "A rule can be registered with @pullback.rule or @pullback.elementwise."
    scope.refuse(place, f"there is no derivative rule for {dotted(op) or name!r}", hint + register, errors.NoRule)
