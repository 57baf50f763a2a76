"""Reads by index: items of containers, elements and slices of arrays."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Global, Lit, Slice, Var
from pullback.transpile.lower import changes, flat, operators
from pullback.transpile.lower.containers import as_arg, as_atom, explode, read_item
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import (
    BOTTOM,
    UNDECIDED,
    Method,
    Pack,
    Value,
    class_of,
    lift,
    static,
    type_of,
)
from pullback.transpile.objects import is_named_tuple


def subscript(scope: Scope, node: Any, hint: str) -> Value:
    """`x[index]`."""
    if _is_shape(node.value) and not isinstance(node.slice, gast.Slice):
        array = scope.expression(node.value.value)
        if isinstance(type_of(array), ab.Array | ab.Unknown) and isinstance(array, Var | Global):
            return _dim(scope, node, array, hint)
        return read(scope, node, scope.attribute(node.value, array, "shape"), hint)
    return read(scope, node, scope.expression(node.value), hint)


def _is_shape(node: Any) -> bool:
    return isinstance(node, gast.Attribute) and node.attr == "shape"


def _dim(scope: Scope, node: Any, array: Atom, hint: str) -> Value:
    """`x.shape[axis]`, without the rest of the shape."""
    axis = as_atom(scope, node, scope.expression(node.slice))
    rank = ab.rank(array.type)
    if isinstance(axis, Lit) and isinstance(axis.value, int) and rank is not None and not -rank <= axis.value < rank:
        scope.refuse(node, f"axis {axis.value} of an array that has {rank}", "This raises IndexError in Python.")
    return scope.op(prims.dim, (array, axis), (), hint, node)


def read(scope: Scope, node: Any, value: Value, hint: str = "") -> Value:
    """`value[index]`, where the node says the index."""
    if class_of(value) is not None:
        return _of_object(scope, node, value, hint)
    value = now(scope, value)
    match value:
        case Pack(kind="slice"):
            scope.refuse(node, "a slice object has no items", "This raises TypeError in Python.")
        case Pack():
            return _of_pack(scope, node, value, hint)
        case Lit(value=str() | tuple() | range() as known):
            return _of_constant(scope, node, known)
        case Var() | Global():
            return _of_atom(scope, node, value, hint)
        case Method(receiver=Var() | Global() as array, name="flat"):
            return scope.op(operator.getitem, (array, flat_index(scope, node.slice, array)), (), hint, node)
    scope.refuse(node, "this value has no items", "Only arrays, tuples, lists and dicts can be read by index.")


def _of_constant(scope: Scope, node: Any, known: Any) -> Value:
    index = static_index(scope, node.slice)
    if index is UNDECIDED:
        scope.refuse(node, "an index of the run into a constant is not supported yet", "Use an array.")
    return lift(known[index])


def static_index(scope: Scope, node: Any) -> Any:
    """An index or slice as a Python object, UNDECIDED if it depends on the run."""
    if not isinstance(node, gast.Slice):
        return static(scope.expression(node))
    bounds = [None if x is None else static(scope.expression(x)) for x in (node.lower, node.upper, node.step)]
    return UNDECIDED if any(b is UNDECIDED for b in bounds) else slice(*bounds)


def _of_object(scope: Scope, node: Any, value: Value, hint: str) -> Value:
    """An item of an object: of a named tuple, or what its class says."""
    cls = class_of(value)
    assert cls is not None
    exploded = explode(scope, node, value)
    if is_named_tuple(cls) and isinstance(exploded, Pack):
        return _of_pack(scope, node, Pack("tuple", exploded.items), hint)
    index = scope.expression(node.slice)
    found = operators.special(scope, node, value, "__getitem__", [index])
    if found is None:
        message = f"an object of the class {cls.__name__!r} is read by index"
        scope.refuse(node, message, "This raises TypeError in Python.")
    return found


def _of_pack(scope: Scope, node: Any, value: Pack, hint: str) -> Value:
    """An item of a structure that exists only while lowering."""
    if value.kind != "dict" and isinstance(node.slice, gast.Slice):
        bounds = static_index(scope, node.slice)
        if bounds is not UNDECIDED:
            return Pack(value.kind, value.items[bounds])
        if value.kind != "list":
            scope.refuse(node.slice, f"a slice of a {value.kind} with bounds of the run is not supported yet", _ARRAYS)
        return part_of(scope, node, changes.any_length(scope, node, value), hint)
    return read_at(scope, node, value, scope.expression(node.slice), hint)


def read_at(scope: Scope, node: Any, value: Value, index: Value, hint: str = "") -> Value:
    """An item of a tuple, list or dict."""
    value, k = now(scope, value), static(index)
    if not isinstance(value, Pack):
        atom = value if isinstance(value, Var | Global) else as_atom(scope, node, value)
        return _of_atom_at(scope, node, atom, index, hint)
    if value.kind == "dict":
        if k is UNDECIDED:
            scope.need_known(node.slice, "a key that depends on the run is not supported yet", _KEYS)
        if k not in value.keys:
            scope.refuse(node, f"the dict has no key {k!r}", f"Its keys are {_listed(value.keys)}.")
        return value.items[value.keys.index(k)]
    if isinstance(k, int):
        _check(scope, node, k, len(value.items), value.kind)
        return value.items[k]
    return _of_atom_at(scope, node, as_atom(scope, node, value), index, hint)


_ARRAYS = "Stack the items into an array, or loop over them."


def _listed(keys: tuple[object, ...]) -> str:
    return ", ".join(map(repr, keys)) or "none"


def _check(scope: Scope, node: Any, k: int, length: int, kind: str) -> None:
    if not -length <= k < length:
        scope.refuse(node, f"index {k} of a {kind} of length {length}", "This raises IndexError in Python.")


def _of_atom(scope: Scope, node: Any, atom: Var | Global, hint: str) -> Value:
    match atom.type:
        case ab.Array():
            return _of_array(scope, node, atom, hint)
        case ab.Unknown():
            key = static(scope.expression(node.slice)) if isinstance(node.slice, gast.Constant) else None
            if isinstance(key, str):
                return scope.op(prims.item, (atom, Lit(key)), (), hint, node)
            return _of_array(scope, node, atom, hint)
        case ab.Scalar():
            scope.refuse(node, "a scalar is read by index", "This raises TypeError in Python.")
        case ab.ListOf() if isinstance(node.slice, gast.Slice):
            return part_of(scope, node, atom, hint)
        case ab.Seq() if isinstance(node.slice, gast.Slice):
            return read(scope, node, explode(scope, node, atom), hint)
        case ab.Static() if atom.type is BOTTOM:
            return scope.op(prims.item, (atom, Lit(0)), (), hint, node, BOTTOM)
    return _of_atom_at(scope, node, atom, scope.expression(node.slice), hint)


def _of_atom_at(scope: Scope, node: Any, atom: Atom, index: Value, hint: str) -> Value:
    """An item of a container that is one atom."""
    key = static(index)
    match atom.type:
        case ab.Mapping(items=entries):
            if key is UNDECIDED:
                scope.need_known(node.slice, "a key that depends on the run is not supported yet", _KEYS)
            found = dict(entries).get(key) if isinstance(key, str | int) else None
            if found is None or not isinstance(key, str | int):
                keys = _listed(tuple(k for k, _ in entries))
                scope.refuse(node, f"the dict has no key {key!r}", f"Its keys are {keys}.")
            return read_item(scope, node, atom, key, found, hint)
        case ab.Seq(kind=kind, items=items):
            if isinstance(key, int):
                _check(scope, node, key, len(items), kind)
                return read_item(scope, node, atom, key % len(items), items[key], hint)
            types = set(items)
            if len(types) != 1:
                scope.need_known(node, f"an item of a {kind} whose items differ is read at an index of the run", _LOOP)
            return scope.op(prims.item, (atom, as_atom(scope, node, index)), (), hint, node, items[0])
        case ab.ListOf(item=item):
            return scope.op(prims.item, (atom, as_atom(scope, node, index)), (), hint, node, item)
    scope.refuse(node, "this value cannot be read by index", "Only arrays, tuples, lists and dicts can.")


_KEYS = "Write the keys out, or use a list or an array."
_LOOP = "Loop over the items themselves, not over indices."


def part_of(scope: Scope, node: Any, atom: Atom, hint: str) -> Value:
    """`xs[a:b:c]` of a list whose length is not known: another list."""
    bounds = _part(scope, node.slice)
    assert isinstance(bounds, Slice)
    given = [x for x in (bounds.lower, bounds.upper, bounds.step) if x is not None and x != Lit(None)]
    if any(ab.kind_of(x.type) not in ("int", "bool") for x in given):
        scope.refuse(node.slice, "a bound of a slice of a list is not known to be an integer", "Use int(...).")
    return changes.part(scope, node, atom, bounds, hint) if given else changes.copy_list(scope, node, atom)


def _of_array(scope: Scope, node: Any, atom: Atom, hint: str) -> Value:
    """`a[i, 1:-1, ..., None]`: an element, a slice, or a copy of what integer arrays choose."""
    return scope.op(operator.getitem, (atom, index_of(scope, node.slice)), (), hint, node)


def index_of(scope: Scope, node: Any) -> tuple[Arg, ...]:
    """An index of an array: always a tuple."""
    if isinstance(node, gast.Tuple):
        return tuple(_part(scope, n) for n in node.elts)
    if isinstance(node, gast.Slice):
        return (_part(scope, node),)
    return index_of_value(scope, node, scope.expression(node))


def flat_index(scope: Scope, node: Any, array: Atom) -> tuple[Arg, ...]:
    """The index of what `x.flat[node]` is."""
    part = _part(scope, node)
    if isinstance(part, Lit) and part.value is Ellipsis:
        part = Slice()
    if isinstance(part, Slice):
        part = flat.numbers_in(scope, node, array, part)
    elif ab.kind_of(part.type) == "bool":
        part = scope.op(np.flatnonzero, (part,), (), "", node)
    return flat.index_at(scope, node, array, part)


def index_of_value(scope: Scope, node: Any, value: Value) -> tuple[Arg, ...]:
    """An index that has been computed, as a tuple."""
    value = explode(scope, node, value)
    if isinstance(value, Pack) and value.kind == "tuple":
        return tuple(index_part(scope, node, x) for x in value.items)
    return (index_part(scope, node, value),)


def _part(scope: Scope, node: Any) -> Atom | Slice:
    if isinstance(node, gast.Slice):
        bounds = [
            None if x is None else as_atom(scope, x, scope.expression(x)) for x in (node.lower, node.upper, node.step)
        ]
        return Slice(*bounds)
    if isinstance(node, gast.Starred):
        scope.refuse(node, "`*` in an index is not supported yet", "Write the indices out.")
    return index_part(scope, node, scope.expression(node))


def index_part(scope: Scope, node: Any, value: Value) -> Atom | Slice:
    """A part of an index: an integer, an array of integers or Booleans, or a slice object."""
    if isinstance(value, Pack) and value.kind == "slice":
        return Slice(*(None if x == Lit(None) else as_atom(scope, node, x) for x in value.items))
    return integers(scope, node, value)


def integers(scope: Scope, node: Any, value: Value) -> Atom:
    """A part of an index that is no slice."""
    value = explode(scope, node, value)
    if isinstance(value, Pack):
        dtype = () if value.items else (("dtype", Lit(int)),)  # without items NumPy would make it an array of floats
        return scope.op(np.array, (as_arg(scope, node, value),), dtype, "", node)
    if isinstance(type_of(value), ab.ListOf):
        return scope.op(np.array, (as_atom(scope, node, value),), (), "", node)
    if ab.kind_of(type_of(value)) in ("float", "complex"):
        scope.refuse(
            node, "an index is not an integer", "This raises IndexError in NumPy. Use int(...) or .astype(int)."
        )
    return as_atom(scope, node, value)
