"""Objects of the user's classes as trees of JAX, so that `jax.jit`, `jax.vmap` and `jax.tree.map` take them.

A class is registered with JAX, once, when a derivative for JAX is made whose annotations name it, and when code is
generated that is given, or makes, such objects. Attributes that are integers, booleans, strings, functions or None are
parts of the structure, as static arguments are; all others are its leaves.
"""

from __future__ import annotations

import contextlib
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pullback.runtime.objects import record
from pullback.stdlib.nn.modules import MODULES
from pullback.transpile import abstract as ab
from pullback.transpile.objects import attributes_of, is_named_tuple, is_users

_STATIC = (bool, int, str, bytes, type, types.FunctionType, type(None))


def register_annotated(f: Callable[..., Any]) -> None:
    """Register the classes that the annotations of a function name, those in their annotations, and layers of ours."""
    _register((*_named(f, set()), *MODULES))


def register_types(found: Iterable[ab.Type]) -> None:
    """Register the classes of objects of these types."""
    _register(cls for t in found for cls in _classes(t))


def register_used(function: Callable[..., Any]) -> None:
    """Register the classes whose objects generated code makes."""
    made = getattr(function, "__wrapped__", function).__globals__.values()
    _register(x for x in made if isinstance(x, type))


def _register(classes: Iterable[type]) -> None:
    for cls in classes:
        if not is_users(cls) or is_named_tuple(cls):
            continue
        from jax import tree_util

        with contextlib.suppress(ValueError):  # it is registered already
            tree_util.register_pytree_with_keys(cls, _taken_apart, _put_together(cls))


def _taken_apart(x: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """The leaves of an object with their keys, and its structure."""
    from jax.tree_util import GetAttrKey

    attributes = attributes_of(x) or {}
    leaves = {name: y for name, y in attributes.items() if not isinstance(y, _STATIC)}
    static = tuple((name, y) for name, y in attributes.items() if name not in leaves)
    return [(GetAttrKey(name), y) for name, y in leaves.items()], (tuple(attributes), static)


def _put_together(cls: type) -> Callable[[Any, Iterable[Any]], Any]:
    def put_together(structure: Any, leaves: Iterable[Any]) -> Any:
        """The object with this structure and these leaves."""
        (names, static), rest = structure, iter(leaves)
        given = dict(static)
        return record(cls, **{name: given[name] if name in given else next(rest) for name in names})

    return put_together


def _classes(t: ab.Type) -> Iterator[type]:
    match t:
        case ab.Mapping(items=entries):
            if isinstance(t, ab.Record):
                yield t.cls
            for _, x in entries:
                yield from _classes(x)
        case ab.Seq(items=items):
            for x in items:
                yield from _classes(x)
        case ab.ListOf(item=item):
            yield from _classes(item)


def _named(annotated: Any, seen: set[type]) -> Iterator[type]:
    try:
        hints = typing.get_type_hints(annotated)
    except Exception:  # annotations are the user's, and may be anything
        return
    for hint in hints.values():
        yield from _in_hint(hint, seen)


def _in_hint(hint: Any, seen: set[type]) -> Iterator[type]:
    for part in typing.get_args(hint):
        yield from _in_hint(part, seen)
    if isinstance(hint, type) and hint not in seen and is_users(hint):
        seen.add(hint)
        yield hint
        yield from _named(hint, seen)
