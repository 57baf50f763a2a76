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
from pullback.transpile.core import Lit, Var
from pullback.transpile.lower import control, folding
from pullback.transpile.lower.changes import changed, list_type, put
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
        scope.refuse(node, "sorted of a list or array whose length is not known is not supported yet", "Use np.sort.")
    return Pack("list", tuple(ordered(scope, node, items, keywords, hint)))


def sort(scope: Scope, node: Any, receiver: Value, args: Sequence[Value], keywords: Keywords) -> Value:
    """`xs.sort(key=f, reverse=True)`."""
    if args or keywords.keys() - {"key", "reverse"}:
        scope.refuse(node, "the arguments do not fit 'sort'", "This raises TypeError in Python.")
    receiver = changed(scope, node, receiver)
    if not isinstance(receiver, Pack):
        hint = "Use np.sort."
        scope.refuse(node, "a list whose length is not known is sorted, which is not supported yet", hint)
    put(scope, node, receiver, ordered(scope, node, receiver.items, keywords, ""))
    return NONE


def ordered(scope: Scope, node: Any, items: Sequence[Value], keywords: Keywords, hint: str) -> Sequence[Value]:
    """The items in the order of their keys."""
    backwards = static(keywords.get("reverse", Lit(False)))
    if not isinstance(backwards, bool | int):
        scope.need_known(node, "an order that depends on the run is not supported yet", "Write reverse=True or False.")
    keys = keys_of(scope, node, items, keywords)
    known = [static(k) for k in keys]
    if UNDECIDED not in known and all(map(folding.exact, known)):
        return [items[k] for k in _order_of_known(scope, node, known, bool(backwards))]
    if len(items) < 2:
        return items
    order = scope.op(runtime.order, (_list_of(scope, node, keys), Lit(bool(backwards))), (), "order", node)
    these = _list_of(scope, node, items)
    out: list[Value] = []
    for k in range(len(items)):
        place = scope.op(prims.item, (order, Lit(k)), (), "", node, ab.INT)
        assert isinstance(these.type, ab.ListOf)
        out.append(scope.op(prims.item, (these, place), (), hint, node, these.type.item))
    return out


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
