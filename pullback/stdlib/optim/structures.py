"""Structures of parameters: their leaves with how each is reached, and the same structure with other leaves."""

from __future__ import annotations

import copy
import dataclasses
import sys
from collections.abc import Callable, Iterator
from typing import Any

from pullback.runtime.objects import record

_LIBRARIES = frozenset({"numpy", "scipy", "jax", "jaxlib", "ml_dtypes"}) | sys.stdlib_module_names
_OF_PYTHON = ("__dict__", "__weakref__")


def parts_of(x: Any) -> dict[Any, Any] | None:
    """What a container or an object holds, by key, index or name; None for a leaf.

    Keys and names are sorted, as JAX sorts keys: the order does not depend on how a dict or an object was made.
    """
    if isinstance(x, list | tuple):
        return dict(zip(getattr(x, "_fields", range(len(x))), x, strict=True))
    held = x if isinstance(x, dict) else _held(x)
    return None if held is None else {key: held[key] for key in sorted(held, key=_place)}


def rebuilt(x: Any, parts: dict[Any, Any]) -> Any:
    """A container or an object like `x` that holds these parts."""
    if isinstance(x, dict):
        new = copy.copy(x)
        new.update(parts)
        return new
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*parts.values())
    if isinstance(x, list | tuple):
        return type(x)(parts.values())
    return record(type(x), **{name: parts[name] for name in _held(x) or ()})


def _held(x: Any) -> dict[str, Any] | None:
    """The attributes of an object; None where it is one of Python or of a numerical library, or has none."""
    if isinstance(x, type) or type(x).__module__.partition(".")[0] in _LIBRARIES:
        return None
    names = [f.name for f in dataclasses.fields(x)] if dataclasses.is_dataclass(x) else []
    for cls in reversed(type(x).__mro__):
        slots = cls.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    held = [
        name
        for name in dict.fromkeys([*names, *getattr(x, "__dict__", ())])
        if name not in _OF_PYTHON and hasattr(x, name)
    ]
    return {name: getattr(x, name) for name in held} or None


def _place(key: Any) -> tuple[str, Any]:
    return type(key).__name__, key if isinstance(key, str | int | float | tuple) else repr(key)


def leaves(x: Any) -> Iterator[Any]:
    """The leaves in order."""
    parts = parts_of(x)
    if parts is None:
        yield x
    else:
        for part in parts.values():
            yield from leaves(part)


def with_leaves(x: Any, new: Iterator[Any]) -> Any:
    """The same structure with these leaves."""
    parts = parts_of(x)
    return next(new) if parts is None else rebuilt(x, {key: with_leaves(part, new) for key, part in parts.items()})


def map_leaves(f: Callable[[Any], Any], x: Any) -> Any:
    """The same structure with `f` of each leaf."""
    return with_leaves(x, map(f, leaves(x)))


def aligned(params: Any, other: Any, called: str, name: str = "params") -> Iterator[tuple[str, Any, Any]]:
    """The leaves of `params`, each by name with what `other` has in its place; None may stand for a whole part."""
    parts = parts_of(params)
    if parts is None:
        yield name, params, other
        return
    others = dict.fromkeys(parts) if other is None else parts_of(other)
    if others is None:
        raise ValueError(f"{called} do not fit the parameters: {name} is a {type(params).__name__}, and they have "
                         f"{_said(other)} in its place")  # fmt: skip
    if missing := [key for key in parts if key not in others]:
        raise ValueError(f"{called} do not fit the parameters: they have nothing for {at(name, params, missing[0])}")
    if more := [key for key in others if key not in parts]:
        raise ValueError(f"{called} do not fit the parameters: there is no {at(name, params, more[0])}")
    for key, part in parts.items():
        yield from aligned(part, others[key], called, at(name, params, key))


def spread(params: Any, given: Any, called: str, name: str = "params") -> Iterator[float]:
    """A number for each leaf of `params`: `given` has one for each leaf, or one for a whole part; None is 1."""
    parts = parts_of(params)
    if given is None or isinstance(given, int | float) or parts is None:
        number = 1.0 if given is None else given
        if not isinstance(number, int | float) or not number >= 0:
            raise ValueError(f"{called} are numbers that are not negative, and that of {name} is {_said(given)}")
        for _ in leaves(params):
            yield float(number)
        return
    others = parts_of(given)
    if others is None or others.keys() != parts.keys():
        raise ValueError(f"{called} do not fit the parameters: {name} has {_said(list(parts))}, "
                         f"and they have {_said(given if others is None else list(others))}")  # fmt: skip
    for key, part in parts.items():
        yield from spread(part, others[key], called, at(name, params, key))


def at(name: str, x: Any, key: Any) -> str:
    """How a part is reached."""
    plain = isinstance(x, dict | list) or isinstance(x, tuple) and not hasattr(x, "_fields")
    return f"{name}[{key!r}]" if plain else f"{name}.{key}"


def is_float(x: Any) -> bool:
    """Is a leaf a parameter that an optimiser moves?"""
    if hasattr(x, "dtype"):
        return bool(x.dtype.kind == "f") or x.dtype.name.startswith(("bfloat16", "float8"))
    return isinstance(x, float)


def is_complex(x: Any) -> bool:
    """Is a leaf complex?"""
    return isinstance(x, complex) or hasattr(x, "dtype") and x.dtype.kind == "c"


def _said(x: Any) -> str:
    return f"an array of shape {x.shape}" if getattr(x, "shape", ()) else repr(x)
