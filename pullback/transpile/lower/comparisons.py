"""Comparisons: `<`, `==`, `is`, `in`, and chains of them; known where the types decide."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit, OpFunction
from pullback.transpile.lower import control, folding, operators
from pullback.transpile.lower.containers import as_atom, as_operand, explode, items_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import UNDECIDED, Instance, Pack, Value, class_of, is_atom, static, type_of

_COMPARE: dict[type, OpFunction] = {
    gast.Lt: operator.lt, gast.LtE: operator.le, gast.Gt: operator.gt, gast.GtE: operator.ge,
    gast.Eq: operator.eq, gast.NotEq: operator.ne,
}  # fmt: skip


_MIRRORED: dict[OpFunction, OpFunction] = {
    operator.lt: operator.gt, operator.le: operator.ge, operator.gt: operator.lt, operator.ge: operator.le,
    operator.eq: operator.eq, operator.ne: operator.ne,
}  # fmt: skip


def compare(scope: Scope, node: Any, hint: str) -> Value:
    """`a < b`, or `a < b < c`: each operand is looked at once, and the second comparison only if the first holds."""
    left = scope.expression(node.left)
    return _chain(scope, node, left, list(zip(node.ops, node.comparators, strict=True)), hint)


def _chain(scope: Scope, node: Any, left: Value, rest: Sequence[tuple[Any, Any]], hint: str) -> Value:
    op, right_node = rest[0]
    right = scope.expression(right_node)
    first = comparison(scope, node, type(op), left, right, hint if len(rest) == 1 else "")
    if len(rest) == 1:
        return first
    test = control.truth(scope, node, first)
    if isinstance(test, bool):
        return _chain(scope, node, right, rest[1:], hint) if test else first
    return control.branches(
        scope, node, test, lambda: _chain(scope, node, right, rest[1:], ""), lambda: Lit(False), hint
    )


def comparison(scope: Scope, node: Any, op: type, a: Value, b: Value, hint: str) -> Value:
    """The value of one comparison; known where the types decide."""
    if op in (gast.Is, gast.IsNot):
        return _identity(scope, node, op is gast.Is, a, b, hint)
    if op in (gast.In, gast.NotIn):
        return _membership(scope, node, op is gast.In, a, b, hint)
    fn = _COMPARE[op]
    found = operators.special(scope, node, a, f"__{fn.__name__}__", [b])
    if found is None and class_of(b) is not None:
        found = operators.special(scope, node, b, f"__{_MIRRORED[fn].__name__}__", [a])
    if found is not None:
        return found
    if class_of(a) is not None or class_of(b) is not None:
        scope.refuse(node, "a comparison of objects is not supported yet", "Compare their attributes.")
    known = folding.compare(fn, a, b)
    if known is not UNDECIDED:
        return Lit(bool(known))
    scope.undecided(node, a, b)
    structures = (ab.Seq, ab.ListOf, ab.Mapping)
    if isinstance(type_of(a), structures) and isinstance(type_of(b), structures):
        return _compare_structures(scope, node, fn, a, b, hint)
    return scope.op(fn, (as_operand(scope, node, a), as_operand(scope, node, b)), (), hint, node)


def _compare_structures(scope: Scope, node: Any, fn: OpFunction, a: Value, b: Value, hint: str) -> Value:
    a, b = explode(scope, node, a), explode(scope, node, b)
    if (
        not (isinstance(a, Pack) and isinstance(b, Pack))
        or fn not in (operator.eq, operator.ne)
        or "dict" in (a.kind, b.kind)
    ):
        scope.refuse(node, "this comparison of containers is not supported yet", "Compare their items.")
    if a.kind != b.kind or len(a.items) != len(b.items):
        return Lit(fn is operator.ne)
    pairs = list(zip(a.items, b.items, strict=True))
    if any(not isinstance(type_of(x), ab.Scalar | ab.Static) for pair in pairs for x in pair):
        scope.refuse(node, "this comparison of containers is not supported yet", "Compare their items.")
    equal = _all_equal(scope, node, pairs)
    if fn is operator.eq:
        return equal
    return Lit(not equal.value) if isinstance(equal, Lit) else scope.op(operator.not_, (equal,), (), hint, node)


def _all_equal(scope: Scope, node: Any, pairs: Sequence[tuple[Value, Value]]) -> Atom:
    undecided = [(x, y) for x, y in pairs if folding.compare(operator.eq, x, y) is not True]
    if not undecided:
        return Lit(True)
    first = as_atom(scope, node, comparison(scope, node, gast.Eq, *undecided[0], ""))
    if len(undecided) == 1:
        return first
    value = control.branches(scope, node, first, lambda: _all_equal(scope, node, undecided[1:]), lambda: Lit(False), "")
    return as_atom(scope, node, value)


def _identity(scope: Scope, node: Any, positive: bool, a: Value, b: Value, hint: str) -> Value:
    known: object = UNDECIDED
    for x, y in ((a, b), (b, a)):
        if isinstance(y, Lit) and y.value is None:
            known = folding.is_none(x)
    if known is UNDECIDED:
        p, q = static(a), static(b)
        if p is not UNDECIDED and q is not UNDECIDED:
            known = p is q
        elif a is b and is_atom(a):
            known = True
        elif isinstance(a, Instance) and isinstance(b, Instance) and b.frame not in scope.one_of.get(a.frame, ()):
            known = a.frame is b.frame
    if known is not UNDECIDED:
        return Lit(known is positive)
    if not any(isinstance(x, Lit) and x.value is None for x in (a, b)):
        scope.refuse(node, "`is` between these values is not supported yet", "Compare with `==`, or with None.")
    if scope.is_template:
        scope.refuse(node, "undecided")
    op = operator.is_ if positive else operator.is_not
    return scope.op(op, (as_atom(scope, node, a), as_atom(scope, node, b)), (), hint, node, ab.BOOL)


def _membership(scope: Scope, node: Any, positive: bool, a: Value, b: Value, hint: str) -> Value:
    x, y = static(a), static(b)
    if x is not UNDECIDED and isinstance(y, str | tuple | list | dict | set | frozenset):
        try:
            return Lit((x in y) is positive)
        except TypeError as e:
            scope.refuse(node, str(e), "This raises TypeError in Python.")
    match type_of(b):
        case ab.Mapping(items=entries) if x is not UNDECIDED:
            return Lit((x in [k for k, _ in entries]) is positive)
    items = items_of(scope, node, b)
    if items is None or not all(isinstance(type_of(i), ab.Scalar | ab.Static) for i in (a, *items)):
        scope.refuse(node, "`in` is not supported yet for this container", "Compare with its items.")
    found = _any_equal(scope, node, a, items)
    if positive:
        return found
    return Lit(not found.value) if isinstance(found, Lit) else scope.op(operator.not_, (found,), (), hint, node)


def _any_equal(scope: Scope, node: Any, a: Value, items: Sequence[Value]) -> Atom:
    if not items:
        return Lit(False)
    first = comparison(scope, node, gast.Eq, a, items[0], "")
    test = control.truth(scope, node, first)
    if isinstance(test, bool):
        return Lit(True) if test else _any_equal(scope, node, a, items[1:])
    if len(items) == 1:
        return test
    value = control.branches(scope, node, test, lambda: Lit(True), lambda: _any_equal(scope, node, a, items[1:]), "")
    return as_atom(scope, node, value)
