"""Tuples, lists and dicts: taken apart, put together for Core, and unpacked."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Effect, Global, Lit, Var
from pullback.transpile.lower import current
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    Closure,
    Derivative,
    Instance,
    LinearMap,
    Method,
    Once,
    Pack,
    Partial,
    UserFunction,
    UserModule,
    Value,
    class_of,
    type_of,
)
from pullback.transpile.objects import is_named_tuple, is_of_a_library


def as_atom(scope: Scope, node: Any, value: Value, hint: str = "") -> Atom:
    """The value as one atom of Core; a structure is put together."""
    value = now(scope, value)
    match value:
        case Var(type=ab.Static(value=known)) if value.type is not BOTTOM:
            return Lit(known)
        case Var() | Global():
            return scope.current(value)
        case Lit(value=set() | frozenset() | dict() as known):
            scope.refuse(node, f"a {type(known).__name__} cannot be used as a value here", "Use a tuple.")
        case Lit(value=ModuleType(), text=text):
            scope.refuse(node, f"the module {text!r} is used as a value", "Use a name in it.")
        case Lit():
            return value
        case Pack(kind="slice"):
            scope.refuse(node, "a slice object is used as a value, which is not supported yet", "Use it as an index.")
        case Pack(kind="object", keys=keys, cls=type() as cls) if is_of_a_library(cls):
            what = f"the {cls.__name__} is used as a value here, which is not supported yet"
            scope.refuse(node, what, f"Use what it holds: {', '.join(f'.{k}' for k in keys)}.")
        case Pack(kind=kind, items=items, keys=keys):
            parts = tuple(as_atom(scope, node, x) for x in items)
            if kind in ("dict", "object"):
                of_class = () if value.cls is None else (("cls", Lit(value.cls, value.cls.__name__)),)
                args = (tuple(map(Lit, keys)), *parts)
                out = scope.op(prims.make_dict, args, of_class, hint, node, type_of(value))
                return _known_to_be(scope, out, value)
            made = prims.make_tuple if kind == "tuple" else prims.make_list
            out = scope.op(made, parts, (), hint, node, type_of(value))
            return _known_to_be(scope, out, value)
    if isinstance(value, Closure | Partial | LinearMap | UserFunction):  # in a list that a loop makes, it may be known
        scope.need_known(node, *_not_a_value(value))
    scope.refuse(node, *_not_a_value(value))


def _known_to_be(scope: Scope, out: Var, pack: Pack) -> Var:
    """An atom that has been made of a list or dict: where one of them is changed, the other one has changed, too."""
    if pack.cell is not None:
        for cell in scope.memory.cells([out]):
            scope.memory.relate(cell, pack.cell)
    return out


def _not_a_value(value: Value) -> tuple[str, str]:
    match value:
        case UserFunction(source=f):
            return f"the function {f.name!r} is used as a value, which is not supported yet", "Call it by its name."
        case LinearMap(mode=mode):
            message = f"the function that {mode} gives is used as a value, which is not supported yet"
            return message, "Call it here, and use what it returns."
        case Closure() | Partial() | Derivative():
            return "a function is used as a value, which is not supported yet", "Call it here, and use what it returns."
        case UserModule(text=text):
            return f"the module {text!r} is used as a value", "Use a name in it."
        case Instance(cls=cls):
            what = f"an object of the class {cls.__name__!r}, whose attributes are set, is used as a value"
            return f"{what}, which is not supported yet", "Use what it holds."
        case Once(what=what):
            message = f"what {what} gives can be read once only, and it is used as a value"
            return message, "Make a list of it with list(...)."
        case Method(name="flat"):
            return "`flat` is used as a value, which is not supported yet", "Use x.ravel()."
        case Method(name=name):
            return f"the method {name!r} is used as a value, which is not supported yet", "Call it."
    return "this cannot be used as a value", ""


def as_arg(scope: Scope, node: Any, value: Value) -> Arg:
    """The value as an argument of an operation: tuples and lists stay tuples of arguments."""
    value = explode(scope, node, value)
    if isinstance(value, Pack) and value.kind in ("tuple", "list"):
        return tuple(as_arg(scope, node, x) for x in value.items)
    return as_atom(scope, node, value)


def as_operand(scope: Scope, node: Any, value: Value) -> Atom:
    """The value as an operand of arithmetic: NumPy makes an array of a tuple or list."""
    if isinstance(type_of(value), ab.Seq):
        arg = as_arg(scope, node, value)
        return scope.op(np.array, (arg,), (), "", node)
    cls = class_of(value)
    if cls is not None:
        message = f"an object of the class {cls.__name__!r} is used as a number or an array"
        scope.refuse(node, message, "Use what it holds.")
    if isinstance(type_of(value), ab.ListOf | ab.Mapping):
        scope.refuse(
            node, "arithmetic on a list or dict is not supported", "Make an array of a list with np.array or np.stack."
        )
    return as_atom(scope, node, value)


def explode(scope: Scope, node: Any, value: Value) -> Value:
    """A container of known structure that is one atom, as a structure of its items; other values as they are."""
    value = now(scope, value)
    match value:
        case Var(type=ab.Seq(kind=kind, items=types)) | Global(type=ab.Seq(kind=kind, items=types)):
            items = tuple(read_item(scope, node, value, i, t) for i, t in enumerate(types))
            return Pack(kind, items)
        case Var(type=ab.Mapping(items=entries)) | Global(type=ab.Mapping(items=entries)):
            items = tuple(read_item(scope, node, value, k, t) for k, t in entries)
            cls = value.type.cls if isinstance(value.type, ab.Record) else None
            return Pack("dict" if cls is None else "object", items, tuple(k for k, _ in entries), cls)
    return value


def opened(scope: Scope, node: Any, value: Value) -> Value:
    """A value of known structure that is one atom, as a structure of its items, and these of theirs."""
    value = explode(scope, node, value)
    if not isinstance(value, Pack):
        return value
    return replace(value, items=tuple(opened(scope, node, x) for x in value.items))


def read_item(scope: Scope, node: Any, container: Atom, key: str | int, t: ab.Type, hint: str = "") -> Value:
    """An item of a container that is an atom, under a key that is known."""
    if isinstance(t, ab.Static) and t is not BOTTOM:
        return Lit(t.value)
    if isinstance(container, Var):
        return current.item(scope, container, key, t, hint, node)
    return scope.op(prims.item, (container, Lit(key)), (), hint, node, t)


def items_of(scope: Scope, node: Any, value: Value) -> Sequence[Value] | None:
    """The items that a loop over a value of known length sees, None if its length is not known. Of a dict, the keys."""
    cls = class_of(value)
    if cls is not None:
        value = explode(scope, node, value)
        return value.items if isinstance(value, Pack) and is_named_tuple(cls) else None
    value = now(scope, value)
    match value:
        case Once(of=of):
            return items_of(scope, node, of)
        case Pack(kind="dict", keys=keys):
            return tuple(map(Lit, keys))
        case Pack(kind="tuple" | "list", items=items):
            return items
        case Lit(value=str() | tuple() | list() | range() | frozenset() | set() as known):
            return tuple(map(Lit, sorted(known) if isinstance(known, frozenset | set) else known))
        case Var(type=ab.Mapping(items=entries)) | Global(type=ab.Mapping(items=entries)):
            return tuple(Lit(k) for k, _ in entries)
        case Var(type=ab.Seq()) | Global(type=ab.Seq()):
            exploded = explode(scope, node, value)
            assert isinstance(exploded, Pack)
            return exploded.items
    return None


def unpack(scope: Scope, node: Any, value: Value, hints: Sequence[str], starred: int | None) -> list[Value]:
    """The values that `a, b, *c = value` binds, called `hints`; the one at `starred` is a list."""
    n = len(hints)
    known = _known_items(scope, node, value, hints if starred is None else [""] * n)
    if known is None:
        return _unpack_checked(scope, node, value, hints, starred)
    least = n - (starred is not None)
    if len(known) < least or (starred is None and len(known) > n):
        scope.refuse(node, f"{len(known)} values are unpacked into {n} names", "This raises ValueError in Python.")
    if starred is None:
        return known
    end = len(known) - (n - starred - 1)
    return [*known[:starred], Pack("list", tuple(known[starred:end])), *known[end:]]


def _known_items(scope: Scope, node: Any, value: Value, hints: Sequence[str]) -> list[Value] | None:
    """The items of a value whose length is known; those of an atom are read under the names they are to have."""
    match value:
        case Var(type=ab.Seq(items=types)) | Global(type=ab.Seq(items=types)):
            names = [*hints, *[""] * len(types)]
            return [read_item(scope, node, value, i, t, names[i]) for i, t in enumerate(types)]
        case Var(type=ab.Array(shape=(int() as length, *_))) | Global(type=ab.Array(shape=(int() as length, *_))):
            names = [*hints, *[""] * length]
            return [scope.op(operator.getitem, (value, (Lit(i),)), (), names[i], node) for i in range(length)]
        case Var() if value.type is BOTTOM:
            return [scope.op(prims.item, (value, Lit(i)), (), h, node, BOTTOM) for i, h in enumerate(hints)]
    found = items_of(scope, node, value)
    return None if found is None else list(found)


def _unpack_checked(scope: Scope, node: Any, value: Value, hints: Sequence[str], starred: int | None) -> list[Value]:
    """Unpack a list or array whose length is not known; a check that it is right stands before the reads."""
    if starred is not None or not isinstance(value, Var | Global):
        scope.refuse(node, "the length of what is unpacked here is not known", "Read the items by index.")
    if not isinstance(value.type, ab.ListOf | ab.Array | ab.Unknown):
        scope.refuse(node, "this value cannot be unpacked", "Only tuples, lists and arrays can.")
    if ab.rank(value.type) == 0:
        scope.refuse(node, "a scalar cannot be unpacked", "This raises TypeError in Python.")
    length = scope.op(len, (value,), (), "", node)
    right = scope.op(operator.eq, (length, Lit(len(hints))), (), "", node)
    scope.body.append(Effect("assert", (right, Lit(f"expected {len(hints)} values to unpack")), scope.origin(node)))
    out: list[Value] = []
    for i, hint in enumerate(hints):
        if isinstance(value.type, ab.ListOf):
            out.append(scope.op(prims.item, (value, Lit(i)), (), hint, node, value.type.item))
        else:
            out.append(scope.op(operator.getitem, (value, (Lit(i),)), (), hint, node))
    return out
