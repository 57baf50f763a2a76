"""Lists and dicts that are changed: items that are set, added and taken out.

    ys = [x]                       the container of ys holds x
    ys.append(v)           ->      it holds x and v
    ys[0] *= 2.0                   it holds t = x * 2.0 and v

A list whose length is not known is one atom, and its change is an operation: `ys2 = appended(ys1, v)`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Global, Lit, OpFunction, Var
from pullback.transpile.lower import current
from pullback.transpile.lower.containers import as_atom, explode, items_of
from pullback.transpile.lower.identity import container_of, hold, now, owned
from pullback.transpile.lower.memory import Cell
from pullback.transpile.lower.scope import NONE, Scope, joined
from pullback.transpile.lower.values import UNDECIDED, ListView, Pack, Value, static, type_of

Keywords = Mapping[str, Value]


def is_list_or_dict(value: Value) -> bool:
    """Is this a list or dict, or a tuple, which cannot be changed?"""
    return isinstance(value, Pack) or isinstance(type_of(value), ab.Seq | ab.ListOf | ab.Mapping)


# what is changed


def changed(scope: Scope, node: Any, value: Value) -> Value:
    """The list or dict that is changed, as it is by now; one that is an argument is opened."""
    value = now(scope, value)
    if isinstance(value, Global):
        scope.refuse(node, f"{value.name!r} is a value of the module, and it is changed", "Change a copy of it.")
    if isinstance(value, ListView):
        scope.refuse(node, "a slice of a list whose length is not known is changed", "Build a new list in a loop.")
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


def _replace(scope: Scope, node: Any, before: Var, op: OpFunction, *args: Atom, hold_too: Sequence[Atom] = ()) -> None:
    """A list that is one atom is, from now on, what an operation makes of it."""
    after = scope.op(op, (before, *args), (), before.hint, node)
    for other in current.reached(scope, hold_too):
        scope.memory.relate(_cell(scope, before), other)
    current.put_list(scope, node, _cell(scope, before), after)


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


def copy_list(scope: Scope, node: Any, value: Value) -> Var:
    """Another list with the items of one whose length is not known."""
    atom = as_atom(scope, node, value)
    assert isinstance(atom, Var)
    out = scope.op(list, (atom,), (), "", node, atom.type)
    scope.memory.new(out, current.reached(scope, [atom]))
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
    scope.memory.new(out, current.reached(scope, parts))
    return out


# items that are set


def set_item(scope: Scope, node: Any, container: Value, key: Value, item: Value) -> None:
    """`container[key] = item`."""
    container = changed(scope, node, container)
    known = static(key)
    if isinstance(container, Pack) and container.kind == "dict":
        if not isinstance(known, str | int) or isinstance(known, bool):
            scope.need_known(node, "a key that depends on the run is not supported yet", _KEYS)
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
        _check_item(scope, node, before, value)
        _replace(scope, node, before, prims.replaced, as_atom(scope, node, key), value, hold_too=(value,))
        return
    scope.refuse(node, "an item under such a key is not supported yet", "Use an integer that is known, or a string.")


_KEYS = "Write the keys out, or use a list or an array."


def _check_item(scope: Scope, node: Any, before: Var, value: Atom) -> None:
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
    if not isinstance(container, Pack) or key is UNDECIDED:
        scope.refuse(node, "an item of a list whose length is not known is deleted", "Build a new list.")
    if container.kind == "dict":
        _take_key(scope, node, container, key)
        return
    items = list(container.items)
    try:
        del items[key]  # type: ignore[arg-type]
    except (IndexError, TypeError) as e:
        scope.refuse(node, str(e), f"This raises {type(e).__name__} in Python.")
    put(scope, node, container, items)


def _take_key(scope: Scope, node: Any, container: Pack, key: object) -> Value:
    if key not in container.keys:
        scope.refuse(node, f"the dict has no key {key!r}", "This raises KeyError in Python.")
    entries = dict(zip(container.keys, container.items, strict=True))
    found = entries.pop(key)
    put(scope, node, container, list(entries.values()), list(entries))
    return found


# methods of lists


def append(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.append(v)`."""
    (item,) = args
    receiver = changed(scope, node, receiver)
    if isinstance(receiver, Pack):
        put(scope, node, receiver, [*receiver.items, item])
        return NONE
    assert isinstance(receiver, Var)
    value = as_atom(scope, node, item)
    _check_item(scope, node, receiver, value)
    _replace(scope, node, receiver, prims.appended, value, hold_too=(value,))
    return NONE


def extend(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.extend(ys)`."""
    (more,) = args
    receiver = changed(scope, node, receiver)
    items = items_of(scope, node, more)
    if items is not None and isinstance(receiver, Pack):
        put(scope, node, receiver, [*receiver.items, *items])
        return NONE
    if items is not None:
        for x in items:
            append(scope, node, now(scope, receiver), [x], "")
        return NONE
    if not isinstance(type_of(more), ab.ListOf):
        scope.refuse(node, "a list is extended by what is no list", "Append the items in a loop.")
    if isinstance(receiver, Pack) and not receiver.items and receiver.cell is not None:
        atom = as_atom(scope, node, more)
        hold(scope, node, receiver.cell, scope.op(list, (atom,), (), receiver.cell.hint, node, atom.type))
        return NONE
    before, other = as_list(scope, node, receiver), as_atom(scope, node, more)
    _check_item(scope, node, before, Var("", other.type.item))  # type: ignore[union-attr]
    _replace(scope, node, before, operator.add, other, hold_too=(other,))
    return NONE


def insert(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.insert(k, v)`."""
    place, item = args
    receiver, k = changed(scope, node, receiver), static(place)
    if not isinstance(receiver, Pack) or not isinstance(k, int):
        scope.refuse(node, "insert into a list whose length is not known is not supported yet", _APPEND)
    items = list(receiver.items)
    items.insert(k, item)
    put(scope, node, receiver, items)
    return NONE


_APPEND = "Append, and read the list backwards; or use an array."


def pop(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.pop(k)`, `d.pop(key)`, `d.pop(key, default)`."""
    receiver = changed(scope, node, receiver)
    keys = [static(a) for a in args[:1]]
    if isinstance(receiver, Pack) and receiver.kind == "dict":
        if len(args) not in (1, 2) or keys[0] is UNDECIDED:
            scope.need_known(node, "a key that depends on the run is not supported yet", _KEYS)
        if len(args) == 2 and keys[0] not in receiver.keys:
            return args[1]
        return _take_key(scope, node, receiver, keys[0])
    k = keys[0] if keys else -1
    if isinstance(receiver, Pack):
        if not isinstance(k, int):
            what = "an item at an index of the run is taken out of a list"
            scope.need_known(node, what, "Use an index that is known.")
        check_index(scope, node, k, len(receiver.items))
        items = list(receiver.items)
        item = items.pop(k)
        put(scope, node, receiver, items)
        return item
    assert isinstance(receiver, Var)
    if k != -1:
        scope.refuse(node, "only the last item of a list whose length is not known can be taken out yet", _APPEND)
    assert isinstance(receiver.type, ab.ListOf)
    item = scope.op(prims.item, (receiver, Lit(-1)), (), hint, node, receiver.type.item)
    _replace(scope, node, receiver, prims.shortened)
    return item


def remove(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.remove(v)`, of what is known."""
    receiver = changed(scope, node, receiver)
    known, wanted = static(receiver), static(args[0])
    if not isinstance(receiver, Pack) or known is UNDECIDED or wanted is UNDECIDED:
        scope.refuse(node, "which item is removed depends on the run", "Delete it by its index: `del xs[k]`.")
    if wanted not in known:  # type: ignore[operator]
        scope.refuse(node, f"{wanted!r} is not in the list", "This raises ValueError in Python.")
    items = list(receiver.items)
    del items[known.index(wanted)]  # type: ignore[attr-defined]
    put(scope, node, receiver, items)
    return NONE


def clear(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.clear()`, `d.clear()`."""
    receiver = changed(scope, node, receiver)
    if isinstance(receiver, Pack):
        put(scope, node, receiver, ())
    elif (cell := container_of(scope, receiver)) is not None:
        hold(scope, node, cell, Pack("list", ()))
    else:
        scope.refuse(node, "a list that is an argument is cleared, which is not supported yet", "Make a new list.")
    return NONE


def reverse(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.reverse()`."""
    receiver = changed(scope, node, receiver)
    if not isinstance(receiver, Pack):
        hint = "Loop over reversed(xs)."
        scope.refuse(node, "a list whose length is not known is reversed, which is not supported yet", hint)
    put(scope, node, receiver, receiver.items[::-1])
    return NONE


# methods of dicts


def update(scope: Scope, node: Any, receiver: Value, args: list[Value], keywords: Keywords) -> Value:
    """`d.update(other, key=value)`."""
    receiver = changed(scope, node, receiver)
    assert isinstance(receiver, Pack)
    entries = dict(zip(receiver.keys, receiver.items, strict=True))
    for other in args:
        entries.update(entries_of(scope, node, other))
    entries.update(keywords)
    put(scope, node, receiver, list(entries.values()), list(entries))
    return NONE


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
            scope.refuse(node, "only a dict with known keys, or pairs with such keys, can be taken over here", _KEYS)
        out[key] = found[1]
    return out


def set_default(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`d.setdefault(key, default)`."""
    receiver = changed(scope, node, receiver)
    assert isinstance(receiver, Pack)
    key = static(args[0])
    if not isinstance(key, str | int):
        scope.need_known(node, "a key that depends on the run is not supported yet", _KEYS)
    if key in receiver.keys:
        return receiver.items[receiver.keys.index(key)]
    default = owned(scope, args[1] if len(args) > 1 else NONE, str(key))
    put(scope, node, receiver, [*receiver.items, default], [*receiver.keys, key])
    return default


def pop_item(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`d.popitem()`."""
    receiver = changed(scope, node, receiver)
    assert isinstance(receiver, Pack)
    if not receiver.keys:
        scope.refuse(node, "popitem of a dict without items", "This raises KeyError in Python.")
    key = receiver.keys[-1]
    return Pack("tuple", (Lit(key), _take_key(scope, node, receiver, key)))


Method = Callable[[Scope, Any, Value, list[Value], str], Value]
LIST_METHODS: dict[str, tuple[Method, int, int]] = {  # and how many arguments, at least and at most
    "append": (append, 1, 1),
    "extend": (extend, 1, 1),
    "insert": (insert, 2, 2),
    "pop": (pop, 0, 1),
    "remove": (remove, 1, 1),
    "clear": (clear, 0, 0),
    "reverse": (reverse, 0, 0),
}
DICT_METHODS: dict[str, tuple[Method, int, int]] = {
    "setdefault": (set_default, 1, 2),
    "pop": (pop, 1, 2),
    "popitem": (pop_item, 0, 0),
    "clear": (clear, 0, 0),
}


def call(
    scope: Scope, node: Any, receiver: Value, name: str, args: list[Value], keywords: Keywords, hint: str
) -> Value | None:
    """The value of a call of a method that changes a list or dict, None if it is none."""
    is_dict = isinstance(type_of(receiver), ab.Mapping)
    if is_dict and name == "update":
        return update(scope, node, receiver, args, keywords)
    found = (DICT_METHODS if is_dict else LIST_METHODS).get(name)
    if found is None or isinstance(t := type_of(receiver), ab.Seq) and t.kind == "tuple":
        return None
    method, least, most = found
    if keywords or not least <= len(args) <= most:
        scope.refuse(node, f"the arguments do not fit {name!r}", "This raises TypeError in Python.")
    return method(scope, node, receiver, args, hint)


def update_name(scope: Scope, s: Any, old: Value, operand: Value) -> bool:
    """`xs += ys`, `xs *= n`, `d |= e` of a list or dict, which changes it; False if it is neither."""
    t = type_of(old)
    if isinstance(t, ab.Mapping) and isinstance(s.op, gast.BitOr):
        update(scope, s, old, [operand], {})
    elif isinstance(t, ab.ListOf) or isinstance(t, ab.Seq) and t.kind == "list":
        if isinstance(s.op, gast.Add) and not isinstance(type_of(operand), ab.Array):
            extend(scope, s, old, [operand], "")
        elif isinstance(s.op, gast.Mult) and isinstance(n := static(operand), int):
            receiver = changed(scope, s, old)
            if not isinstance(receiver, Pack):
                scope.refuse(s, "a list whose length is not known is repeated in place", "Write a loop.")
            put(scope, s, receiver, receiver.items * n)
        else:
            hint = "Make an array of it with np.array."
            scope.refuse(s, "this changes a list in place, which is not supported yet", hint, errors.NotSupportedYet)
    else:
        return False
    return True


