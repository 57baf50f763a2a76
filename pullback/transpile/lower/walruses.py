"""Names that `:=` sets in a part of a condition: they have a value where the condition says that it was looked at.

    if x > 0 and (y := f(x)) > 1:        test, y = if x > 0: f(x) > 1, f(x)
        return y                   ->              else: False, None
                                         if test: y

Where the test has come out the other way, and after the branches, the name may not be set: a read of it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import gast

from pullback.transpile.core import Atom, Var
from pullback.transpile.lower.current import unusable_part
from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.jumps import OneSided
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Inner, Unbound, hint_of
from pullback.transpile.lower.values import Value


def set_in(scope: Scope, node: Any) -> list[Variable]:
    """The names that `:=` sets in an expression."""
    found = (n.target.id for n in gast.walk(node) if isinstance(n, gast.NamedExpr))
    return [scope.variable(name) for name in dict.fromkeys(found)]


def lost(node: Any) -> Unbound:
    """What a name stands for that `:=` sets in a part of an expression that may not be looked at."""
    reason = f"is set by `:=` in a part of the expression on line {node.lineno} that may not be looked at"
    return Unbound(reason, "Assign to it in a statement of its own.")


def of_one_side(
    scope: Scope, names: Sequence[Variable], inners: Sequence[Inner], results: Sequence[Value], all_of: bool
) -> dict[Variable, OneSided]:
    """The names that the second operand of `and` (`or`) sets wherever it does not decide otherwise than that says."""
    side = 0 if all_of else 1
    inner = inners[side]
    out: dict[Variable, OneSided] = {}
    for name in names:
        found = inner.names.get(name)
        if isinstance(found, Unbound):
            where = found.where
            found = where[2] if where is not None and where[:2] == (results[side], all_of) else None
        is_new = scope.env.get(name) is None or isinstance(scope.env.get(name), Unbound)
        if found is not None and is_new and scope.into(inner, partial(unusable_part, scope, found)) is None:
            out[name] = OneSided(scope, inner, side, found, hint_of(name))
    return out


def note(scope: Scope, name: Variable, test: Atom, side: bool, value: Value) -> None:
    """A name stands for a value where a test comes out so."""
    found = scope.env.get(name)
    if isinstance(found, Unbound) and isinstance(test, Var):
        scope.bind(name, replace(found, where=(test, side, value)))


def turn(scope: Scope, name: Variable, test: Atom, negated: Atom) -> None:
    """What was known of a name by a test is known by its negation."""
    found = scope.env.get(name)
    if isinstance(found, Unbound) and found.where is not None and found.where[0] is test:
        note(scope, name, negated, not found.where[1], found.where[2])


def assume(scope: Scope, names: Sequence[Variable], test: Atom, side: bool) -> None:
    """A branch begins where a test has come out so: names stand for what they do there."""
    for name in names:
        found = scope.env.get(name)
        if isinstance(found, Unbound) and found.where is not None and found.where[:2] == (test, side):
            scope.bind(name, found.where[2])


def forget(scope: Scope, name: Variable) -> None:
    """The test was part of an expression whose value may live on: nothing is known by it later."""
    found = scope.env.get(name)
    if isinstance(found, Unbound) and found.where is not None:
        scope.bind(name, replace(found, where=None))
