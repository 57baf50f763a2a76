"""Objects whose attributes are set after they are made: each attribute is a variable while the function runs.

    p = Particle(x)                    x1, v1 = x, 0.0
    for _ in range(n):          ->     for _ in range(n):
        p.move(dt)                         x1, v1 = x1 + dt * v1, v1 - dt * x1
    return p.x                         return x1

So branches and loops hand attributes on as they do names, and whoever has the object sees what they are by then. Only a
result is put together of what they are in the end. An object that is passed is taken apart where the function begins,
and its attributes are set at the end as the function has left them; that two arguments are not one object is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from operator import is_
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Effect, Global, If, Lit, Var
from pullback.transpile.lower.containers import as_atom, read_item
from pullback.transpile.lower.frames import EXISTS, KNOWN, Local, is_set
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.memory import may_be_written
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Unbound
from pullback.transpile.lower.values import (
    Instance,
    Pack,
    Value,
    is_atom,
    leaves,
    lift,
    same_structure,
    same_value,
)
from pullback.transpile.parse.live import note_class


@dataclass(frozen=True, eq=False)
class Opened:
    """An object in an argument, and what its attributes were where the function began."""

    made: Instance
    before: dict[str, Value]


# what classes say


def holds(t: ab.Type, classes: frozenset[type]) -> bool:
    """Is a value of this type an object of one of these classes, or does it hold one?"""
    match t:
        case ab.Mapping(items=entries):
            return isinstance(t, ab.Record) and t.cls in classes or any(holds(x, classes) for _, x in entries)
        case ab.Seq(items=items):
            return any(holds(x, classes) for x in items)
        case ab.ListOf(item=item):
            return holds(item, classes)
    return False


def begin(scope: Scope, made: Instance, attributes: Iterable[str] = ()) -> Instance:
    """An object with the constants of its class as attributes, where it has none of its own by these names."""
    found: dict[str, object] = {}
    own = {*attributes}
    for k in reversed(made.cls.__mro__[:-1]):
        for name, x in vars(k).items():
            found.pop(name, None)
            is_plain = not name.startswith("__") and name not in own
            if is_plain and isinstance(x, bool | int | float | str | tuple | None):
                found[name] = x
    for name, x in found.items():
        note_class(scope.source.reads, made.cls, name, x)
    constants = {name: lift(x) for name, x in found.items()}
    scope.objects.add(made.frame)
    scope.bind(Local(EXISTS, made.frame), NONE)
    scope.bind(Local(KNOWN, made.frame), NONE)
    for name, value in constants.items():
        scope.bind(Local(name, made.frame), value)
        scope.bind(is_set(name, made.frame), Lit(False))
    return replace(made, constants=constants)


def check_known(scope: Scope, node: Any, made: Instance) -> None:
    """Refuse an object that may be another one, which has been changed."""
    found = scope.env.get(Local(KNOWN, made.frame))
    if isinstance(found, Unbound):
        scope.want(found)
        scope.refuse(node, f"this object of the class {made.cls.__name__!r} {found.reason}", found.hint)


def change(scope: Scope, node: Any, made: Instance) -> None:
    """An attribute of an object is set: those that it may be are not known any more."""
    check_known(scope, node, made)
    reason = f"may be one that is changed on line {scope.here.lineno}: which of two that is, only the run tells"
    for frame in scope.one_of.get(made.frame, ()):
        scope.bind(Local(KNOWN, frame), Unbound(reason, "Set it inside the branches, or use one name only."))


# arguments


def opened(scope: Scope, value: Value, t: ab.Type, path: str, found: list[Opened]) -> Value:
    """An argument, with the objects in it that may be changed as variables; these are added to `found`."""
    node = scope.source.tree
    if not is_atom(value) or not holds(t, scope.changing):
        return value
    match t:
        case ab.Record(items=entries, cls=cls) if cls in scope.changing:
            made = Instance(cls, scope.new_frame(node, f"argument {path}"), of=value)
            made = begin(scope, made, (str(k) for k, _ in entries))
            before: dict[str, Value] = {}
            for k, x in entries:
                item = read_item(scope, node, value, k, x, str(k))
                before[str(k)] = opened(scope, item, x, f"{path}.{k}", found)
                scope.bind(Local(str(k), made.frame), before[str(k)])
                if may_be_written(x):
                    scope.bind(is_set(str(k), made.frame), Lit(False))
            found.append(Opened(made, before))
            return made
        case ab.Mapping(items=entries):
            parts = [opened(scope, read_item(scope, node, value, k, x), x, f"{path}.{k}", found) for k, x in entries]
            kind, of_class = ("object", t.cls) if isinstance(t, ab.Record) else ("dict", None)
            return Pack(kind, tuple(parts), tuple(k for k, _ in entries), of_class)  # type: ignore[arg-type]
        case ab.Seq(kind=kind, items=items):
            parts = [
                opened(scope, read_item(scope, node, value, k, x), x, f"{path}.{k}", found)
                for k, x in enumerate(items)
            ]
            return Pack(kind, tuple(parts))
    what = f"{path!r} holds objects, whose attributes are set, in a list whose length is not known"
    scope.refuse(node, f"{what}, which is not supported yet", "Pass a list of just these objects.")


def check_distinct(scope: Scope, found: list[Opened], read: Iterable[Global], place: int) -> None:
    """Two arguments that may be one object, or one of the module's, are not: where this is checked in the text."""
    ways: dict[type, list[Atom]] = {}
    for x in found:
        assert x.made.of is not None
        ways.setdefault(x.made.cls, []).append(x.made.of)
    before, scope.body = scope.body, []
    for g in read if found else ():
        for cls, atom in _objects(scope, g, g.type):
            ways.setdefault(cls, []).append(atom)
    several = [tuple(atoms) for cls, atoms in ways.items() if len(atoms) > 1 and any(isinstance(a, Var) for a in atoms)]
    reads, scope.body = scope.body, before
    if several:
        checks = [Effect("require_distinct", atoms, scope.origin(scope.source.tree)) for atoms in several]
        scope.body[place:place] = [*reads, *checks]


def _objects(scope: Scope, atom: Atom, t: ab.Type) -> Iterator[tuple[type, Atom]]:
    """The objects in a value of the module that may be changed, by their classes."""
    if isinstance(t, ab.Record) and t.cls in scope.changing:
        yield t.cls, atom
    entries: Iterable[tuple[Any, ab.Type]] = ()
    match t:
        case ab.Mapping(items=pairs):
            entries = pairs
        case ab.Seq(items=items):
            entries = enumerate(items)
        case ab.ListOf():
            what = "a list of the module whose length is not known holds objects of a class whose attributes are set"
            scope.refuse(scope.source.tree, what, "Pass what it holds as arguments.")
    for k, x in entries:
        if holds(x, scope.changing):
            yield from _objects(scope, scope.op(prims.item, (atom, Lit(k)), (), "", None, x), x)


# the end


def attributes(scope: Scope, node: Any, made: Instance) -> dict[str, Value]:
    """What the attributes of an object are by now, those that it has of its class left out."""
    check_known(scope, node, made)
    out: dict[str, Value] = {}
    for name, value in scope.env.visible().items():
        if not isinstance(name, Local) or name.frame is not made.frame or not name.name.isidentifier():
            continue
        if name.name not in made.constants or was_set(scope, made, name.name) != Lit(False):
            if isinstance(value, Unbound):
                scope.want(value)
                message = f"the attribute {name.name!r} may not be set: it {value.reason}"
                scope.refuse(node, message, value.hint)
            out[name.name] = value
    return out


def was_set(scope: Scope, made: Instance, name: str) -> Atom:
    """Was this attribute of an object set, as far as that matters?"""
    found = scope.env.get(is_set(name, made.frame))
    return found if isinstance(found, Var | Lit) else Lit(True)


def finished(scope: Scope, node: Any, value: Value, itself: bool = False) -> Value:
    """A result, in which objects are structures of what their attributes are in the end.

    `itself`: one that is an argument stays what it is.
    """
    value = now(scope, value)
    match value:
        case Instance(of=of) if of is not None and itself:
            return of
        case Instance(cls=cls) if cls in scope.changing:
            found = attributes(scope, node, value)
            for name in value.constants.keys() & found.keys():
                if was_set(scope, value, name) != Lit(True):
                    message = f"whether the object has the attribute {name!r} of its own is not known"
                    scope.refuse(node, message, "Set it in `__init__`.")
            return Pack("object", tuple(finished(scope, node, x, itself) for x in found.values()), tuple(found), cls)
        case Pack(items=items):
            parts = tuple(finished(scope, node, x, itself) for x in items)
            return value if all(map(is_, parts, items)) else replace(value, items=parts, cell=None)
    return value


def set_at_the_end(scope: Scope, found: Iterable[Opened]) -> None:
    """The attributes of arguments are set where the function has set them."""
    node = scope.here
    acts: list[tuple[Atom, tuple[Atom, ...]]] = []
    for x in found:
        for name, value in attributes(scope, node, x.made).items():
            test = was_set(scope, x.made, name)
            if test == Lit(False) or name in x.before and _unchanged(scope, x.before[name], value):
                continue
            assert x.made.of is not None
            now = as_atom(scope, node, finished(scope, node, value, True), name)
            acts.append((test, (x.made.of, Lit(name), now)))
    for test, args in acts:
        act = Effect("set_attribute", args, scope.origin(node))
        only_if = If((), test, Block((), (act,), ()), Block((), (), ()), scope.origin(node))
        scope.body.append(act if test == Lit(True) else only_if)


def _unchanged(scope: Scope, a: Value, b: Value) -> bool:
    same = scope.memory.same
    pairs = zip(leaves(a), leaves(b), strict=False)
    return same_structure(a, b) and all(same_value(x, y) or is_atom(x) and is_atom(y) and same(x, y) for x, y in pairs)

