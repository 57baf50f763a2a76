"""The loop of Core that runs over a sequence: over its items where they are walked in step, else by index."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Effect, Lit, Range, Var
from pullback.transpile.lower.by_index import by_index
from pullback.transpile.lower.headers import Iteration, Unrolled, counted, name_of, part_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.sequences import (
    Backwards,
    Enumerated,
    Items,
    Numbers,
    Sequenced,
    Zipped,
    known_of,
    numbers_of,
    sequence,
    walked_of,
)
from pullback.transpile.lower.values import Pack, Value


def iteration(
    scope: Scope, node: Any, target: Any, unroll: bool = False, indexed: bool = False
) -> Unrolled | Iteration:
    """What a loop over the expression `node` runs over; its variable is `target`.

    `unroll`: ranges as well; `indexed`: items are read by index, as they are when their turn comes.
    """
    found = sequence(scope, node)
    if isinstance(found, Numbers) or isinstance(found, Backwards) and isinstance(found.inner, Numbers):
        if not unroll:
            return _over_numbers(found, target)
    known = known_of(found)
    if known is not None:
        return Unrolled(known, walked_of(found))
    in_step = None if indexed else _in_step(scope, node, found, target)
    return in_step if in_step is not None else by_index(scope, node, found, target)


def _over_numbers(s: Numbers | Backwards, target: Any) -> Iteration:
    numbers = s.inner if isinstance(s, Backwards) else s
    assert isinstance(numbers, Numbers)
    source = Range(numbers.start, numbers.stop, numbers.step)
    known = numbers_of(numbers)
    return Iteration(
        source,
        isinstance(s, Backwards),
        (),
        lambda index, items: index,
        name_of(target),
        first=Lit(known[-1] if isinstance(s, Backwards) else known[0]) if known else None,
        trips=None if known is None else len(known),
    )


# lists and arrays that are walked in step


def _in_step(scope: Scope, node: Any, s: Sequenced, target: Any) -> Iteration | None:
    """A loop over items, where nothing but the items of whole lists and arrays is needed, all in one direction."""
    reverse = isinstance(s, Backwards)
    inner = s.inner if isinstance(s, Backwards) else s
    if isinstance(inner, Enumerated) and isinstance(inner.inner, Backwards) and not reverse:
        return _counted_backwards(scope, node, inner, target)
    sources: list[tuple[Atom, str]] = []
    if not _plain(inner, target, sources):
        return None
    atoms, hints = tuple(a for a, _ in sources), tuple(h for _, h in sources)
    if not _equally_long(scope, node, atoms):
        return None
    counts = isinstance(inner, Enumerated) and inner.start == Lit(0)
    return Iteration(
        None,
        reverse,
        atoms,
        lambda index, items: _element(scope, node, inner, target, index, iter(items)),
        name_of(part_of(target, 0)) if counts else "",
        hints,
    )


def _plain(s: Sequenced, target: Any, sources: list[tuple[Atom, str]]) -> bool:
    match s:
        case Items(atom):
            sources.append((atom, name_of(target)))
            return True
        case Enumerated(inner, _):
            return _plain(inner, part_of(target, 1), sources)
        case Zipped(inners):
            return bool(inners) and all(_plain(x, part_of(target, k), sources) for k, x in enumerate(inners))
    return False


def _equally_long(scope: Scope, node: Any, sources: Sequence[Atom]) -> bool:
    """Have these the same length? Of lists it is checked when the program runs, unless one is a part of another."""
    first = sources[0].type
    made = (scope.memory.made.get(a) for a in sources if isinstance(a, Var))
    if len(set(sources)) > 1 and any(m is not None and m.fn is prims.part for m in made):
        return False
    for other in sources[1:]:
        match first, other.type:
            case ab.Array(shape=(m, *_)), ab.Array(shape=(n, *_)) if _proven_equal(m, n):
                continue
            case ab.ListOf(), ab.ListOf():
                continue
        return False
    lists = list(dict.fromkeys(a for a in sources if isinstance(a.type, ab.ListOf)))
    if len(lists) > 1:
        lengths = [scope.op(len, (a,), (), "", node) for a in lists]
        for length in lengths[1:]:
            same = scope.op(operator.eq, (lengths[0], length), (), "", node)
            scope.body.append(Effect("assert", (same, Lit("zip of lists of different lengths")), scope.origin(node)))
    return True


def _proven_equal(m: ab.Length, n: ab.Length) -> bool:
    if isinstance(m, int) or isinstance(n, int):
        return m == n
    return m.symbol == n.symbol != ab.ANONYMOUS and m.offset == n.offset


def _element(scope: Scope, node: Any, s: Sequenced, target: Any, index: Atom, items: Any) -> Value:
    match s:
        case Enumerated(inner, start):
            count = counted(scope, node, start, index, part_of(target, 0))
            return Pack("tuple", (count, _element(scope, node, inner, part_of(target, 1), index, items)))
        case Zipped(inners):
            parts = (_element(scope, node, x, part_of(target, k), index, items) for k, x in enumerate(inners))
            return Pack("tuple", tuple(parts))
    item: Value = next(items)
    return item


def _counted_backwards(scope: Scope, node: Any, s: Enumerated, target: Any) -> Iteration | None:
    """`enumerate(reversed(xs))`: the index of Core counts down, the user's counts up."""
    assert isinstance(s.inner, Backwards)
    inner = s.inner.inner
    if not isinstance(inner, Items):
        return None
    length = scope.op(len, (inner.atom,), (), "", node)
    last = scope.op(operator.sub, (counted(scope, node, s.start, length, None), Lit(1)), (), "", node)

    def element(index: Var, items: Sequence[Var]) -> Value:
        count = scope.op(operator.sub, (last, index), (), name_of(part_of(target, 0)), node)
        return Pack("tuple", (count, items[0]))

    return Iteration(None, True, (inner.atom,), element, "", (name_of(part_of(target, 1)),))
