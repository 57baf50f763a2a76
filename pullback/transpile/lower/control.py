"""Conditions: tests, `a if c else b`, `and`, `or`; what the types decide leaves no branch behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit
from pullback.transpile.lower import folding
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.merging import append_if, merge
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Inner, Unbound
from pullback.transpile.lower.values import UNDECIDED, Value, type_of


def condition(scope: Scope, node: Any) -> bool | Atom:
    """A test: a bool where it is decided while lowering, else an atom that is true or false."""
    if isinstance(node, gast.BoolOp):
        tests = [partial(condition, scope, n) for n in node.values]
        return connected(scope, tests, isinstance(node.op, gast.And), node)
    return truth(scope, node, scope.expression(node))


def truth(scope: Scope, node: Any, value: Value) -> bool | Atom:
    """Is a value true? Of a list whose length is not known, whether it has items."""
    known = folding.truth(value)
    if known is not UNDECIDED:
        return bool(known)
    if isinstance(type_of(value), ab.ListOf):
        return scope.op(len, (as_atom(scope, node, value),), (), "", node)
    if isinstance(type_of(value), ab.Unknown) and scope.is_template:
        scope.refuse(node, "undecided")
    return as_atom(scope, node, value)


def connected(scope: Scope, tests: Sequence[Callable[[], bool | Atom]], all_of: bool, node: Any) -> bool | Atom:
    """`a and b` (`a or b`) as a test: `b` is looked at only if `a` does not decide."""
    if not tests:
        return all_of
    first = tests[0]()
    if len(tests) == 1:
        return first
    if isinstance(first, bool):
        return connected(scope, tests[1:], all_of, node) if first is all_of else first
    found: list[bool | Atom] = []
    rest = scope.inside(lambda: found.append(connected(scope, tests[1:], all_of, node)))
    second = Lit(found[0]) if isinstance(found[0], bool) else found[0]
    if second == Lit(all_of) and not rest.body:
        return first
    decided = Inner([], {}, None)
    then, orelse = (rest, decided) if all_of else (decided, rest)
    results = (second, Lit(False)) if all_of else (Lit(True), second)
    return choose(scope, node, first, then, orelse, results)


def choose(
    scope: Scope, node: Any, cond: Atom, then: Inner, orelse: Inner, results: tuple[Atom, Atom], hint: str = ""
) -> Atom:
    """Append an `if` with one result."""
    lose_names(scope, node, (then, orelse))
    merged = merge(scope, node, (then, orelse), [(results[0], results[1], hint)])
    append_if(scope, node, cond, (then, orelse), merged)
    return cast(Atom, merged[0].value)


def connective(scope: Scope, node: Any, hint: str) -> Value:
    """The value of `a and b`, `a or b`: the operand that decides."""
    all_of = isinstance(node.op, gast.And)
    value = scope.expression(node.values[0])
    for operand in node.values[1:]:
        test = truth(scope, node, value)
        if test is (not all_of):
            return value
        if isinstance(test, bool):
            value = scope.expression(operand, hint)
            continue
        sides = (partial(_same, value), partial(scope.expression, operand))
        value = branches(scope, node, test, *(sides[::-1] if all_of else sides), hint)
    return value


def _same(value: Value) -> Value:
    return value


def ternary(scope: Scope, node: Any, hint: str) -> Value:
    """The value of `a if c else b`."""
    test = condition(scope, node.test)
    if isinstance(test, bool):
        return scope.expression(node.body if test else node.orelse, hint)
    return branches(scope, node, test, lambda: scope.expression(node.body), lambda: scope.expression(node.orelse), hint)


def branches(
    scope: Scope, node: Any, test: Atom, then: Callable[[], Value], orelse: Callable[[], Value], hint: str
) -> Value:
    """Append an `if` between two expressions, and give its value."""
    values: list[Value] = []
    inners = [scope.inside(partial(_keep, f, values)) for f in (then, orelse)]
    lose_names(scope, node, inners)
    merged = merge(scope, node, inners, [(values[0], values[1], hint)])
    append_if(scope, node, test, inners, merged)
    for out, x, y in zip(merged[0].outs, *merged[0].sides, strict=True):
        scope.numbers.hand_on(out, (x, y))
    return merged[0].value


def lose_names(scope: Scope, node: Any, inners: Sequence[Inner]) -> None:
    """A name that `:=` binds in a part of an expression that may not be looked at cannot be read after it."""
    reason = f"is set by `:=` in a part of the expression on line {node.lineno} that may not be looked at"
    for name in {n for i in inners for n in i.names if isinstance(n, str)}:
        scope.bind(name, Unbound(reason, "Assign to it in a statement of its own."))


def _keep(lower: Callable[[], Value], values: list[Value]) -> None:
    values.append(lower())
