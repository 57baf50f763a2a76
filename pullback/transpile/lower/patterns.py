"""The tests that patterns of `match` make, see `cases`; known where the types decide."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit
from pullback.transpile.lower import cases, comparisons
from pullback.transpile.lower.containers import as_atom, items_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import End
from pullback.transpile.lower.values import BOTTOM, Pack, Value, static, type_of

_CONTAINERS = (ab.Seq, ab.ListOf, ab.Mapping)


def equals(scope: Scope, node: Any, hint: str) -> Value:
    """A pattern that is a value."""
    a, b = scope.expression(node.left), scope.expression(node.right)
    if isinstance(type_of(a), _CONTAINERS) != isinstance(type_of(b), _CONTAINERS):
        return Lit(False)
    return comparisons.comparison(scope, node, gast.Eq, a, b, hint)


def has_length(scope: Scope, node: Any, hint: str) -> Value:
    """A pattern of items: does the value have as many?"""
    value = scope.expression(node.value)
    match type_of(value):
        case ab.Seq(items=items):
            return Lit(len(items) >= node.length if node.at_least else len(items) == node.length)
        case ab.ListOf():
            length = scope.op(len, (as_atom(scope, node, value),), (), "", node)
            op = operator.ge if node.at_least else operator.eq
            return scope.op(op, (length, Lit(node.length)), (), hint, node)
    return _neither(scope, node, value)


def has_keys(scope: Scope, node: Any, hint: str) -> Value:
    """A pattern of keys: is the value a dict that has them?"""
    value = scope.expression(node.value)
    keys = [static(scope.expression(k)) for k in node.keys]
    match type_of(value):
        case ab.Mapping(items=entries):
            return Lit({k for k, _ in entries}.issuperset(keys))
    return _neither(scope, node, value)


def _neither(scope: Scope, node: Any, value: Value) -> Value:
    """The test of a value that is no such container; what a recursive call gives may yet turn out to be one."""
    if isinstance(type_of(value), ab.Unknown):
        hint = "An annotation or a signature gives the type."
        message = "whether this pattern fits depends on the type of the value, which is not known"
        scope.refuse(node, message, hint, errors.SignatureNeeded)
    return Lit(type_of(value) is BOTTOM)


def rest(scope: Scope, node: Any, hint: str) -> Value:
    """`*rest` in a pattern: the items that the others leave."""
    value = scope.expression(node.value)
    items = items_of(scope, node, value)
    if items is None:
        scope.refuse(node, "`*` in a pattern for a list of unknown length is not supported yet", "Loop over the list.")
    return Pack("list", tuple(items[node.start : len(items) - node.left_out]))


def refuse_match(scope: Scope, s: Any) -> End:
    """A `match` with a pattern that is not supported."""
    why = cases.why_unsupported(scope.source, s)
    scope.refuse(why.node, why.message, why.hint)


HANDLERS: dict[type, Callable[[Scope, Any, str], Value]] = {
    cases.Equals: equals,
    cases.HasLength: has_length,
    cases.HasKeys: has_keys,
    cases.Rest: rest,
}
