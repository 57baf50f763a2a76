"""What a function says of its own derivative: `pullback.stop_gradient`, `on_gradient`, `checkpoint`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gast

from pullback import control
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Global, Lit, Var
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.library import Special
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Pack, UserFunction, Value, class_of, type_of
from pullback.transpile.parse.sources import Value as Live


def stop_gradient(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`stop_gradient(x)`: of a structure, each item for itself."""
    if [*keywords] not in ([], ["x"]) or len(args) + len(keywords) != 1:
        scope.refuse(node, "stop_gradient takes one value", "This raises TypeError in Python.")
    (value,) = (*args, *keywords.values())
    return _stopped(scope, node, value, hint)


def _stopped(scope: Scope, node: Any, value: Value, hint: str) -> Value:
    value = explode(scope, node, value)
    if isinstance(value, Pack) and value.kind != "slice":
        return replace(value, items=tuple(_stopped(scope, node, x, "") for x in value.items), cell=None)
    if not ab.differentiable(type_of(value)):
        return value
    return scope.op(prims.stopped, (as_atom(scope, node, value),), (), hint, node)


def on_gradient(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`on_gradient(x, fn)`: of a structure as a whole."""
    given = {**dict(zip(("x", "fn"), args, strict=False)), **keywords}
    if given.keys() != {"x", "fn"} or len(args) + len(keywords) != 2:
        scope.refuse(node, "on_gradient takes a value and a function", "This raises TypeError in Python.")
    value, fn = given["x"], _by_name(scope, node, given["fn"])
    if not ab.differentiable(type_of(value)):
        return value
    return scope.op(prims.watched, (as_atom(scope, node, value), fn), (), hint, node)


def _by_name(scope: Scope, node: Any, fn: Value) -> Atom:
    """A function that generated code calls as it is: one of a module, by its name, or an argument."""
    place = _given(node, 1, "fn")
    parameter = scope.env.get(scope.variable(place.id)) if isinstance(place, gast.Name) else None
    if isinstance(parameter, Var) and parameter in scope.parameters and _is_callable(fn):
        return parameter
    if isinstance(fn, Var) and isinstance(fn.type, ab.Unknown):
        return fn
    for v in scope.parameters:  # it may have another name in a function that is written out
        if isinstance(fn, Lit) and isinstance(v.type, ab.Static) and v.type.value is fn.value:
            return v
    if isinstance(fn, UserFunction):
        return Global(fn.source.name, ab.Static(fn.source.function), fn.source.module, fn.source.function)
    if isinstance(fn, Lit) and callable(fn.value) and dotted(fn.value):
        return fn
    if isinstance(place, gast.Name) and parameter is None and scope.is_global(place.id) and _is_callable(fn):
        found = scope.source.resolve(place.id)
        if isinstance(found, Live) and found.name:
            return Global(found.name, ab.Static(found.obj), found.module, found.obj)
    hint = "Define a function in a module, and give its name."
    scope.refuse(place, "on_gradient needs a function that a module or an argument has a name for", hint)


def _is_callable(fn: Value) -> bool:
    cls = class_of(fn)
    return callable(fn.value) if isinstance(fn, Lit) else "__call__" in dir(cls or object)


def _given(node: Any, position: int, name: str) -> Any:
    """The node of an argument of a call."""
    if position < len(node.args):
        return node.args[position]
    return next((k.value for k in node.keywords if k.arg == name), node)


def checkpoint(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`checkpoint(f)`, which marks the function as it does when it runs."""
    match args:
        case [UserFunction(source=source) as f] if not keywords and source.function is not None:
            control.checkpoint(source.function)
            return f
    scope.refuse(node, "checkpoint is for functions and `for` statements", "Use it as a decorator, or after `in`.")


FUNCTIONS: dict[object, Special] = {
    control.stop_gradient: stop_gradient,
    control.on_gradient: on_gradient,
    control.checkpoint: checkpoint,
}
