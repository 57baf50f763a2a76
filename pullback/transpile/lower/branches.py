"""`if` statements; what is decided while lowering leaves no branch behind.

    if t <= 0.0:             outs = if t <= 0.0: max(s - k, 0.0)
        return max(…)   ->           else:       d1 = …
    d1 = …                                       s * cdf(d1) - …
    return s * cdf(d1) - …

An early `return` in a branch: what follows the `if` moves into the branches that go on. A branch that raises: what
follows stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gast

from pullback.transpile.core import Atom, If
from pullback.transpile.lower.control import condition
from pullback.transpile.lower.current import unusable_part
from pullback.transpile.lower.merging import ONE_STRUCTURE, append_if, merge, of_one_structure
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Binding, End, Inner, Raised, Returned, Unbound
from pullback.transpile.lower.values import Value

# an early return that leaves both branches open copies what follows: at most so often, one inside the other
_MOST_COPIES = 6


def lower_if(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower an `if` statement: how it ends, and whether `rest`, which follows, is done, as where a branch returns."""
    scope.begin(s)
    test = condition(scope, s.test)
    if isinstance(test, bool):
        side = s.body if test else s.orelse
        if scope.loops or not returns(side):
            return scope.statements(side), False
        return scope.statements([*side, *rest]), True
    if scope.loops or not (returns(s.body) or returns(s.orelse)):
        return _if(scope, s, test, s.body, s.orelse), False
    sides = [[*side, *rest] if falls(side) else side for side in (s.body, s.orelse)]
    copied = bool(rest) and falls(s.body) and falls(s.orelse)
    if copied and scope.copies == _MOST_COPIES:
        scope.refuse(s, "too many early returns inside one another", "Put the code that follows them into a function.")
    scope.copies += copied
    end = _if(scope, s, test, sides[0], sides[1], last=True)
    scope.copies -= copied
    return end, True


def _if(scope: Scope, s: Any, test: Atom, body: Sequence[Any], orelse: Sequence[Any], last: bool = False) -> End:
    origin = (scope.here, scope.text)
    path = scope.path
    inners = []
    for k, side in enumerate((body, orelse)):
        scope.path = (*path, (id(s), k)) if scope.copies else path
        inners.append(scope.inside(partial(scope.statements, side)))
    scope.path = path
    scope.here, scope.text = origin
    then, other = inners
    if isinstance(then.end, Raised) or isinstance(other.end, Raised):
        return _one_goes_on(scope, s, test, then, other)
    if last:
        a, b = (i.end.value if isinstance(i.end, Returned) else NONE for i in inners)
        merged = merge(scope, s, inners, [(a, b, "")])
        append_if(scope, s, test, inners, merged)
        return Returned(merged[0].value)
    _merge_names(scope, s, test, inners)
    return None


def _one_goes_on(scope: Scope, s: Any, test: Atom, then: Inner, orelse: Inner) -> End:
    """A branch that raises: the other one's statements follow the `if`, in the block around it."""
    both = isinstance(then.end, Raised) and isinstance(orelse.end, Raised)
    raising_first = isinstance(then.end, Raised)
    empty = Inner([], {}, None)
    blocks = (then if raising_first else empty, orelse if both or not raising_first else empty)
    scope.body.append(If((), test, blocks[0].block((), ()), blocks[1].block((), ()), scope.origin(s)))
    if both:
        return Raised()
    goes_on = orelse if raising_first else then
    scope.body.extend(goes_on.body)
    scope.env.names.update(goes_on.names)
    return goes_on.end


def _merge_names(scope: Scope, s: Any, test: Atom, inners: Sequence[Inner]) -> None:
    """After an `if`, each name that a branch binds stands for what either branch left in it."""
    names: list[str] = []
    pairs: list[tuple[Value, Value, str]] = []
    for name in dict.fromkeys((*inners[0].names, *inners[1].names)):
        if not isinstance(name, str):
            continue
        a, b = (i.names[name] if name in i.names else scope.env.get(name) for i in inners)
        if a is b:
            if a is not None:
                scope.bind(name, a)
            continue
        a, b = (_usable(scope, i, x) for i, x in zip(inners, (a, b), strict=True))
        if a is None or b is None or isinstance(a, Unbound) or isinstance(b, Unbound):
            scope.bind(name, _unbound(s, a, b))
        elif of_one_structure(a, b):
            names.append(name)
            pairs.append((a, b, name))
        else:
            reason = f"has another structure in each branch of the `if` on line {s.lineno}"
            scope.bind(name, Unbound(reason, ONE_STRUCTURE, may_be_unbound=False))
    merged = merge(scope, s, inners, pairs)
    append_if(scope, s, test, inners, merged)
    for name, m in zip(names, merged, strict=True):
        for out, x, y in zip(m.outs, *m.sides, strict=True):
            scope.numbers.hand_on(out, (x, y))
        scope.bind(name, m.value)


def _usable(scope: Scope, inner: Inner, x: Binding | None) -> Binding | None:
    """What a name stands for at the end of a branch, or why it cannot be used."""
    if x is None or isinstance(x, Unbound):
        return x
    lost = scope.into(inner, partial(unusable_part, scope, x))
    return x if lost is None else lost


def _unbound(s: Any, a: object, b: object) -> Unbound:
    wanted: frozenset[tuple[int, str]] = frozenset()
    for x in (a, b):
        if isinstance(x, Unbound):
            if not x.wanted:
                return x
            wanted |= x.wanted
    if a is None or b is None:
        wanted = frozenset()
    reason = f"is set in only one branch of the `if` on line {s.lineno}"
    return Unbound(reason, "Give it a value before the `if`, or in both branches.", wanted)


def returns(body: Sequence[Any]) -> bool:
    """May these statements return, outside of loops and inner functions?"""
    for s in body:
        match s:
            case gast.Return():
                return True
            case gast.If() if returns(s.body) or returns(s.orelse):
                return True
    return False


def falls(body: Sequence[Any]) -> bool:
    """May these statements go on with what follows them?"""
    if not body:
        return True
    match body[-1]:
        case gast.Return() | gast.Raise():
            return False
        case gast.If() as s:
            return falls(s.body) or falls(s.orelse)
    return True
