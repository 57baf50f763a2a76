"""Conditions: tests, `a if c else b`, `and`, `or`; what the types decide leaves no branch behind.

    if x > 0 and (y := f(x)) > 1:        test, y = if x > 0: f(x) > 1, f(x)
        return y                   ->              else: False, None
                                         if test: y
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit
from pullback.transpile.lower import folding, operators, walruses
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.current import unusable_part
from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.memory import Cell
from pullback.transpile.lower.merging import ONE_STRUCTURE, append_if, merge, of_one_structure
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Inner, Name, Unbound, hint_of
from pullback.transpile.lower.values import UNDECIDED, Value, class_of, type_of
from pullback.transpile.objects import is_named_tuple

_MOST_NESTED = 8  # operands of `and`, `or`; more of them are taken as two halves, so that no number is too many


def condition(scope: Scope, node: Any) -> bool | Atom:
    """A test: a bool where it is decided while lowering, else an atom that is true or false."""
    if isinstance(node, gast.BoolOp):
        tests = [partial(condition, scope, n) for n in node.values]
        return connected(scope, tests, isinstance(node.op, gast.And), node)
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
        return negated(scope, node, "")
    return truth(scope, node, scope.expression(node))


def negated(scope: Scope, node: Any, hint: str) -> bool | Atom:
    """`not a`, as a test."""
    test = condition(scope, node.operand)
    if isinstance(test, bool):
        return not test
    out = scope.op(operator.not_, (test,), (), hint, node)
    for name in walruses.set_in(scope, node):
        walruses.turn(scope, name, test, out)
    return out


def truth(scope: Scope, node: Any, value: Value) -> bool | Atom:
    """Is a value true? Of a list whose length is not known, whether it has items."""
    cls = class_of(value)
    if cls is not None and not is_named_tuple(cls):
        for name in ("__bool__", "__len__"):
            found = operators.special(scope, node, value, name, [])
            if found is not None:
                return truth(scope, node, found)
        return True
    known = folding.truth(value)
    if known is not UNDECIDED:
        return bool(known)
    if isinstance(type_of(value), ab.ListOf):
        return scope.op(len, (as_atom(scope, node, value),), (), "", node)
    if isinstance(type_of(value), ab.Unknown) and scope.is_template:
        scope.refuse(node, "undecided")
    return as_atom(scope, node, value)


def check_binds_nothing(scope: Scope, node: Any, inner: Inner) -> None:
    """Refuse a part of an expression that may not be computed where it binds a name that stood for something before."""
    for name in inner.names:
        if not isinstance(name, Cell) and scope.env.get(name) is not None:
            what = f"binds {hint_of(name)!r} of a function around it, which is not supported yet"
            scope.refuse(node, f"a function that is called here under a condition {what}", "Call it in an `if`.")


def connected(scope: Scope, tests: Sequence[Callable[[], bool | Atom]], all_of: bool, node: Any) -> bool | Atom:
    """`a and b` (`a or b`) as a test: `b` is looked at only if `a` does not decide."""
    return _connected(scope, tests, all_of, node, walruses.set_in(scope, node)) if tests else all_of


def _connected(
    scope: Scope, tests: Sequence[Callable[[], bool | Atom]], all_of: bool, node: Any, names: Sequence[Variable]
) -> bool | Atom:
    if len(tests) == 1:
        return tests[0]()
    some = 1 if len(tests) <= _MOST_NESTED else len(tests) // 2
    first = _connected(scope, tests[:some], all_of, node, names)
    more = partial(_connected, scope, tests[some:], all_of, node, names)
    if isinstance(first, bool):
        return more() if first is all_of else first
    found: list[bool | Atom] = []

    def others() -> None:
        walruses.assume(scope, names, first, all_of)
        found.append(more())

    rest = scope.inside(others)
    second = Lit(found[0]) if isinstance(found[0], bool) else found[0]
    if second == Lit(all_of) and not rest.body and not _binds(scope, rest, names):
        return first
    decided = Inner([], {}, None)
    inners = (rest, decided) if all_of else (decided, rest)
    results = (second, Lit(False)) if all_of else (Lit(True), second)
    return cast(Atom, _either(scope, node, first, inners, results, "", names, all_of))


def _binds(scope: Scope, inner: Inner, names: Sequence[Variable]) -> bool:
    return any(n in names or scope.env.get(n) is not None for n in inner.names)


def choose(
    scope: Scope, node: Any, cond: Atom, then: Inner, orelse: Inner, results: tuple[Atom, Atom], hint: str = ""
) -> Atom:
    """Append an `if` with one result."""
    return cast(Atom, _either(scope, node, cond, (then, orelse), results, hint))


def _either(
    scope: Scope,
    node: Any,
    test: Atom,
    inners: Sequence[Inner],
    results: tuple[Value, Value],
    hint: str,
    set_here: Sequence[Variable] = (),
    all_of: bool | None = None,
) -> Value:
    """The value of one expression or another, with what functions that they call bind of those around them.

    `set_here`: the names that `:=` sets in them; `all_of`: they are `a and b` (True) or `a or b`.
    """
    names = _bound_before(scope, node, inners, set_here)
    pairs = [(*results, hint), *((x, y, hint_of(n)) for n, (x, y) in names.items())]
    first, *others = merge(scope, node, inners, pairs)
    only = {} if all_of is None else walruses.of_one_side(scope, set_here, inners, results, all_of)
    append_if(scope, node, test, inners, (first, *others, *only.values()))
    for m in (first, *others):
        for out, x, y in zip(m.outs, *m.sides, strict=True):
            scope.numbers.hand_on(out, (x, y))
    for name, m in zip(names, others, strict=True):
        scope.bind(name, m.value)
    for name, m in only.items():
        walruses.note(scope, name, cast(Atom, first.value), all_of is True, m.value)
    return first.value


def _bound_before(
    scope: Scope, node: Any, inners: Sequence[Inner], set_here: Sequence[Variable]
) -> dict[Name, tuple[Value, Value]]:
    """Names that stood for something before, as either expression leaves them; one that is lost is not to be read."""
    out: dict[Name, tuple[Value, Value]] = {}
    for name in dict.fromkeys((*inners[0].names, *inners[1].names)):
        before = scope.env.get(name)
        if isinstance(name, Cell):
            continue
        if name in set_here and (before is None or isinstance(before, Unbound)):
            scope.bind(name, walruses.lost(node))
            continue
        if before is None:
            continue
        sides = [i.names.get(name, before) for i in inners]
        lost = next((x for x in sides if isinstance(x, Unbound)), None)
        for inner, x in zip(inners, sides, strict=True):
            if lost is None and not isinstance(x, Unbound):
                lost = scope.into(inner, partial(unusable_part, scope, x))
        a, b = sides
        if isinstance(a, Unbound) or isinstance(b, Unbound) or lost is not None:
            scope.bind(name, lost or before)
        elif of_one_structure(a, b):
            out[name] = (a, b)
        else:
            reason = f"has another structure as the condition on line {node.lineno} has it"
            scope.bind(name, Unbound(reason, ONE_STRUCTURE, may_be_unbound=False))
    return out


def connective(scope: Scope, node: Any, hint: str) -> Value:
    """The value of `a and b`, `a or b`: the operand that decides."""
    all_of = isinstance(node.op, gast.And)
    names = walruses.set_in(scope, node)
    value = scope.expression(node.values[0])
    for operand in node.values[1:]:
        test = truth(scope, node, value)
        if test is (not all_of):
            return value
        if isinstance(test, bool):
            value = scope.expression(operand, hint)
            continue
        same = scope.inside(_nothing)
        values: list[Value] = []
        rest = scope.inside(partial(_operand, scope, operand, names, test, all_of, values))
        inners, results = (same, rest), (value, values[0])
        if all_of:
            inners, results = inners[::-1], results[::-1]
        value = _either(scope, node, test, inners, results, hint, names, all_of)
    for name in names:
        walruses.forget(scope, name)
    return value


def _nothing() -> None:
    return None


def _operand(
    scope: Scope, node: Any, names: Sequence[Variable], test: Atom, all_of: bool, values: list[Value]
) -> None:
    walruses.assume(scope, names, test, all_of)
    values.append(scope.expression(node))


def ternary(scope: Scope, node: Any, hint: str) -> Value:
    """The value of `a if c else b`."""
    test = condition(scope, node.test)
    if isinstance(test, bool):
        return scope.expression(node.body if test else node.orelse, hint)
    names = walruses.set_in(scope, node.test)
    values: list[Value] = []
    sides = ((node.body, True), (node.orelse, False))
    inners = [scope.inside(partial(_operand, scope, n, names, test, side, values)) for n, side in sides]
    return _either(scope, node, test, inners, (values[0], values[1]), hint, walruses.set_in(scope, node))


def branches(
    scope: Scope, node: Any, test: Atom, then: Callable[[], Value], orelse: Callable[[], Value], hint: str
) -> Value:
    """Append an `if` between two expressions, and give its value."""
    values: list[Value] = []
    inners = [scope.inside(partial(_keep, f, values)) for f in (then, orelse)]
    return _either(scope, node, test, inners, (values[0], values[1]), hint)


def _keep(lower: Callable[[], Value], values: list[Value]) -> None:
    values.append(lower())
