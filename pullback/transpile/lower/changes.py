"""Lists and dicts that are changed: what they are by then, and items that are set and deleted.

    ys = [x, v]                    the container of ys holds x and v
    ys[0] *= 2.0           ->      it holds t = x * 2.0 and v
    del ys[1]                      it holds t

A list whose length is not known is one atom, and its change is an operation: `ys2 = replaced(ys1, k, v)`.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Global, OpFunction, Slice, Var
from pullback.transpile.lower import storing
from pullback.transpile.lower.containers import as_atom, explode, items_of
from pullback.transpile.lower.identity import container_of, hold, now
from pullback.transpile.lower.memory import Cell
from pullback.transpile.lower.scope import NONE, Scope, joined
from pullback.transpile.lower.values import UNDECIDED, Pack, Value, static, type_of


def is_list_or_dict(value: Value) -> bool:
    """Is this a list or dict, or a tuple, which cannot be changed?"""
    return isinstance(value, Pack) or isinstance(type_of(value), ab.Seq | ab.ListOf | ab.Mapping)


# what is changed


def changed(scope: Scope, node: Any, value: Value) -> Value:
    """The list or dict that is changed, as it is by now; one that is an argument is opened."""
    value = now(scope, value)
    if isinstance(value, Global):
        scope.refuse(node, f"{value.name!r} is a value of the module, and it is changed", "Change a copy of it.")
    if scope.is_template:
        scope.refuse(node, "it changes a list or dict")
    t = type_of(value)
    if isinstance(t, ab.Seq) and t.kind == "tuple":
        scope.refuse(node, "a tuple is changed", "This raises TypeError in Python. Use a list.")
    if isinstance(value, Var) and isinstance(t, ab.Seq | ab.Mapping):
        return _taken_apart(scope, node, value)
    return value


def _taken_apart(scope: Scope, node: Any, value: Var) -> Value:
    """A list or dict that a loop carries as one atom, as a structure of its items; an argument is opened."""
    cell = container_of(scope, value)
    if cell is None:
        scope.need_open(node, value)
    pack = explode(scope, node, value)
    assert isinstance(pack, Pack)
    hold(scope, node, cell, pack)
    return now(scope, value)


def put(scope: Scope, node: Any, value: Value, items: Sequence[Value], keys: Sequence[str | int] = ()) -> None:
    """A list or dict of known items has these from now on."""
    assert isinstance(value, Pack)
    if value.cell is not None:
        hold(scope, node, value.cell, Pack(value.kind, tuple(items), tuple(keys)))


def replace_list(
    scope: Scope,
    node: Any,
    before: Var,
    op: OpFunction,
    *args: Atom,
    items: Sequence[Atom] = (),
    lists: Sequence[Atom] = (),
) -> None:
    """A list that is one atom is, from now on, what an operation makes of it, with these items and these lists'."""
    after = scope.op(op, (before, *args), (), before.hint, node)
    for other in scope.memory.reached(items, lists):
        scope.memory.relate(_cell(scope, before), other)
    storing.put_list(scope, node, _cell(scope, before), after)


def _cell(scope: Scope, v: Var) -> Cell:
    cell = scope.memory.cell(v)
    assert cell is not None
    return cell


def as_list(scope: Scope, node: Any, value: Value) -> Var:
    """A list of known items as one whose length is not known, from now on."""
    if isinstance(value, Var):
        return value
    atom = as_atom(scope, node, value)
    assert isinstance(atom, Var)
    out = scope.op(prims.alias, (atom,), (), atom.hint, node, list_type(scope, node, atom.type))
    cell = container_of(scope, value)
    if cell is not None:
        hold(scope, node, cell, out)
    return out


def list_type(scope: Scope, node: Any, t: ab.Type) -> ab.Type:
    if isinstance(t, ab.Seq) and t.items:
        item = t.items[0]
        for x in t.items[1:]:
            item = joined(item, x)
        if not isinstance(item, ab.Unknown):
            return ab.ListOf(item)
    hint = "Give the items one type, or write the index out."
    scope.refuse(node, "a list whose items differ is changed or sorted at an index of the run", hint)


def any_length(scope: Scope, node: Any, value: Value) -> Var:
    """A list of known items as a value whose length is not known; what has the list under a name keeps it."""
    atom = as_atom(scope, node, value)
    assert isinstance(atom, Var)
    if isinstance(atom.type, ab.ListOf):
        return atom
    return scope.op(prims.alias, (atom,), (), "", node, list_type(scope, node, atom.type))


def part(scope: Scope, node: Any, value: Value, bounds: Slice, hint: str = "") -> Var:
    """Another list with the items of one whose length is not known that are between these bounds."""
    atom = as_atom(scope, node, value)
    assert isinstance(atom, Var | Global)
    return scope.op(prims.part, (atom, (bounds,)), (), hint, node, atom.type)


def rebind_list(scope: Scope, node: Any, before: Var, after: Var) -> None:
    """A list that is one atom is, from now on, this new list of its items."""
    after = scope.op(prims.alias, (after,), (), before.hint, node)
    storing.put_list(scope, node, _cell(scope, before), after)


def copy_list(scope: Scope, node: Any, value: Value) -> Var:
    """Another list with the items of one whose length is not known."""
    atom = as_atom(scope, node, value)
    assert isinstance(atom, Var)
    out = scope.op(list, (atom,), (), "", node, atom.type)
    scope.memory.new(out, scope.memory.reached(lists=[atom]))
    return out


def is_any_list(value: Value) -> bool:
    """Is this a list, of a known length or not?"""
    t = type_of(value)
    return isinstance(t, ab.ListOf) or isinstance(t, ab.Seq) and t.kind == "list"


def joined_lists(scope: Scope, node: Any, a: Value, b: Value, hint: str) -> Value:
    """`a + b` of lists, of which one has a length that is not known: a list of its own, with the items of both."""
    empty = [isinstance(x, Pack) and not x.items for x in (a, b)]
    if any(empty):
        return copy_list(scope, node, a if empty[1] else b)
    parts = [as_atom(scope, node, x) for x in (a, b)]
    types = [p.type if isinstance(p.type, ab.ListOf) else list_type(scope, node, p.type) for p in parts]
    kind = joined(*types)
    if isinstance(kind, ab.Unknown):
        scope.refuse(node, "lists whose items differ are joined", "Give their items one type.")
    out = scope.op(operator.add, tuple(parts), (), hint, node, kind)
    scope.memory.new(out, scope.memory.reached(lists=parts))
    return out


# items that are set


def set_item(scope: Scope, node: Any, container: Value, key: Value, item: Value) -> None:
    """`container[key] = item`."""
    container = changed(scope, node, container)
    known = static(key)
    if isinstance(container, Pack) and container.kind == "dict":
        if not isinstance(known, str | int) or isinstance(known, bool):
            scope.need_known(node, "a key that depends on the run is not supported yet", KEYS)
        entries = dict(zip(container.keys, container.items, strict=True))
        entries[known] = item
        put(scope, node, container, list(entries.values()), list(entries))
        return
    if isinstance(container, Pack) and isinstance(known, int):
        check_index(scope, node, known, len(container.items))
        items = list(container.items)
        items[known] = item
        put(scope, node, container, items)
        return
    if isinstance(type_of(key), ab.Scalar) and ab.kind_of(type_of(key)) in ("int", "bool"):
        before = as_list(scope, node, container)
        value = as_atom(scope, node, item)
        check_item(scope, node, before, value)
        replace_list(scope, node, before, prims.replaced, as_atom(scope, node, key), value, items=(value,))
        return
    scope.refuse(node, "an item under such a key is not supported yet", "Use an integer that is known, or a string.")


KEYS = "Write the keys out, or use a list or an array."


def check_item(scope: Scope, node: Any, before: Var, value: Atom) -> None:
    """An item must be of the type that the others have."""
    if isinstance(before.type, ab.ListOf) and isinstance(joined(before.type.item, value.type), ab.Unknown):
        scope.refuse(node, "a list gets an item of another type than its others", "Give its items one type.")


def check_index(scope: Scope, node: Any, k: int, length: int) -> None:
    """Refuse an index that is out of range."""
    if not -length <= k < length:
        scope.refuse(node, f"index {k} of a list of length {length}", "This raises IndexError in Python.")


def set_slice(scope: Scope, node: Any, container: Value, bounds: slice, value: Value) -> None:
    """`xs[a:b] = ys` of a list of known items."""
    container = changed(scope, node, container)
    items = items_of(scope, node, value)
    if not isinstance(container, Pack) or items is None:
        scope.refuse(node, "a slice of a list whose length is not known is written", "Write a loop, or use an array.")
    new = list(container.items)
    try:
        new[bounds] = items
    except ValueError as e:
        scope.refuse(node, str(e), "This raises ValueError in Python.")
    put(scope, node, container, new)


def delete(scope: Scope, node: Any, container: Value, key: object) -> None:
    """`del container[key]`, where the key is known; a slice is one."""
    container = changed(scope, node, container)
    if not isinstance(container, Pack):
        hint = "Build a new list: xs[:a] + xs[b:]."
        scope.refuse(node, "a slice of a list whose length is not known is deleted", hint)
    if key is UNDECIDED:
        scope.need_known(node, "a key that depends on the run is not supported yet", KEYS)
    if container.kind == "dict":
        take_key(scope, node, container, key)
        return
    items = list(container.items)
    try:
        del items[key]  # type: ignore[arg-type]
    except (IndexError, TypeError) as e:
        scope.refuse(node, str(e), f"This raises {type(e).__name__} in Python.")
    put(scope, node, container, items)


def take_item(scope: Scope, node: Any, container: Value, key: Value, hint: str = "") -> Value:
    """The item of a list under an integer, which it has no longer then."""
    container, k = changed(scope, node, container), static(key)
    if isinstance(container, Pack) and isinstance(k, int):
        check_index(scope, node, k, len(container.items))
        items = list(container.items)
        item = items.pop(k)
        put(scope, node, container, items)
        return item
    if ab.kind_of(type_of(key)) not in ("int", "bool"):
        scope.refuse(node, "an item is taken out of a list under what is not known to be an integer", "Use int(...).")
    before, at = as_list(scope, node, container), as_atom(scope, node, key)
    kind = before.type.item if isinstance(before.type, ab.ListOf) else ab.UNKNOWN
    taken = scope.op(prims.item, (before, at), (), hint, node, kind)
    replace_list(scope, node, before, *((prims.shortened,) if k == -1 else (prims.removed, at)))
    return taken


def take_key(scope: Scope, node: Any, container: Pack, key: object) -> Value:
    """What a dict holds under a key, which it has no longer then."""
    if key not in container.keys:
        scope.refuse(node, f"the dict has no key {key!r}", "This raises KeyError in Python.")
    entries = dict(zip(container.keys, container.items, strict=True))
    found = entries.pop(key)
    put(scope, node, container, list(entries.values()), list(entries))
    return found


def entries_of(scope: Scope, node: Any, value: Value) -> dict[str | int, Value]:
    """The entries of a dict with known keys, or of a sequence of pairs."""
    value = explode(scope, node, value)
    if isinstance(value, Pack) and value.kind == "dict":
        return dict(zip(value.keys, value.items, strict=True))
    out: dict[str | int, Value] = {}
    for pair in items_of(scope, node, value) or (NONE,):
        found = items_of(scope, node, pair)
        key = static(found[0]) if found is not None and len(found) == 2 else UNDECIDED
        if found is None or not isinstance(key, str | int) or isinstance(key, bool):
            scope.refuse(node, "only a dict with known keys, or pairs with such keys, can be taken over here", KEYS)
        out[key] = found[1]
    return out
