"""`if` statements; what is decided while lowering leaves no branch behind.

    if t <= 0.0:             outs = if t <= 0.0: max(s - k, 0.0)
        return max(…)   ->           else:       d1 = …
    d1 = …                                       s * cdf(d1) - …
    return s * cdf(d1) - …

An early `return` in a branch, or in a loop a `break` or `continue`: what follows the `if` moves into the branch that
goes on; if both do, it is copied outside of loops and skipped by a flag in them (see `jumps`). A branch that raises:
what follows stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pullback.transpile.core import Atom, If
from pullback.transpile.lower import walruses
from pullback.transpile.lower.control import condition
from pullback.transpile.lower.current import unusable_part
from pullback.transpile.lower.frames import Local, Variable
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.jumps import OneSided, bound_at_the_end, has_left, merge_ends, where_gone
from pullback.transpile.lower.memory import Cell
from pullback.transpile.lower.merging import ONE_STRUCTURE, Merged, append_if, merge, of_one_structure
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import (
    Binding,
    End,
    Inner,
    Jumped,
    LoopVariable,
    Raised,
    Returned,
    Unbound,
    hint_of,
)
from pullback.transpile.lower.values import Value
from pullback.transpile.lower.ways import may_fall, may_leave

# an early return that leaves both branches open copies what follows: at most so often, one inside the other
_MOST_COPIES = 3


@dataclass(frozen=True)
class Side:
    """A branch: `lower` lowers it, and more statements after it. May it `leave` the block, may it `fall` to its end?"""

    lower: Callable[[Sequence[Any]], End]
    leaves: bool
    falls: bool


def lower_if(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower an `if` statement: how it ends, and whether `rest`, which follows, is done, as where a branch returns."""
    scope.begin(s)
    test = condition(scope, s.test)
    if isinstance(test, bool):
        side = s.body if test else s.orelse
        moves = may_leave(side)
        return scope.statements([*side, *rest] if moves else side), moves
    return choose(scope, s, test, (_branch(scope, s, test, True), _branch(scope, s, test, False)), rest)


def _branch(scope: Scope, s: Any, test: Atom, side: bool) -> Side:
    """A branch as it stands in the text."""
    body, names = s.body if side else s.orelse, walruses.set_in(scope, s.test)

    def lower(more: Sequence[Any]) -> End:
        walruses.assume(scope, names, test, side)
        return scope.statements([*body, *more])

    return Side(lower, may_leave(body), may_fall(body))


def choose(scope: Scope, s: Any, test: Atom, sides: tuple[Side, Side], rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower an `if` that comes from the statement `s`; `rest` follows, and moves into the branches if one may leave."""
    nothing: tuple[Any, ...] = ()
    open_ = all(side.falls for side in sides)
    if not any(side.leaves for side in sides) or open_ and rest and skips(scope):
        return either(scope, s, test, [partial(side.lower, nothing) for side in sides]), False
    copied = open_ and bool(rest)
    if copied and scope.copies == _MOST_COPIES:
        scope.flagged += 1
        end = either(scope, s, test, [partial(side.lower, nothing) for side in sides])
        scope.flagged -= 1
        return end, False
    scope.copies += copied
    end = either(scope, s, test, [partial(side.lower, rest if side.falls else nothing) for side in sides])
    scope.copies -= copied
    return end, True


def skips(scope: Scope) -> bool:
    """Is what follows a jump skipped by a flag, and not copied into the branches that go on?"""
    return scope.loops > 0 or scope.flagged > 0


def follow(scope: Scope, s: Any, end: Jumped, rest: Sequence[Any]) -> End:
    """Lower what follows the statement `s`, which may have left the block: how all of it ends."""
    if skips(scope) and (end.gone is True or not rest):
        return end
    if isinstance(end.gone, bool):
        assert end.value is not None
        return Returned(end.value)
    gone = where_gone(end, end.gone)
    scope.begin(s)
    return either(scope, s, end.gone, [lambda: follow(scope, s, gone, ()), lambda: _not_left(scope, rest)])


def _not_left(scope: Scope, rest: Sequence[Any]) -> End:
    """Lower what is skipped where the function has returned: names stand for what they do where it has not."""
    for name, x in scope.env.visible().items():
        if isinstance(x, Unbound) and x.if_not_left is not None:
            scope.bind(name, x.if_not_left)
    return scope.statements(rest)


def either(scope: Scope, s: Any, test: Atom, sides: Sequence[Callable[[], End]]) -> End:
    """Lower an `if` with these branches, of which what one leaves the other one leaves as well: how it ends."""
    origin = (scope.here, scope.text)
    path = scope.path
    inners = []
    for k, side in enumerate(sides):
        scope.path = (*path, (id(s), k)) if scope.copies else path
        inners.append(scope.inside(side))
    scope.path = path
    scope.here, scope.text = origin
    then, other = inners
    if isinstance(then.end, Raised) or isinstance(other.end, Raised):
        return _one_goes_on(scope, s, test, then, other)
    if isinstance(then.end, Returned) or isinstance(other.end, Returned):
        a, b = (i.end.value if isinstance(i.end, Returned) else NONE for i in inners)
        lasting = _lasting(scope, s, inners)
        merged = merge(scope, s, inners, [(a, b, ""), *((x, y, hint_of(n)) for n, (x, y) in lasting.items())])
        append_if(scope, s, test, inners, merged)
        for name, m in zip(lasting, merged[1:], strict=True):
            for out, x, y in zip(m.outs, *m.sides, strict=True):
                scope.numbers.hand_on(out, (x, y))
            scope.bind(name, m.value)
        return Returned(merged[0].value)
    return merge_names(scope, s, test, inners)


def _lasting(scope: Scope, s: Any, inners: Sequence[Inner]) -> dict[Variable, tuple[Value, Value]]:
    """Names that belong to a function around one that is written out, as its branches leave them: it ends with these.

    So do attributes of objects. One that not every branch binds, or that cannot be one value after them, is not to be
    read any more.
    """
    found: dict[Variable, tuple[Value, Value]] = {}
    for name in dict.fromkeys((*inners[0].names, *inners[1].names)):
        if isinstance(name, Cell) or not _lasts(scope, name):
            continue
        a, b = (_usable(scope, i, i.names.get(name, scope.env.get(name))) for i in inners)
        if a is b:
            if a is not None:
                scope.bind(name, a)
        elif a is None or b is None or isinstance(a, Unbound) or isinstance(b, Unbound):
            scope.bind(name, replace(_unbound(scope, s, inners, a, b), if_not_left=None, last=None))
        elif of_one_structure(a, b):
            found[name] = (a, b)
        else:
            reason = f"has another structure in each branch of the `if` on line {s.lineno}"
            scope.bind(name, Unbound(reason, ONE_STRUCTURE, may_be_unbound=False))
    return found


def _lasts(scope: Scope, name: Variable) -> bool:
    """Is a name looked at after the function has returned?"""
    own = scope.seen.frame
    if own is None:
        return isinstance(name, Local) and name.frame in scope.objects
    return not (isinstance(name, Local) and name.frame is own)


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


def merge_names(scope: Scope, s: Any, test: Atom, inners: Sequence[Inner]) -> End:
    """After an `if`, each name that a branch binds stands for what either branch left in it."""
    names: list[Variable] = []
    pairs: list[tuple[Value, Value, str]] = []
    more: list[Merged] = []
    for name in dict.fromkeys((*inners[0].names, *inners[1].names)):
        if isinstance(name, Cell):
            continue
        a, b = (i.names[name] if name in i.names else scope.env.get(name) for i in inners)
        if a is b:
            if a is not None:
                scope.bind(name, a)
            continue
        a, b = (_usable(scope, i, x) for i, x in zip(inners, (a, b), strict=True))
        if a is None or b is None or isinstance(a, Unbound) or isinstance(b, Unbound):
            unbound = replace(_unbound(scope, s, inners, a, b), last=None)
            unbound = bound_at_the_end(scope, s, inners, name, (a, b), more, unbound)
            scope.bind(name, replace(unbound, if_not_left=_if_not_left(scope, s, inners, name, a, b, more)))
        elif of_one_structure(a, b):
            names.append(name)
            pairs.append((a, b, hint_of(name)))
        else:
            reason = f"has another structure in each branch of the `if` on line {s.lineno}"
            scope.bind(name, Unbound(reason, ONE_STRUCTURE, may_be_unbound=False))
    merged = merge(scope, s, inners, pairs)
    end, flags = merge_ends(scope, s, inners)
    append_if(scope, s, test, inners, [*merged, *more, *flags])
    made, first = scope.body[-1] if scope.body else None, inners[0].end
    if isinstance(made, If) and isinstance(first, Jumped) and (first.gone, first.stop) == (True, False):
        scope.body[-1] = replace(made, skips=True)
    for name, m in zip(names, merged, strict=True):
        for out, x, y in zip(m.outs, *m.sides, strict=True):
            scope.numbers.hand_on(out, (x, y))
        scope.bind(name, m.value)
    return end


def _if_not_left(
    scope: Scope,
    s: Any,
    inners: Sequence[Inner],
    name: Variable,
    a: Binding | None,
    b: Binding | None,
    out: list[Merged],
) -> Value | None:
    """What a name stands for after an `if` where that has not been left, if it is bound on all such ways."""
    sides = [x.if_not_left if isinstance(x, Unbound) else x for x in (a, b)]
    values = [x for x in sides if x is not None]
    one_sided = any(has_left(i.end) and x is None for i, x in zip(inners, sides, strict=True))
    if len(values) == 1 and one_sided:
        side = sides.index(values[0])
        out.append(OneSided(scope, inners[side], side, values[0], hint_of(name)))
    elif len(values) == 2 and of_one_structure(*values):
        out += merge(scope, s, inners, [(values[0], values[1], hint_of(name))])
    else:
        return None
    return out[-1].value


def _usable(scope: Scope, inner: Inner, x: Binding | None) -> Binding | None:
    """What a name stands for at the end of a branch, or why it cannot be used."""
    if x is None or isinstance(x, Unbound):
        return x
    lost = scope.into(inner, partial(unusable_part, scope, x))
    return scope.into(inner, partial(now, scope, x)) if lost is None else lost


def _unbound(scope: Scope, s: Any, inners: Sequence[Inner], a: Binding | None, b: Binding | None) -> Unbound:
    wanted: frozenset[LoopVariable] = frozenset()
    for x in (a, b):
        if isinstance(x, Unbound):
            if not x.wanted and x.if_not_left is None:
                return replace(x, where=None)
            wanted |= x.wanted
    if a is None or b is None:
        wanted = frozenset()
    left = [has_left(i.end) for i in inners]
    if scope.loops and left[0] != left[1]:
        there = "set only" if (a, b)[left.index(True)] is not None else "not set yet"
        reason = f"is {there} where the `if` on line {s.lineno} ends the iteration"
        return Unbound(reason, "Give it a value before the loop.", wanted)
    reason = f"is set in only one branch of the `if` on line {s.lineno}"
    return Unbound(reason, "Give it a value before the `if`, or in both branches.", wanted)
