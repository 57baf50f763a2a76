"""Methods and operators that change a list or dict: `xs.append(v)`, `d.update(e)`, `xs += ys`.

    ys = [x]                       the container of ys holds x
    v = ys.pop()           ->      it holds nothing, and v is x

Of a list whose length is not known a method is an operation: `ys2 = shortened(ys1)`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import gast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Slice, Var
from pullback.transpile.lower.changes import (
    KEYS,
    as_list,
    changed,
    check_item,
    entries_of,
    part,
    put,
    rebind_list,
    replace_list,
    take_item,
    take_key,
)
from pullback.transpile.lower.containers import as_atom, items_of
from pullback.transpile.lower.identity import container_of, hold, now, owned
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.values import UNDECIDED, Pack, Value, static, type_of

Keywords = Mapping[str, Value]
BACKWARDS = Slice(None, None, Lit(-1))


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
    check_item(scope, node, receiver, value)
    replace_list(scope, node, receiver, prims.appended, value, items=(value,))
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
    check_item(scope, node, before, Var("", other.type.item))  # type: ignore[union-attr]
    replace_list(scope, node, before, operator.add, other, lists=(other,))
    return NONE


def insert(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.insert(k, v)`."""
    place, item = args
    receiver, k = changed(scope, node, receiver), static(place)
    if isinstance(receiver, Pack) and isinstance(k, int):
        items = list(receiver.items)
        items.insert(k, item)
        put(scope, node, receiver, items)
        return NONE
    if ab.kind_of(type_of(place)) not in ("int", "bool"):
        scope.refuse(node, "a value is inserted at what is not known to be an integer", "Use int(...).")
    before, value = as_list(scope, node, receiver), as_atom(scope, node, item)
    check_item(scope, node, before, value)
    replace_list(scope, node, before, prims.inserted, as_atom(scope, node, place), value, items=(value,))
    return NONE


def pop(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`xs.pop(k)`, `d.pop(key)`, `d.pop(key, default)`."""
    receiver = changed(scope, node, receiver)
    keys = [static(a) for a in args[:1]]
    if isinstance(receiver, Pack) and receiver.kind == "dict":
        if len(args) not in (1, 2) or keys[0] is UNDECIDED:
            scope.need_known(node, "a key that depends on the run is not supported yet", KEYS)
        if len(args) == 2 and keys[0] not in receiver.keys:
            return args[1]
        return take_key(scope, node, receiver, keys[0])
    return take_item(scope, node, receiver, args[0] if args else Lit(-1), hint)


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
    if isinstance(receiver, Pack):
        put(scope, node, receiver, receiver.items[::-1])
    else:
        assert isinstance(receiver, Var)
        rebind_list(scope, node, receiver, part(scope, node, receiver, BACKWARDS, receiver.hint))
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


def set_default(scope: Scope, node: Any, receiver: Value, args: list[Value], hint: str) -> Value:
    """`d.setdefault(key, default)`."""
    receiver = changed(scope, node, receiver)
    assert isinstance(receiver, Pack)
    key = static(args[0])
    if not isinstance(key, str | int):
        scope.need_known(node, "a key that depends on the run is not supported yet", KEYS)
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
    return Pack("tuple", (Lit(key), take_key(scope, node, receiver, key)))


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
