"""What a function says of its own derivative: `pullback.stop_gradient`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pullback import control
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.library import Special
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Pack, Value, type_of


def stop_gradient(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`stop_gradient(x)`: of a structure, each item for itself."""
    if [*keywords] not in ([], ["x"]) or len(args) + len(keywords) != 1:
        scope.refuse(node, "stop_gradient takes one value", "This raises TypeError in Python.")
    (value,) = (*args, *keywords.values())
    return _stopped(scope, node, value, hint)


def _stopped(scope: Scope, node: Any, value: Value, hint: str) -> Value:
    value = explode(scope, node, value)
    if isinstance(value, Pack) and value.kind != "slice":
        return Pack(value.kind, tuple(_stopped(scope, node, x, "") for x in value.items), value.keys)
    if not ab.differentiable(type_of(value)):
        return value
    return scope.op(prims.stopped, (as_atom(scope, node, value),), (), hint, node)


FUNCTIONS: dict[object, Special] = {control.stop_gradient: stop_gradient}
