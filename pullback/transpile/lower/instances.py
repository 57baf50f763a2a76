"""Objects of the user's classes: made, their attributes read, their methods called.

    class Line:
        def __init__(self, a, b):         line = Line(2.0, x)
            self.a, self.b = a, b         return line(x)          ->    return 2.0 * x + x
        def __call__(self, x):
            return self.a * x + self.b

While an object is made its attributes are names; from then on it is a structure of its attributes, unless statements of
the program set these later, see `changing`. Methods are written out where they are called.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Global, Lit
from pullback.transpile.lower.changing import change, check_known
from pullback.transpile.lower.containers import read_item
from pullback.transpile.lower.frames import Local, is_set
from pullback.transpile.lower.identity import owned
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Changing, Unbound
from pullback.transpile.lower.values import Instance, Pack, Partial, Super, Value, class_of, lift, type_of
from pullback.transpile.objects import is_named_tuple, is_of_a_library
from pullback.transpile.parse.live import bind, note_class, primal_of
from pullback.transpile.parse.sources import ABSENT

_ANOTHER = "Make a new object with the other value (dataclasses.replace), or keep the value in a variable."


# attributes


def attribute(scope: Scope, node: Any, value: Value, name: str, hint: str) -> Value | None:
    """An attribute of an object, or of `super()`; None if the value is neither."""
    if isinstance(value, Super):
        mro = class_of(value.receiver).__mro__  # type: ignore[union-attr]
        return found_in_class(scope, node, value.receiver, mro[mro.index(value.cls) + 1 :], name)
    cls = class_of(value)
    if cls is None:
        return None
    own = _own(scope, node, value, name, hint)
    return found_in_class(scope, node, value, cls.__mro__, name) if own is None else own


def _own(scope: Scope, node: Any, value: Value, name: str, hint: str) -> Value | None:
    """What an object itself holds under this name; what a property or the like gives belongs to the class."""
    if has_descriptor(class_of(value), name):
        return None
    match value:
        case Instance(frame=frame):
            check_known(scope, node, value)
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


def has_descriptor(cls: Any, name: str) -> bool:
    """Has the class a property or the like under this name, whatever an object holds?"""
    found = inspect.getattr_static(cls, name, None)
    is_slot = isinstance(found, types.MemberDescriptorType) or is_named_tuple(cls) and name in cls._fields
    return hasattr(type(found), "__set__") and not is_slot


def found_in_class(scope: Scope, node: Any, receiver: Value, mro: Sequence[type], name: str) -> Value:
    """What the class of an object has under this name, as the object gives it."""
    cls = class_of(receiver)
    assert cls is not None
    for k in mro:
        if name in vars(k) and not is_of_a_library(k):
            note_class(scope.source.reads, cls if mro is cls.__mro__ else k, name, vars(k)[name])
            return _bound(scope, node, receiver, k, name, primal_of(vars(k)[name]))
    if isinstance(receiver, Instance):
        what = f"the attribute {name!r} is not set yet, or `self` was kept by `__init__`, which is not supported yet"
        scope.refuse(node, what, "Set it first, and pass the object where it is needed.")
    if is_of_a_library(cls) and isinstance(receiver, Pack):
        there = ", ".join(f".{k}" for k in receiver.keys)
        scope.refuse(node, f"{name!r} of the {cls.__name__} is not supported yet", f"There are {there}.")
    what = f"an object of the class {cls.__name__!r} has no attribute {name!r}"
    scope.refuse(node, what, "This raises AttributeError in Python.")


def _bound(scope: Scope, node: Any, receiver: Value, cls: type, name: str, found: object) -> Value:
    match found:
        case types.FunctionType():
            special = _GENERATED.get(name) if is_named_tuple(cls) else None
            method = Lit(special) if special else function(scope, node, name, found)
            return Partial(method, (owned(scope, receiver),), {})
        case property(fget=types.FunctionType() as getter):
            return scope.call(node, function(scope, node, name, getter), [receiver], {})
        case staticmethod(__func__=types.FunctionType() as f):
            return function(scope, node, name, f)
        case classmethod(__func__=types.FunctionType() as f):
            return Partial(function(scope, node, name, f), (Lit(class_of(receiver), cls.__name__),), {})
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
    note_class(scope.source.reads, owner, name, vars(owner)[name])
    found = primal_of(vars(owner)[name])
    match found:
        case types.FunctionType():
            return function(scope, node, name, found)
        case classmethod(__func__=types.FunctionType() as f):
            return Partial(function(scope, node, name, f), (Lit(cls, text),), {})
    return _bound(scope, node, NONE, owner, name, found)


def function(scope: Scope, node: Any, name: str, f: types.FunctionType) -> Value:
    """A function that a class has."""
    return scope.meaning(node, name, bind(f, scope.source.reads))


def bind_attribute(scope: Scope, owner: Instance, name: str, value: Value) -> None:
    """An attribute of an object stands for a value from here on."""
    before = scope.env.get(Local(name, owner.frame))
    if scope.env.get(is_set(name, owner.frame)) == Lit(False) and name in owner.constants:
        scope.env.names.pop(Local(name, owner.frame), None)  # an object has its attributes in the order they were set
    scope.bind(Local(name, owner.frame), owned(scope, value, name))
    if before is not value and scope.env.get(is_set(name, owner.frame)) is not None:
        scope.bind(is_set(name, owner.frame), Lit(True))


def set_attribute(scope: Scope, target: Any, owner: Value, name: str, value: Value) -> None:
    """`owner.name = value`: while the object is made, or later."""
    cls = class_of(owner)
    assert cls is not None
    what = f"setting the attribute {name!r} of an object"
    if is_named_tuple(cls) or getattr(getattr(cls, "__dataclass_params__", None), "frozen", False):
        hint = "This raises AttributeError in Python. Make a new object."
        scope.refuse(target, f"{what} that cannot be changed", hint)
    found = inspect.getattr_static(cls, name, None)
    if isinstance(found, property) and isinstance(found.fset, types.FunctionType):
        note_class(scope.source.reads, cls, name, found)
        scope.call(target, function(scope, target, name, found.fset), [owner, value], {})
        return
    if has_descriptor(cls, name):
        scope.refuse(target, f"setting the property {name!r} is not supported yet", "Set the attribute itself.")
    if cls in scope.changing and isinstance(found, types.FunctionType | staticmethod | classmethod):
        scope.refuse(target, f"{what} in the place of a method is not supported yet", "Give it another name.")
    if isinstance(owner, Instance):
        change(scope, target, owner)
        bind_attribute(scope, owner, name, value)
    elif isinstance(owner, Global):
        scope.refuse(target, f"{owner.name!r} is an object of the module, and it is changed", "Pass it as an argument.")
    elif scope.is_template:
        scope.refuse(target, "it sets an attribute")
    elif cls not in scope.changing:
        raise Changing(cls)
    else:
        scope.refuse(target, f"{what} that was not made here is not supported yet", _ANOTHER)


def replaced_by(old: object) -> object:
    """What `_replace` of a named tuple stands for."""
    return old


_GENERATED: dict[str, Callable[..., object]] = {"_replace": replaced_by}


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
        case [Instance() as owner, Lit(value=str() as name), value]:
            change(scope, node, owner)
            bind_attribute(scope, owner, name, value)
            return NONE
        case [Pack(cls=type() as cls), Lit(value=str()), _] if not is_named_tuple(cls) and cls not in scope.changing:
            raise Changing(cls)
    scope.refuse(node, "this form of `object.__setattr__` is not supported yet", "Use it in `__post_init__` only.")


def by_name(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value | None:
    """`setattr(x, "name", value)` of an object; None for other values."""
    match args:
        case [owner, Lit(value=str() as name), value] if class_of(owner) is not None:
            set_attribute(scope, node, owner, name, value)
            return NONE
    return None


def has(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value | None:
    """`hasattr(x, "name")` of an object; None for other values."""
    match args:
        case [owner, Lit(value=str() as name)] if class_of(owner) is not None:
            return Lit(has_attribute(scope, node, owner, name))
    return None


def has_attribute(scope: Scope, node: Any, owner: Value, name: str) -> bool:
    """Has an object or its class something under this name?"""
    cls = class_of(owner)
    assert cls is not None
    found = next((vars(k)[name] for k in cls.__mro__ if name in vars(k)), ABSENT)
    note_class(scope.source.reads, cls, name, found)
    if found is not ABSENT and not isinstance(found, types.MemberDescriptorType):
        return True
    if not isinstance(owner, Instance):
        t = type_of(owner)
        return isinstance(t, ab.Record) and name in dict(t.items)
    check_known(scope, node, owner)
    variable = Local(name, owner.frame)
    held = scope.env.get(variable)
    if isinstance(held, Unbound) or held is None and scope.loops_around(variable):
        reason = held.reason if isinstance(held, Unbound) else "may be set in an earlier iteration"
        scope.refuse(node, f"whether there is an attribute {name!r} is not known: it {reason}", "Set it in `__init__`.")
    return held is not None


SPECIAL: dict[object, Callable[..., Value | None]] = {
    super: parent,
    setattr: by_name,
    hasattr: has,
    object.__setattr__: set_on_frozen,
}


