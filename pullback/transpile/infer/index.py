"""Types of indexed reads and writes, of containers and of the helpers of `prims`."""

from __future__ import annotations

import builtins
import operator
from dataclasses import dataclass
from typing import Any

from pullback import runtime
from pullback.transpile import prims
from pullback.transpile.abstract import (
    INT,
    UNKNOWN,
    Array,
    Length,
    ListOf,
    Mapping,
    Record,
    Scalar,
    Seq,
    Static,
    Type,
    kind_of,
)
from pullback.transpile.core import Arg, Atom, Lit, Slice
from pullback.transpile.infer import lengths
from pullback.transpile.infer.elementwise import of_elements
from pullback.transpile.infer.join import join
from pullback.transpile.infer.lengths import Shape, broadcast_shapes
from pullback.transpile.infer.sampling import scalar_of
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    as_array,
    axis_of,
    integer,
    length_value,
    shape_function,
    static_value,
    type_of,
)


@shape_function(prims.alias, prims.stopped, prims.watched, runtime.last_written)
def alias(call: Call) -> Type:
    """The same value."""
    return call.type(0)


@shape_function(prims.add_at_key)
def added_at_key(call: Call) -> Type:
    """A list, one of whose numbers may be of another kind now."""
    match call.type(0), call.type(2, "value"):
        case ListOf(item=Scalar() as before), Scalar() as value:
            return ListOf(of_elements(operator.add, (before, value)))
    return call.type(0)


@shape_function(prims.set_item, prims.add_item)
def updated(call: Call) -> Type:
    """The same array or list with other content."""
    return call.type(0)


@shape_function(prims.make_tuple)
def make_tuple(call: Call) -> Type:
    """A tuple of the operands."""
    return Seq("tuple", tuple(map(type_of, call.args)))


@shape_function(prims.make_list)
def make_list(call: Call) -> Type:
    """A list of the operands."""
    return Seq("list", tuple(map(type_of, call.args)))


@shape_function(prims.copies)
def copies(call: Call) -> Type:
    """A list of one operand, again and again."""
    item = call.type(0)
    return ListOf(Scalar(item.kind, item.dtype) if isinstance(item, Scalar) else item)


@shape_function(prims.appended)
def appended(call: Call) -> Type:
    """A list with one item more."""
    match call.type(0, "xs"), call.type(1, "value"):
        case Seq(items=()), value:
            return ListOf(value)
        case Seq(kind=kind, items=items), value:
            return join(Seq(kind, items), ListOf(value))
        case ListOf(item=item), value:
            return ListOf(_one_of(item, value))
    return UNKNOWN


@shape_function(prims.shortened)
def shortened(call: Call) -> Type:
    """A list with one item less."""
    match call.type(0, "xs"):
        case Seq(kind=kind, items=items):
            return Seq(kind, items[:-1])
    return call.type(0)


@shape_function(prims.part, prims.removed, prims.put_part, list)
def part(call: Call) -> Type:
    """A part of a list, or a copy of it."""
    match call.type(0, "xs"):
        case Seq(items=items) as t if items:
            return join(t, ListOf(items[0])) if t.kind == "list" else UNKNOWN
        case ListOf() | Seq(items=()) as t:
            return t
    return UNKNOWN


@shape_function(prims.rows)
def rows(call: Call) -> Type:
    """A list of the rows of an array."""
    return ListOf(getitem(Call(operator.getitem, (call.args[0], (Lit(0),)), {})))


@shape_function(prims.replaced, prims.inserted)
def replaced(call: Call) -> Type:
    """A list with another item."""
    match call.type(0, "xs"), call.type(2, "value"):
        case Seq(kind=kind, items=items), value:
            return join(Seq(kind, items), ListOf(value))
        case ListOf(item=item), value:
            return ListOf(_one_of(item, value))
    return UNKNOWN


def _one_of(a: Type, b: Type) -> Type:
    """The type of an item that is of one type or of the other; an integer's value is not known."""
    t = join(a, b)
    return Scalar(t.kind, t.dtype) if isinstance(t, Scalar) else t


@shape_function(prims.make_dict)
def make_dict(call: Call) -> Type:
    """A dict of the operands under constant keys."""
    keys = static_value(call.args[0])
    if not isinstance(keys, tuple) or not all(isinstance(k, str | int) for k in keys):
        return UNKNOWN
    items = tuple(zip(keys, map(type_of, call.args[1:]), strict=True))
    cls = call.kwargs.get("cls")
    return Record(items, cls.value) if isinstance(cls, Lit) and isinstance(cls.value, type) else Mapping(items)


@shape_function(prims.dim)
def dim(call: Call) -> Type:
    """The length of an axis, a Python integer."""
    a = call.array(0, "x")
    if a.shape is None:
        return INT
    return length_value(a.shape[axis_of(call.static(1, "axis", None), len(a.shape))])


@shape_function(builtins.len)
def length(call: Call) -> Type:
    """The length of a container or of the first axis."""
    match call.type(0):
        case Seq(items=items):
            return Scalar("int", value=len(items))
        case Mapping(items=entries):
            return Scalar("int", value=len(entries))
        case Array(shape=tuple() as shape) if shape:
            return length_value(shape[0])
    return INT


@shape_function(prims.item)
def item(call: Call) -> Type:
    """An item of a container."""
    container, key = call.type(0, "container"), call.arg(1, "key")
    match container:
        case Array():
            return getitem(Call(operator.getitem, (call.args[0], (key,)), {}))
        case ListOf(item=inner):
            return inner
        case Seq(items=items):
            return _of_sequence(items, key)
        case Mapping(items=entries):
            value = static_value(key)
            return next((t for k, t in entries if k == value and type(k) is type(value)), UNKNOWN)
    return UNKNOWN


def _of_sequence(items: tuple[Type, ...], key: Arg) -> Type:
    try:
        at = integer(key)
    except Undecided:
        return UNKNOWN
    if isinstance(at, int):
        return items[at] if -len(items) <= at < len(items) else UNKNOWN
    out: Type | None = None
    for t in items:
        out = t if out is None else join(out, t)
    return UNKNOWN if out is None else out


@shape_function(operator.getitem, runtime.read_written)
def getitem(call: Call) -> Type:
    """`x[index]`: of an array, a list, a tuple or a dict."""
    of, index = call.type(0), call.args[1]
    parts = index if isinstance(index, tuple) else (index,)
    match of:
        case Array() | Scalar(dtype=str()):
            return _of_array(as_array(of), of, parts)
        case Seq(kind=kind, items=items) if isinstance(parts[0], Slice):
            bounds: list[Any] = [
                None if b is None else static_value(b) for b in (parts[0].lower, parts[0].upper, parts[0].step)
            ]
            return Seq(kind, items[slice(*bounds)])
        case ListOf() if isinstance(parts[0], Slice):
            return of
        case Seq() | ListOf() | Mapping():
            return item(Call(prims.item, (call.args[0], parts[0]), {}))
    return UNKNOWN


@dataclass(frozen=True)
class _Index:
    """One part of an index: how many axes it takes, and what it leaves in their place."""

    takes: int
    gives: Shape
    advanced: bool = False
    is_array: bool = False


def _of_array(a: Array, of: Type, index: tuple[Arg, ...]) -> Type:
    if a.shape is None:
        return Array(a.dtype)
    try:
        parts = _parts(index, a.shape)
    except Undecided:
        return Array(a.dtype)
    has_array = any(p.is_array for p in parts)
    shape = _with_arrays(parts) if has_array else tuple(n for p in parts if not p.advanced for n in p.gives)
    if shape == () and not any(map(_is_ellipsis, index)):
        return scalar_of(a.dtype)
    return Array(a.dtype, shape)


def _parts(index: tuple[Arg, ...], shape: Shape) -> list[_Index]:
    """The parts of an index, in order, with full slices for what is left out."""
    types = [type_of(x) for x in index]
    taken = sum(_axes_taken(x, t) for x, t in zip(index, types, strict=True))
    left = len(shape) - taken
    if left < 0:
        raise Undecided
    out, at, open_end = list[_Index](), 0, True
    for x, t in zip(index, types, strict=True):
        if _is_ellipsis(x):
            out += [_Index(1, (n,)) for n in shape[at : at + left]]
            at, open_end = at + left, False
        else:
            out.append(_part(x, t, shape[at : at + 1]))
            at += out[-1].takes
    if open_end:
        out += [_Index(1, (n,)) for n in shape[at:]]
    return out


def _is_ellipsis(x: Arg) -> bool:
    return isinstance(x, Lit) and x.value is Ellipsis


def _axes_taken(x: Arg, t: Type) -> int:
    if isinstance(t, Static) and (t.value is None or t.value is Ellipsis):
        return 0
    if isinstance(t, Array) and t.dtype == "bool":
        return len(_rank_known(t))
    return 1


def _rank_known(t: Array) -> Shape:
    if t.shape is None or t.dtype is None:
        raise Undecided
    return t.shape


def _part(x: Arg, t: Type, axis: Shape) -> _Index:
    if isinstance(x, Slice):
        return _Index(1, (lengths.slice_length(axis[0], _bound(x.lower), _bound(x.upper), _bound(x.step)),))
    match t:
        case Static(value=None):
            return _Index(0, (1,))
        case Scalar(kind="int"):
            return _Index(1, (), advanced=True)
        case Seq() | ListOf():
            return _part(x, as_array(t), axis)
        case Array() if kind_of(t) == "int":
            return _Index(1, _rank_known(t), advanced=True, is_array=bool(t.shape))
        case Array(dtype="bool", shape=tuple() as shape) if shape:
            return _Index(len(shape), (lengths.count_of(x),), advanced=True, is_array=True)
    raise Undecided


def _bound(b: Atom | None) -> Length | None:
    return None if b is None or (isinstance(b, Lit) and b.value is None) else integer(b)


def _with_arrays(parts: list[_Index]) -> Shape:
    """NumPy's rule: the axes of index arrays stand where these do, or in front if other parts are between them."""
    places = [i for i, p in enumerate(parts) if p.advanced]
    together = places[-1] - places[0] + 1 == len(places)
    joined = broadcast_shapes(*(parts[i].gives for i in places)) or ()
    rest_before = tuple(n for p in parts[: places[0]] for n in p.gives) if together else ()
    rest_after = tuple(n for p in parts[places[0] if together else 0 :] if not p.advanced for n in p.gives)
    return (*rest_before, *joined, *rest_after)
