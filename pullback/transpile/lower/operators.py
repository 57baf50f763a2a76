"""Operators, comparisons and the like of objects: methods of their classes."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower.instances import found_in_class
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Pack, Value, class_of
from pullback.transpile.objects import is_named_tuple


def special(scope: Scope, node: Any, value: Value, name: str, args: list[Value]) -> Value | None:
    """The value of `value.__name__(*args)`, None if the value is no object or its class does not have this."""
    cls = class_of(value)
    if cls is None or is_named_tuple(cls) and name not in _defined(cls):
        return None
    found = next((vars(k)[name] for k in cls.__mro__ if k is not object and name in vars(k)), None)
    if found is None:
        return None
    if dataclasses.is_dataclass(cls) and isinstance(found, types.FunctionType) and found.__code__.co_filename[0] == "<":
        scope.refuse(node, f"`{name}` that @dataclass has written is not supported yet", "Compare the attributes.")
    return scope.call(node, found_in_class(scope, node, value, cls.__mro__, name), args, {})


def _defined(cls: type) -> frozenset[str]:
    return frozenset().union(*(vars(k) for k in cls.__mro__ if k not in (tuple, object)))


def operator_of(scope: Scope, node: Any, name: str, a: Value, b: Value) -> Value | None:
    """The value of an operator of which an operand is an object; None if none is."""
    first, second = class_of(a), class_of(b)
    if first is None and second is None:
        return None
    sides = [(a, f"__{name}__", b), (b, f"__r{name}__", a)]
    if first is not None and second is not None and first is not second and issubclass(second, first):
        sides.reverse()
    if first is None and isinstance(a.type if not isinstance(a, Pack) else None, ab.Array | ab.Unknown):  # type: ignore[union-attr]
        hint = "Write the object on the left."
        scope.refuse(node, "an array on the left of an operator of an object is not supported yet", hint)
    for receiver, method, other in sides:
        found = special(scope, node, receiver, method, [other])
        if found is not None and not (isinstance(found, Lit) and found.value is NotImplemented):
            return found
    named = [c.__name__ for c in (first, second) if c is not None]
    if any(c is not None and is_named_tuple(c) for c in (first, second)):
        scope.refuse(node, f"this operator on the named tuple {named[0]!r} is not supported yet", "Use its items.")
    scope.refuse(node, f"the class {named[0]!r} does not define this operator", "This raises TypeError in Python.")
