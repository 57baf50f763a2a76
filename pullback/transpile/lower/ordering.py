"""`sorted`, and `min` and `max` with a key: values in the order of their keys.

Where the keys are known only to the run, their order is a list of indices:

    ys = sorted(xs, key=f)       ->      order = runtime.order([f(xs[0]), …]);  ys = [xs[order[0]], …]
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Lit, Var
from pullback.transpile.lower import comprehensions, control, folding
from pullback.transpile.lower.changes import changed, list_type, put, rebind_list
from pullback.transpile.lower.containers import as_atom, items_of
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.values import UNDECIDED, Pack, Value, static, type_of

Keywords = Mapping[str, Value]


def in_order(scope: Scope, node: Any, args: Sequence[Value], keywords: Keywords, hint: str) -> Value | None:
    """`sorted(xs, key=f, reverse=True)` of items whose number is known."""
    if len(args) != 1 or keywords.keys() - {"key", "reverse"}:
        scope.refuse(node, "the arguments do not fit sorted", "This raises TypeError in Python.")
    items = items_of(scope, node, args[0])
    if items is None:
        return _of_any_length(scope, node, args[0], keywords, hint)
    return Pack("list", tuple(ordered(scope, node, items, keywords, hint)))


def sort(scope: Scope, node: Any, receiver: Value, args: Sequence[Value], keywords: Keywords) -> Value:
    """`xs.sort(key=f, reverse=True)`."""
    if args or keywords.keys() - {"key", "reverse"}:
        scope.refuse(node, "the arguments do not fit 'sort'", "This raises TypeError in Python.")
    receiver = changed(scope, node, receiver)
    if isinstance(receiver, Pack):
        put(scope, node, receiver, ordered(scope, node, receiver.items, keywords, ""))
    else:
        assert isinstance(receiver, Var)
        after = as_atom(scope, node, _of_any_length(scope, node, receiver, keywords, receiver.hint))
        assert isinstance(after, Var)
        rebind_list(scope, node, receiver, after)
    return NONE


def _of_any_length(scope: Scope, node: Any, value: Value, keywords: Keywords, hint: str) -> Value:
    """The items of a list or array in order, where how many there are is not known."""
    if isinstance(type_of(value), ab.Array) and ab.rank(type_of(value)):
        value = comprehensions.listed(scope, node, value, "")
    if not isinstance(type_of(value), ab.ListOf):
        scope.refuse(node, "what is sorted is not known to be a list or array", "An annotation gives the type.")
    keys = keys_of_list(scope, node, value, keywords)
    order = _order(scope, node, keys, _backwards(scope, node, keywords))
    return comprehensions.in_order(scope, node, value, order, hint)


def keys_of_list(scope: Scope, node: Any, value: Value, keywords: Keywords) -> Atom:
    """By what each item of a list whose length is not known is compared, as another list."""
    key = keywords.get("key", Lit(None))
    keys = as_atom(scope, node, value if static(key) is None else comprehensions.keys(scope, node, value, key))
    if not isinstance(keys.type, ab.ListOf) or not _is_comparable(keys.type.item):
        scope.refuse(node, "an order by what is no number is not supported yet", "Write a comparison.")
    return keys


def _is_comparable(t: ab.Type) -> bool:
    """Is this a number, or a tuple of numbers?"""
    return ab.rank(t) == 0 or isinstance(t, ab.Seq) and all(map(_is_comparable, t.items))


def best_of_list(scope: Scope, node: Any, value: Value, keywords: Keywords, fn: Any, hint: str) -> Value:
    """`max(xs, key=f, default=v)` of a list whose length is not known."""
    if "default" in keywords:
        rest = {k: x for k, x in keywords.items() if k != "default"}
        some = control.truth(scope, node, value)
        assert not isinstance(some, bool)
        sides = (lambda: best_of_list(scope, node, value, rest, fn, hint), lambda: keywords["default"])
        return control.branches(scope, node, some, *sides, hint)
    if static(keywords.get("key", Lit(None))) is None:
        return comprehensions.extreme(scope, node, value, hint)
    atom, keys = as_atom(scope, node, value), keys_of_list(scope, node, value, keywords)
    assert isinstance(atom.type, ab.ListOf)
    assert isinstance(keys.type, ab.ListOf)
    most = scope.op(fn, (keys,), (), "", node, keys.type.item)
    place = scope.op(list.index, (keys, most), (), "", node, ab.INT)
    return scope.op(prims.item, (atom, place), (), hint, node, atom.type.item)


def ordered(scope: Scope, node: Any, items: Sequence[Value], keywords: Keywords, hint: str) -> Sequence[Value]:
    """The items in the order of their keys."""
    backwards = _backwards(scope, node, keywords)
    keys = keys_of(scope, node, items, keywords)
    known = [static(k) for k in keys]
    if UNDECIDED not in known and all(map(folding.exact, known)):
        return [items[k] for k in _order_of_known(scope, node, known, backwards)]
    if len(items) < 2:
        return items
    order = _order(scope, node, _list_of(scope, node, keys), backwards)
    these = _list_of(scope, node, items)
    out: list[Value] = []
    for k in range(len(items)):
        place = scope.op(prims.item, (order, Lit(k)), (), "", node, ab.INT)
        assert isinstance(these.type, ab.ListOf)
        out.append(scope.op(prims.item, (these, place), (), hint, node, these.type.item))
    return out


def _backwards(scope: Scope, node: Any, keywords: Keywords) -> bool:
    found = static(keywords.get("reverse", Lit(False)))
    if not isinstance(found, bool | int):
        scope.need_known(node, "an order that depends on the run is not supported yet", "Write reverse=True or False.")
    return bool(found)


def _order(scope: Scope, node: Any, keys: Atom, backwards: bool) -> Var:
    """The indices of the keys in the order of these."""
    return scope.op(runtime.order, (keys, Lit(True)) if backwards else (keys,), (), "places", node)


def _order_of_known(scope: Scope, node: Any, keys: Sequence[Any], backwards: bool) -> Sequence[int]:
    try:
        return sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)
    except TypeError as e:
        scope.refuse(node, str(e), "This raises TypeError in Python.")


def _list_of(scope: Scope, node: Any, items: Sequence[Value]) -> Var:
    """The items as a list that is one atom."""
    atom = as_atom(scope, node, Pack("list", tuple(items)))
    assert isinstance(atom, Var)
    return scope.op(prims.alias, (atom,), (), "", node, list_type(scope, node, atom.type))


def keys_of(scope: Scope, node: Any, items: Sequence[Value], keywords: Keywords) -> Sequence[Value]:
    """By what each item is compared."""
    key = keywords.get("key", Lit(None))
    if static(key) is None:
        return items
    return [scope.call(node, key, [x], {}, "") for x in items]


def best(scope: Scope, node: Any, items: Sequence[Value], keywords: Keywords, fn: Any, hint: str) -> Value:
    """`min`, `max` with a key: the first of those with the least, or the greatest, key."""
    better = operator.lt if fn is min else operator.gt
    keys = keys_of(scope, node, items, keywords)
    if not all(isinstance(type_of(k), ab.Static) or ab.rank(type_of(k)) == 0 for k in keys):
        scope.refuse(node, f"{fn.__name__} by keys that are no numbers is not supported yet", "Write a comparison.")
    first = Pack("tuple", (items[0], keys[0]))
    for item, key in zip(items[1:], keys[1:], strict=True):
        first = _better(scope, node, better, Pack("tuple", (item, key)), first)
    return first.items[0]


def _better(scope: Scope, node: Any, better: Any, new: Pack, first: Pack) -> Pack:
    """Of two pairs of an item and its key, the first one unless the other is better."""
    known = folding.compare(better, new.items[1], first.items[1])
    if known is not UNDECIDED:
        return new if known else first
    operands = tuple(as_atom(scope, node, x.items[1]) for x in (new, first))
    test = scope.op(better, operands, (), "", node)
    out = control.branches(scope, node, test, lambda: new, lambda: first, "")
    assert isinstance(out, Pack)
    return out
