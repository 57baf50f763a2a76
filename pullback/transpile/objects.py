"""Objects of the user's classes: what they hold, and which classes are understood."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pullback.transpile.importing import module_name

_LIBRARIES = frozenset({"numpy", "scipy", "jax", "jaxlib", "pullback"}) | sys.stdlib_module_names
_ALLOWED = frozenset({"abc", "typing", "typing_extensions"})
_HOOKS = ("__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__new__")


def attributes_of(x: Any) -> dict[str, Any] | None:
    """What an object of one of the user's classes holds, by the names of its attributes; None for other objects."""
    cls: Any = type(x)
    slots = _slots_of_users(cls)
    if slots is None:
        return None
    if not slots:
        return dict(getattr(x, "__dict__", {}))
    if issubclass(cls, tuple):
        return dict(zip(slots, x, strict=True))
    found = {name: getattr(x, name) for name in slots if hasattr(x, name)}
    found.update(getattr(x, "__dict__", {}))
    return found


@lru_cache(maxsize=1024)
def has_only_attributes(cls: Any) -> bool:
    """Does an object of this class hold nothing but what is in its `__dict__`?"""
    return _slots_of_users(cls) == () and cls.__dictoffset__ != 0 and not issubclass(cls, tuple)


@lru_cache(maxsize=1024)
def _slots_of_users(cls: Any) -> tuple[str, ...] | None:
    """The attributes that an object of a class has besides those in its `__dict__`; None if the class is no user's."""
    if not is_users(cls):
        return None
    return tuple(cls._fields) if is_named_tuple(cls) else tuple(_slots(cls))


def is_users(cls: type) -> bool:
    """Is this a class of the user's whose objects are just their attributes?"""
    key: Any = cls
    return _is_users(key)


@lru_cache(maxsize=1024)
def _is_users(cls: Any) -> bool:
    if not isinstance(cls, type) or issubclass(cls, BaseException | type) or why_not(cls):
        return False
    roots = [k for k in cls.__mro__ if k is not object and not (k is tuple and is_named_tuple(cls))]
    homes = {_home(k) for k in roots}
    return not homes & (_LIBRARIES - _ALLOWED) and not homes <= _ALLOWED


def is_of_a_library(cls: type) -> bool:
    """Does a class come from Python or from a numerical library?"""
    return _home(cls) in _LIBRARIES


def _home(cls: type) -> str:
    """The library that a class is from; layers with parameters are read as a user's classes are."""
    module = cls.__module__
    return module if module == "pullback.stdlib.nn.modules" else module.partition(".")[0]


def why_not(cls: type) -> str:
    """What keeps a class from being understood; empty if nothing does."""
    for name in _HOOKS:
        found = inspect.getattr_static(cls, name, None)
        if isinstance(found, staticmethod):
            found = found.__func__
        generated = dataclasses.is_dataclass(cls) or is_named_tuple(cls)
        if isinstance(found, types.FunctionType) and not (generated and _is_generated(found)):
            home = found.__module__.partition(".")[0]
            if home not in _ALLOWED:
                return f"defines `{name}`"
    return ""


def _is_generated(f: types.FunctionType) -> bool:
    return f.__code__.co_filename.startswith("<") or f.__qualname__.startswith("__create_fn__")


def is_named_tuple(cls: type) -> bool:
    """Is this a class of named tuples?"""
    return issubclass(cls, tuple) and hasattr(cls, "_fields")


def has_generated_init(cls: type) -> bool:
    """Is `__init__` the one that `@dataclass` has written?"""
    init = cls.__dict__.get("__init__")
    return dataclasses.is_dataclass(cls) and isinstance(init, types.FunctionType) and _is_generated(init)


def _slots(cls: type) -> list[str]:
    found: list[str] = []
    for k in reversed(cls.__mro__):
        slots = k.__dict__.get("__slots__", ())
        found += [slots] if isinstance(slots, str) else list(slots)
    return [name for name in found if name not in ("__dict__", "__weakref__")]


def takes_just(cls: type, names: Sequence[str]) -> bool:
    """Does the class, called with just these keywords, do nothing else than to set them?"""
    if is_named_tuple(cls):
        return [*cls._fields] == [*names]  # type: ignore[attr-defined]
    if is_of_a_library(cls):  # what solvers give
        return True
    if not has_generated_init(cls) or hasattr(cls, "__post_init__"):
        return False
    taken = inspect.signature(cls).parameters
    return [*taken] == [*names] == [f.name for f in dataclasses.fields(cls)]


def place_of_class(cls: type) -> tuple[str, str]:
    """The module that a class can be imported from, and its name there; or the function that it is in."""
    module = module_name(vars(sys.modules[cls.__module__])) if cls.__module__ in sys.modules else cls.__module__
    around, _, name = cls.__qualname__.rpartition(".")
    if not around:
        return module, name
    return f"{module}.{around}" if around.endswith("<locals>") else f"{module}.{around}<class>", name
