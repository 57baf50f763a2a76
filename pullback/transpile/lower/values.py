"""What a Python expression stands for while it is lowered: an atom of Core, or a structure that Core need not have."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Literal, TypeGuard

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Global, Lit, Var
from pullback.transpile.lower.frames import Frame, Seen
from pullback.transpile.lower.memory import Container
from pullback.transpile.parse.sources import FunctionSource, ModuleBinding
from pullback.transpile.request import Mode


@dataclass(frozen=True, eq=False)
class Pack:
    """A tuple, list or dict made in the function: it exists only while lowering, its items are values of their own.

    `cell` is the identity of a list or dict that has a name; the items are those that it had when it was read.

    So does a `slice(lower, upper, step)`, which is nothing but an index.
    """

    kind: Literal["tuple", "list", "dict", "object", "slice"]
    items: tuple[Value, ...]
    keys: tuple[str | int, ...] = ()
    cls: type | None = None  # of an object, whose attributes are not set any more
    cell: Container | None = None


@dataclass(frozen=True, eq=False)
class UserFunction:
    """A function of the user's, which becomes a function of the program."""

    source: FunctionSource


@dataclass(frozen=True, eq=False)
class Closure:
    """A function that is written out where it is called. `seen`: the names around it; `defaults`: as they were then."""

    source: FunctionSource
    seen: Seen | None
    defaults: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Partial:
    """`functools.partial(callee, *args, **keywords)`."""

    callee: Value
    args: tuple[Value, ...]
    keywords: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Derivative:
    """`pullback.grad(callee, wrt=wrt)`, or what its mode is called."""

    callee: Value
    mode: Mode
    wrt: int | str | tuple[int | str, ...]
    has_aux: bool


@dataclass(frozen=True, eq=False)
class LinearMap:
    """What `vjp(f)(x)` or `linearize(f)(x)` gives beside the value: a function of the program, and what it reads.

    `like`: the values, as they were, that cotangents or tangents belong to; `back`: from the types of that function to
    those here; `bare`: does it take the one tangent itself, and not a tuple?
    """

    function: str
    kept: tuple[Atom, ...]
    like: tuple[Atom, ...]
    back: Callable[[ab.Type], ab.Type]
    mode: Mode
    bare: bool


@dataclass(frozen=True, eq=False)
class Instance:
    """An object that is being made, or whose attributes are set later: these are the names of a frame.

    `constants`: what its class gives where it has no attribute of its own; `of`: the argument that it is, or is in.
    """

    cls: type
    frame: Frame
    constants: Mapping[str, Value] = field(default_factory=dict)
    of: Atom | None = None


@dataclass(frozen=True, eq=False)
class Super:
    """`super()`: the methods of `receiver` that come after those of `cls`."""

    cls: type
    receiver: Value


@dataclass(frozen=True, eq=False)
class UserModule:
    """A module of the user's, under the name that it has in the text."""

    binding: ModuleBinding
    text: str


@dataclass(frozen=True, eq=False)
class Method:
    """`receiver.name`, about to be called."""

    receiver: Value
    name: str


@dataclass(frozen=True, eq=False)
class Once:
    """What a generator, `zip` and their like give: its items are read where it stands, for it can be read once only.

    `is_lazy`: each is computed when its turn comes.
    """

    of: Value
    what: str
    is_lazy: bool = False


@dataclass(frozen=True, eq=False)
class Entries:
    """`d.keys()`, `d.values()`, `d.items()`: of what the dict holds when this is read."""

    of: Pack
    what: Literal["keys", "values", "items"]

    def at(self, held: Pack) -> Pack:
        """The entries as a tuple."""
        keys = tuple(map(Lit, held.keys))
        pairs = tuple(Pack("tuple", pair) for pair in zip(keys, held.items, strict=True))
        return Pack("tuple", {"keys": keys, "values": held.items, "items": pairs}[self.what])


Value = (
    Atom
    | Pack
    | UserFunction
    | Closure
    | Partial
    | Derivative
    | LinearMap
    | Instance
    | Super
    | UserModule
    | Method
    | Once
    | Entries
)

UNDECIDED = object()  # what is not known while transpiling


class _NotReturned:
    """The value of a call that has not returned yet."""

    def __repr__(self) -> str:
        return "not known yet"


BOTTOM = ab.Static(_NotReturned())  # the type of a recursive call's result in the first of several lowerings


def type_of(value: Value) -> ab.Type:
    """The abstract value of a value."""
    match value:
        case Var() | Lit() | Global():
            return value.type
        case Pack(kind="object", cls=type() as cls):
            return ab.Record(tuple(zip(value.keys, map(type_of, value.items), strict=True)), cls)
        case Pack(kind="dict"):
            return ab.Mapping(tuple(zip(value.keys, map(type_of, value.items), strict=True)))
        case Pack(kind="slice"):
            return ab.UNKNOWN
        case Pack(kind="tuple"):
            return ab.Seq("tuple", tuple(map(type_of, value.items)))
        case Pack():
            return ab.Seq("list", tuple(map(type_of, value.items)))
        case Entries(of=held):
            return type_of(value.at(held))
    return ab.UNKNOWN


def is_atom(value: Value) -> TypeGuard[Atom]:
    """Is this value an atom of Core as it stands?"""
    return isinstance(value, Var | Lit | Global)


def static(value: Value) -> object:
    """The Python object that a value is known to be while transpiling, else UNDECIDED."""
    match value:
        case Lit(value=known):
            return known
        case Var(type=t) | Global(type=t):
            return static_of_type(t)
        case Pack(kind="slice" | "object"):
            return UNDECIDED
        case Pack(kind=kind, items=items, keys=keys):
            found = [static(x) for x in items]
            if any(x is UNDECIDED for x in found):
                return UNDECIDED
            if kind == "dict":
                return dict(zip(keys, found, strict=True))
            return tuple(found) if kind == "tuple" else found
    return UNDECIDED


def static_of_type(t: ab.Type) -> object:
    """The one object that a type stands for, else UNDECIDED."""
    match t:
        case ab.Static(value=known):
            return UNDECIDED if t is BOTTOM else known
        case ab.Scalar(kind="int", dtype=None, value=int() as n):
            return n
        case ab.Seq(kind=kind, items=items):
            found = [static_of_type(x) for x in items]
            if any(x is UNDECIDED for x in found):
                return UNDECIDED
            return tuple(found) if kind == "tuple" else found
    return UNDECIDED


def lift(obj: object, text: str = "") -> Value:
    """The value of a Python object that is known while transpiling."""
    match obj:
        case tuple():
            return Pack("tuple", tuple(lift(x) for x in obj))
        case list():
            return Pack("list", tuple(lift(x) for x in obj))
        case dict() if all(isinstance(k, str | int) for k in obj):
            return Pack("dict", tuple(lift(x) for x in obj.values()), tuple(obj))
        case range():
            return Pack("tuple", tuple(map(Lit, obj)))
    return Lit(obj, text)


def flat(value: Value, path: str = "") -> Iterator[tuple[str, Value]]:
    """The leaves of a value, in order, each with a name for its place."""
    if not isinstance(value, Pack):
        yield path, value
        return
    for key, item in zip(value.keys or range(len(value.items)), value.items, strict=True):
        yield from flat(item, f"{path}_{key}" if path else str(key))


def leaves(value: Value) -> list[Value]:
    """The leaves of a value, in order."""
    return [x for _, x in flat(value)]


def rebuild(like: Value, new: Iterator[Value]) -> Value:
    """A value of the structure of `like` with other leaves."""
    if isinstance(like, Pack):
        return replace(like, items=tuple(rebuild(x, new) for x in like.items))
    return next(new)


def map_leaves(f: Callable[[Value], Value], value: Value) -> Value:
    """The same structure with `f` of each leaf."""
    return rebuild(value, iter([f(x) for x in leaves(value)]))


def same_structure(a: Value, b: Value) -> bool:
    """Have two values the same structure, down to their leaves?"""
    match a, b:
        case Pack(), Pack():
            alike = (a.kind, a.keys, a.cls) == (b.kind, b.keys, b.cls) and len(a.items) == len(b.items)
            return alike and all(map(same_structure, a.items, b.items))
        case Pack(), _:
            return False
        case _, Pack():
            return False
    return True


def _same_names(a: Seen | None, b: Seen | None) -> bool:
    return a is b or (a is not None and b is not None and a.frame == b.frame and _same_names(a.outer, b.outer))


def is_callable(value: Value) -> bool:
    """Is this a function of the user's, in whatever form, or an object that has none yet?"""
    if isinstance(value, Var | Lit):
        return isinstance(static(value), FunctionType | functools.partial)
    return isinstance(value, UserFunction | Closure | Partial | Derivative | LinearMap | Method | Instance)


def held(value: Value) -> Iterator[Value]:
    """The values that a function holds which was made in the function."""
    match value:
        case Closure(defaults=given):
            yield from given.values()
        case Partial(callee=callee, args=args, keywords=keywords):
            yield from (*held(callee), *args, *keywords.values())
        case Derivative(callee=callee):
            yield from held(callee)
        case LinearMap(kept=kept, like=like):
            yield from (*kept, *like)


def class_of(value: Value) -> type | None:
    """The class of an object of the user's, None if the value is none."""
    match value:
        case Pack(cls=cls) | Instance(cls=cls):
            return cls
        case Var(type=ab.Record(cls=cls)) | Global(type=ab.Record(cls=cls)):
            return cls
    return None


def same_value(a: Value, b: Value) -> bool:
    """Are two leaves certainly one value?"""
    match a, b:
        case (Lit(), Lit()) | (Global(), Global()):
            return a == b
        case UserFunction(source=f), UserFunction(source=g):
            return f.key == g.key
        case Instance(frame=f), Instance(frame=g):
            return f is g
        case Closure(), Closure():
            same = a.source.key == b.source.key and _same_names(a.seen, b.seen)
            return same and all(same_value(x, b.defaults[name]) for name, x in a.defaults.items())
    return a is b
