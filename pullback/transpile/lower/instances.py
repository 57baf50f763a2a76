"""Objects of the user's classes: made, their attributes read, their methods called.

    class Line:
        def __init__(self, a, b):         line = Line(2.0, x)
            self.a, self.b = a, b         return line(x)          ->    return 2.0 * x + x
        def __call__(self, x):
            return self.a * x + self.b

While an object is made its attributes are names; from then on it is a structure of its attributes, which no other
statement sets. Methods are written out where they are called.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower.containers import explode, read_item
from pullback.transpile.lower.frames import Local
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Unbound
from pullback.transpile.lower.values import Instance, Pack, Partial, Super, Value, class_of, lift
from pullback.transpile.objects import has_generated_init, is_named_tuple, is_users, why_not
from pullback.transpile.parse.live import bind, note_class, note_made
from pullback.transpile.parse.sources import ABSENT

_MISSING = object()
_PLAIN = "Use a class with plain attributes and methods, or functions, tuples and dicts."


# attributes


def attribute(scope: Scope, node: Any, value: Value, name: str, hint: str) -> Value | None:
    """An attribute of an object, or of `super()`; None if the value is neither."""
    if isinstance(value, Super):
        mro = class_of(value.receiver).__mro__  # type: ignore[union-attr]
        return _of_class(scope, node, value.receiver, mro[mro.index(value.cls) + 1 :], name)
    cls = class_of(value)
    if cls is None:
        return None
    own = _own(scope, node, value, name, hint)
    return _of_class(scope, node, value, cls.__mro__, name) if own is None else own


def _own(scope: Scope, node: Any, value: Value, name: str, hint: str) -> Value | None:
    """What an object itself holds under this name; what a property or the like gives belongs to the class."""
    if _has_descriptor(class_of(value), name):
        return None
    match value:
        case Instance(frame=frame):
            found = scope.env.get(Local(name, frame))
            if isinstance(found, Unbound):
                scope.want(found)
                scope.refuse(node, f"the attribute {name!r} may not be set: it {found.reason}", found.hint)
            return found
        case Pack():
            return value.items[value.keys.index(name)] if name in value.keys else None
    t: Any = value.type  # type: ignore[union-attr]
    found_type = dict(t.items).get(name)
    return None if found_type is None else read_item(scope, node, value, name, found_type, hint)  # type: ignore[arg-type]


def _has_descriptor(cls: Any, name: str) -> bool:
    """Has the class a property or the like under this name, whatever an object holds?"""
    found = inspect.getattr_static(cls, name, None)
    is_slot = isinstance(found, types.MemberDescriptorType) or is_named_tuple(cls) and name in cls._fields
    return hasattr(type(found), "__set__") and not is_slot


def _of_class(scope: Scope, node: Any, receiver: Value, mro: Sequence[type], name: str) -> Value:
    """What the class of an object has under this name, as the object gives it."""
    cls = class_of(receiver)
    assert cls is not None
    for k in mro:
        if name in vars(k):
            note_class(scope.source.reads, cls if mro is cls.__mro__ else k, name, vars(k)[name])
            return _bound(scope, node, receiver, k, name, vars(k)[name])
    if isinstance(receiver, Instance):
        what = f"the attribute {name!r} is not set yet, or `self` was kept by `__init__`, which is not supported yet"
        scope.refuse(node, what, "Set it first, and pass the object where it is needed.")
    what = f"an object of the class {cls.__name__!r} has no attribute {name!r}"
    scope.refuse(node, what, "This raises AttributeError in Python.")


def _bound(scope: Scope, node: Any, receiver: Value, cls: type, name: str, found: object) -> Value:
    match found:
        case types.FunctionType():
            special = _GENERATED.get(name) if is_named_tuple(cls) else None
            return Partial(Lit(special) if special else _function(scope, node, name, found), (receiver,), {})
        case property(fget=types.FunctionType() as getter):
            return scope.call(node, _function(scope, node, name, getter), [receiver], {})
        case staticmethod(__func__=types.FunctionType() as function):
            return _function(scope, node, name, function)
        case classmethod(__func__=types.FunctionType() as function):
            return Partial(_function(scope, node, name, function), (Lit(class_of(receiver), cls.__name__),), {})
        case bool() | int() | float() | str() | None:
            return Lit(found)
        case tuple():
            return lift(found)
    message = f"{name!r} of the class {cls.__name__!r} is of type {type(found).__name__!r}, which is not supported yet"
    scope.refuse(node, message, "Set it in `__init__`, or write a method.")


def of_class(scope: Scope, node: Any, cls: type, text: str, name: str) -> Value:
    """`cls.name`: a function that is passed the object, or what a static method or class method is."""
    owner = next((k for k in cls.__mro__ if name in vars(k)), None)
    if owner is None:
        scope.refuse(node, f"{text!r} has no attribute {name!r}", "This raises AttributeError in Python.")
    found = vars(owner)[name]
    note_class(scope.source.reads, owner, name, found)
    match found:
        case types.FunctionType():
            return _function(scope, node, name, found)
        case classmethod(__func__=types.FunctionType() as function):
            return Partial(_function(scope, node, name, function), (Lit(cls, text),), {})
    return _bound(scope, node, NONE, owner, name, found)


def _function(scope: Scope, node: Any, name: str, function: types.FunctionType) -> Value:
    return scope.meaning(node, name, bind(function, scope.source.reads))


def set_attribute(scope: Scope, target: Any, owner: Value, value: Value) -> None:
    """`owner.name = value`, while the object is made."""
    cls = class_of(owner)
    if not isinstance(owner, Instance):
        hint = "Make a new object with the other value (dataclasses.replace), or keep the value in a variable."
        what = "an attribute" if cls is None else f"the attribute {target.attr!r} of an object"
        scope.refuse(target, f"setting {what} is not supported yet" + (" after it is made" if cls else ""), hint)
    if _has_descriptor(owner.cls, target.attr):
        scope.refuse(target, f"setting the property {target.attr!r} is not supported yet", "Set the attribute itself.")
    scope.bind(Local(target.attr, owner.frame), value)


# objects that are made


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
        scope.call(node, _function(scope, node, "__init__", init), [made, *args], keywords)
    return _finished(scope, node, made)


def _finished(scope: Scope, node: Any, made: Instance) -> Value:
    """The object as a structure of its attributes, in the order in which they were set."""
    found: dict[str, Value] = {}
    for name, value in scope.env.visible().items():
        if isinstance(name, Local) and name.frame is made.frame:
            if isinstance(value, Unbound):
                scope.want(value)
                message = f"the attribute {name.name!r} may not be set: it {value.reason}"
                scope.refuse(node, message, value.hint)
            found[name.name] = value
    scope.forget(made.frame)
    return Pack("object", tuple(found.values()), tuple(found), made.cls)


def _named_tuple(scope: Scope, node: Any, cls: Any, args: list[Value], keywords: Mapping[str, Value]) -> Value:
    defaults = {k: lift(x) for k, x in cls._field_defaults.items()}
    found = _given(scope, node, cls, cls._fields, args, keywords, defaults)
    return Pack("object", tuple(found.values()), tuple(found), cls)


def _given(
    scope: Scope,
    node: Any,
    cls: type,
    names: Sequence[str],
    args: list[Value],
    keywords: Mapping[str, Value],
    defaults: Mapping[str, Value],
) -> dict[str, Value]:
    given = {**dict(zip(names, args, strict=False)), **keywords}
    twice = [k for k in keywords if k in names[: len(args)]]
    if len(args) > len(names) or twice or not given.keys() <= set(names):
        scope.refuse(node, f"{cls.__name__} does not take these arguments", "This raises TypeError in Python.")
    for name in names:
        if name not in given and name not in defaults:
            message = f"the argument {name!r} of {cls.__name__!r} is missing"
            scope.refuse(node, message, "This raises TypeError in Python, unless it has a default that is no constant.")
    return {name: given[name] if name in given else defaults[name] for name in names}


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
    defaults = {f.name: x for f in fields if (x := _default(scope, node, f)) is not None}
    found = _given(scope, node, cls, [n for n in positional + taken if n in taken], args, keywords, defaults)
    for f in fields:
        if f.init or f.name in defaults:
            scope.bind(Local(f.name, made.frame), found[f.name] if f.init else defaults[f.name])
    after = inspect.getattr_static(cls, "__post_init__", None)
    if isinstance(after, types.FunctionType):
        scope.call(node, _function(scope, node, "__post_init__", after), [made], {})


def _default(scope: Scope, node: Any, field: Any) -> Value | None:
    if field.default_factory is not dataclasses.MISSING:
        if field.default_factory in (list, tuple, dict):
            return Pack(field.default_factory.__name__, ())
        if isinstance(field.default_factory, types.FunctionType):
            return scope.call(node, _function(scope, node, field.name, field.default_factory), [], {})
        return None
    known = isinstance(field.default, bool | int | float | str | tuple | None)
    return lift(field.default) if known else None


def replaced(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`dataclasses.replace(x, **changes)`, `x._replace(**changes)`."""
    pack = explode(scope, node, args[0]) if args else None
    if len(args) != 1 or not isinstance(pack, Pack) or pack.cls is None:
        scope.refuse(node, "this is no object of a dataclass that is known here", "Make the object by its class.")
    held = dict(zip(map(str, pack.keys), pack.items, strict=True))
    if not is_named_tuple(pack.cls):
        if not dataclasses.is_dataclass(pack.cls):
            scope.refuse(node, "dataclasses.replace is given no dataclass", "This raises TypeError in Python.")
        held = {f.name: held[f.name] for f in dataclasses.fields(pack.cls) if f.init and f.name in held}
    return construct(scope, node, pack.cls, [], {**held, **keywords})


def _replaced(_: object) -> object:
    return _


_GENERATED: dict[str, Callable[..., object]] = {"_replace": _replaced}


def parent(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`super()`, `super(cls, self)`."""
    if args:
        cls, receiver = (args[0].value if isinstance(args[0], Lit) else None), args[-1]
    else:
        found = scope.source.resolve("__class__")
        cls = getattr(found, "obj", None)
        first = next(iter([*scope.source.tree.args.posonlyargs, *scope.source.tree.args.args]), None)
        receiver = scope.bound(scope.variable(first.id)) or NONE if first is not None else NONE
    own = class_of(receiver)
    if not isinstance(cls, type) or own is None or not issubclass(own, cls):
        scope.refuse(node, "this form of `super` is not supported yet", "Write `super().method(...)` in a method.")
    return Super(cls, receiver)


def set_on_frozen(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`object.__setattr__(self, "name", value)`, as the `__post_init__` of a frozen dataclass does it."""
    match args:
        case [Instance(frame=frame), Lit(value=str() as name), value]:
            scope.bind(Local(name, frame), value)
            return NONE
    scope.refuse(node, "this form of `object.__setattr__` is not supported yet", "Use it in `__post_init__` only.")


SPECIAL = {
    super: parent,
    dataclasses.replace: replaced,
    _replaced: replaced,
    object.__setattr__: set_on_frozen,
}


# operators


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
    return scope.call(node, _of_class(scope, node, value, cls.__mro__, name), args, {})


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
