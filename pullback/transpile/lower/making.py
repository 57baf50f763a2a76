"""Objects of the user's classes that are made: by their `__init__`, or as a dataclass or named tuple is."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from pullback.transpile.lower.changing import attributes, begin
from pullback.transpile.lower.containers import explode
from pullback.transpile.lower.instances import bind_attribute, function, replaced_by
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Instance, Pack, Value, class_of, lift
from pullback.transpile.objects import has_generated_init, is_named_tuple, is_users, why_not
from pullback.transpile.parse.live import bind, note_class, note_made
from pullback.transpile.parse.sources import ABSENT

_PLAIN = "Use a class with plain attributes and methods, or functions, tuples and dicts."


def construct(
    scope: Scope, node: Any, cls: type, args: list[Value], keywords: Mapping[str, Value]
) -> Value:
    """The value of `cls(*args, **keywords)`."""
    if not is_users(cls):
        why = why_not(cls)
        message = f"making an object of the class {cls.__name__!r} is not supported yet"
        scope.refuse(node, f"{message}: it {why}" if why else message, _PLAIN)
    for name in ("__init__", "__post_init__"):
        note_class(scope.source.reads, cls, name, inspect.getattr_static(cls, name, ABSENT))
    note_made(scope.source.reads, cls)
    if is_named_tuple(cls):
        return _named_tuple(scope, node, cls, args, keywords)
    made = Instance(cls, scope.new_frame(node, "object"))
    if cls in scope.changing:
        made = begin(scope, made)
    owner = next(k for k in cls.__mro__ if "__init__" in vars(k))
    if has_generated_init(owner):
        _set_fields(scope, node, made, owner, args, keywords)
    elif owner is object:
        if args or keywords:
            scope.refuse(node, f"{cls.__name__}() takes no arguments", "This raises TypeError in Python.")
    else:
        init = vars(owner)["__init__"]
        if not isinstance(init, types.FunctionType):
            scope.refuse(node, f"`__init__` of the class {cls.__name__!r} is no plain function", _PLAIN)
        scope.call(node, function(scope, node, "__init__", init), [made, *args], keywords)
    return made if cls in scope.changing else _finished(scope, node, made)


def _finished(scope: Scope, node: Any, made: Instance) -> Value:
    """The object as a structure of its attributes, in the order in which they were set."""
    found = attributes(scope, node, made)
    scope.forget(made.frame)
    return Pack("object", tuple(found.values()), tuple(found), made.cls)


def _named_tuple(scope: Scope, node: Any, cls: Any, args: list[Value], keywords: Mapping[str, Value]) -> Value:
    given = _given(scope, node, cls, cls._fields, args, keywords, cls._field_defaults)
    found = {**{k: lift(x) for k, x in cls._field_defaults.items()}, **given}
    return Pack("object", tuple(found[k] for k in cls._fields), tuple(cls._fields), cls)


def _given(
    scope: Scope,
    node: Any,
    cls: type,
    names: Sequence[str],
    args: list[Value],
    keywords: Mapping[str, Value],
    defaults: Collection[str],
) -> dict[str, Value]:
    """What a call gives, by name; `defaults`: what it may leave out."""
    given = {**dict(zip(names, args, strict=False)), **keywords}
    twice = [k for k in keywords if k in names[: len(args)]]
    if len(args) > len(names) or twice or not given.keys() <= set(names):
        scope.refuse(node, f"{cls.__name__} does not take these arguments", "This raises TypeError in Python.")
    for name in names:
        if name not in given and name not in defaults:
            message = f"the argument {name!r} of {cls.__name__!r} is missing"
            scope.refuse(node, message, "This raises TypeError in Python, unless it has a default that is no constant.")
    return given


def _set_fields(
    scope: Scope, node: Any, made: Instance, cls: type, args: list[Value], keywords: Mapping[str, Value]
) -> None:
    """What the `__init__` that `@dataclass` writes does."""
    fields: tuple[Any, ...] = dataclasses.fields(cls)
    taken = list(inspect.signature(vars(cls)["__init__"]).parameters)[1:]
    if taken != [f.name for f in sorted(fields, key=lambda f: f.kw_only) if f.init]:
        scope.refuse(node, f"the dataclass {cls.__name__!r} has an InitVar, which is not supported yet", _PLAIN)
    positional = [f.name for f in fields if f.init and not f.kw_only]
    if len(args) > len(positional):
        scope.refuse(node, f"{cls.__name__} does not take these arguments", "This raises TypeError in Python.")
    defaults = [f.name for f in fields if _has_default(f)]
    given = _given(scope, node, cls, [n for n in positional + taken if n in taken], args, keywords, defaults)
    for f in fields:
        if f.name in given or f.name in defaults:
            bind_attribute(scope, made, f.name, given[f.name] if f.name in given else _default(scope, node, f))
    after = inspect.getattr_static(cls, "__post_init__", None)
    if isinstance(after, types.FunctionType):
        scope.call(node, function(scope, node, "__post_init__", after), [made], {})


_FUNCTIONS = types.FunctionType | types.BuiltinFunctionType | np.ufunc
_EMPTY = (list, tuple, dict)


def _has_default(field: Any) -> bool:
    """Is it known what a field is that is not given?"""
    if field.default_factory is dataclasses.MISSING:
        return isinstance(field.default, bool | int | float | str | tuple | None | _FUNCTIONS)
    factory = field.default_factory
    return factory in _EMPTY or isinstance(factory, types.FunctionType) or is_users(factory)


def _default(scope: Scope, node: Any, field: Any) -> Value:
    factory = field.default_factory
    if factory is dataclasses.MISSING and isinstance(field.default, _FUNCTIONS):
        return scope.meaning(node, field.name, bind(field.default, scope.source.reads))
    if factory is dataclasses.MISSING:
        return lift(field.default)
    if factory in _EMPTY:
        return Pack(factory.__name__, ())
    return scope.call(node, function(scope, node, field.name, factory), [], {})


def replaced(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`dataclasses.replace(x, **changes)`, `x._replace(**changes)`."""
    old = explode(scope, node, args[0]) if args else None
    cls = None if old is None else class_of(old)
    if len(args) != 1 or not isinstance(old, Pack | Instance) or cls is None:
        scope.refuse(node, "this is no object of a dataclass that is known here", "Make the object by its class.")
    if isinstance(old, Pack):
        held = dict(zip(map(str, old.keys), old.items, strict=True))
    else:
        held = {**old.constants, **attributes(scope, node, old)}
    if not is_named_tuple(cls):
        if not dataclasses.is_dataclass(cls):
            scope.refuse(node, "dataclasses.replace is given no dataclass", "This raises TypeError in Python.")
        held = {f.name: held[f.name] for f in dataclasses.fields(cls) if f.init and f.name in held}
    return construct(scope, node, cls, [], {**held, **keywords})


SPECIAL: dict[object, Callable[..., Value]] = {dataclasses.replace: replaced, replaced_by: replaced}
