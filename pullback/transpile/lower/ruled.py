"""Functions of the user's that have a rule of their own: operations, the types of whose results their bodies tell."""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any, TypeGuard

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Kwargs, Lit, OpFunction, Var
from pullback.transpile.infer import is_known
from pullback.transpile.infer.lengths import broadcast_shapes
from pullback.transpile.lower.canonical import Renaming
from pullback.transpile.lower.functions import declared, literal_default
from pullback.transpile.lower.memory import may_be_written
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import NeedIntegers
from pullback.transpile.lower.values import type_of
from pullback.transpile.parse.live import from_function, is_library
from pullback.transpile.parse.sources import FunctionSource


def is_ruled(fn: object) -> TypeGuard[FunctionType]:
    """Is this a function of the user's that has a rule?"""
    if not isinstance(fn, FunctionType) or is_known(fn) or not registry.has_rule(fn):
        return False
    return not is_library(fn.__module__ or "", fn.__code__.co_filename)


def append(scope: Scope, node: Any, fn: FunctionType, args: tuple[Arg, ...], kwargs: Kwargs, hint: str) -> Var:
    """Append a call of such a function. One that writes is refused."""
    try:
        source = from_function(fn, scope.source.reads)
        types = _types(source, args, kwargs)
        found = None if types is None else _from_body(scope, source, types)
    except errors.PullbackError:  # the body is none that we can read, and need not be
        found = None
    if isinstance(found, str):
        message = f"{fn.__name__!r} has a derivative rule, and writes into its argument {found!r}"
        scope.refuse(node, message, "Let it return a new array.")
    t, is_new = found or (_by_broadcasting(fn, args), False)
    out = scope.op(fn, args, kwargs, hint, node, t)
    if is_new and may_be_written(t):
        scope.memory.new(out)
    return out


def _types(source: FunctionSource, args: Sequence[Arg], kwargs: Kwargs) -> dict[str, ab.Type] | None:
    """The types of the arguments by the names of the parameters, those that were left out too."""
    parameters = declared(source)
    given = {**dict(zip((p.name for p in parameters), args, strict=False)), **dict(kwargs)}
    out: dict[str, ab.Type] = {}
    for p in parameters:
        value = given.get(p.name, literal_default(source, p) if p.default is not None else None)
        if value is None or isinstance(value, tuple):
            return None
        t: ab.Type = type_of(value)  # type: ignore[arg-type]
        out[p.name] = ab.Static(value.value) if isinstance(value, Lit) and isinstance(value.value, bool) else t
    return out


def _from_body(scope: Scope, source: FunctionSource, types: dict[str, ab.Type]) -> tuple[ab.Type, bool] | str:
    """The type of the result and whether it shares nothing with the arguments, or the name of one that is written."""
    by_value: frozenset[str] = frozenset()
    while True:
        renaming = Renaming()
        renamed = tuple(renaming.type(t, name in by_value) for name, t in types.items())
        try:
            function, shared = scope.lower_function(source, renamed)
        except NeedIntegers as need:
            if need.source.key != source.key or need.names <= by_value:
                return ab.UNKNOWN, False
            by_value |= need.names
            continue
        if function.written:
            return declared(source)[function.written[0]].name
        return renaming.back(function.block.results[0].type), not shared.anything


def _by_broadcasting(fn: OpFunction, args: Sequence[Arg]) -> ab.Type:
    """What works element by element gives an array of the shape that its operands have together."""
    types = [getattr(a, "type", ab.UNKNOWN) for a in args]
    shapes = [ab.shape_of(t) for t in types]
    if not registry.is_elementwise(fn) or not any(isinstance(t, ab.Array) and ab.rank(t) for t in types):
        return ab.UNKNOWN
    found = broadcast_shapes(*shapes)
    return ab.UNKNOWN if found is None else ab.Array(None, found)
