"""The loop of Core that runs over a sequence: over its items where they are walked in step, else by index."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Effect, Lit, Range, Var
from pullback.transpile.infer import infer
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.sequences import (
    Backwards,
    Enumerated,
    Items,
    Known,
    Numbers,
    Sequenced,
    View,
    Zipped,
    known_of,
    numbers_of,
    sequence,
)
from pullback.transpile.lower.values import Pack, Value


@dataclass(frozen=True)
class Unrolled:
    """Items that are all known: the body is lowered once for each."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Iteration:
    """A loop of Core. `element` makes the loop variable's value from the index and the items.

    These are called `index_hint` and `hints`. `first` is the variable's first value, where there is one.
    """

    source: Range | None
    reverse: bool
    items: tuple[Atom, ...]
    element: Callable[[Var, Sequence[Var]], Value]
    index_hint: str = ""
    hints: tuple[str, ...] = ()
    first: Value | None = None

    def params(self) -> list[Var]:
        """New parameters of the body: the index and the items."""
        items = (Var(h, item_type(a.type)) for h, a in zip(self.hints, self.items, strict=True))
        return [Var(self.index_hint, ab.INT), *items]


def item_type(t: ab.Type) -> ab.Type:
    """The type of an item of a list or array."""
    if isinstance(t, ab.ListOf):
        return t.item
    return infer(operator.getitem, (Var("", t), (Var("", ab.INT),)), {})


def iteration(scope: Scope, node: Any, target: Any) -> Unrolled | Iteration:
    """What a loop over the expression `node` runs over; its variable is `target`."""
    found = sequence(scope, node)
    if isinstance(found, Numbers) or isinstance(found, Backwards) and isinstance(found.inner, Numbers):
        return _over_numbers(found, target)
    known = known_of(found)
    if known is not None:
        return Unrolled(known)
    in_step = _in_step(scope, node, found, target)
    return in_step if in_step is not None else _by_index(scope, node, found, target)


def known_items(scope: Scope, node: Any) -> tuple[Value, ...]:
    """The items of a sequence that are all known while lowering; others are refused."""
    known = known_of(sequence(scope, node))
    if known is None:
        scope.refuse(node, "a comprehension over a length that is not known is not supported yet", "Write a loop.")
    return known


def _name(target: Any) -> str:
    return str(target.id) if isinstance(target, gast.Name) else ""


def _part(target: Any, k: int) -> Any:
    """The part of a loop's variable that gets item `k`."""
    if isinstance(target, gast.Tuple | gast.List) and k < len(target.elts):
        return target.elts[k]
    return None


def _over_numbers(s: Numbers | Backwards, target: Any) -> Iteration:
    numbers = s.inner if isinstance(s, Backwards) else s
    assert isinstance(numbers, Numbers)
    source = Range(numbers.start, numbers.stop, numbers.step)
    first = numbers.start if numbers_of(numbers) else None
    return Iteration(source, isinstance(s, Backwards), (), lambda index, items: index, _name(target), (), first)


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
        _name(_part(target, 0)) if counts else "",
        hints,
    )


def _plain(s: Sequenced, target: Any, sources: list[tuple[Atom, str]]) -> bool:
    match s:
        case Items(atom):
            sources.append((atom, _name(target)))
            return True
        case Enumerated(inner, _):
            return _plain(inner, _part(target, 1), sources)
        case Zipped(inners):
            return bool(inners) and all(_plain(x, _part(target, k), sources) for k, x in enumerate(inners))
    return False


def _equally_long(scope: Scope, node: Any, sources: Sequence[Atom]) -> bool:
    """Have these the same length? Of lists it is checked when the program runs."""
    first = sources[0].type
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
            count = _counted(scope, node, start, index, _part(target, 0))
            return Pack("tuple", (count, _element(scope, node, inner, _part(target, 1), index, items)))
        case Zipped(inners):
            parts = (_element(scope, node, x, _part(target, k), index, items) for k, x in enumerate(inners))
            return Pack("tuple", tuple(parts))
    item: Value = next(items)
    return item


def _counted(scope: Scope, node: Any, start: Atom, index: Atom, target: Any) -> Atom:
    return index if start == Lit(0) else scope.op(operator.add, (start, index), (), _name(target), node)


def _counted_backwards(scope: Scope, node: Any, s: Enumerated, target: Any) -> Iteration | None:
    """`enumerate(reversed(xs))`: the index of Core counts down, the user's counts up."""
    assert isinstance(s.inner, Backwards)
    inner = s.inner.inner
    if not isinstance(inner, Items):
        return None
    length = scope.op(len, (inner.atom,), (), "", node)
    last = scope.op(operator.sub, (_counted(scope, node, s.start, length, None), Lit(1)), (), "", node)

    def element(index: Var, items: Sequence[Var]) -> Value:
        count = scope.op(operator.sub, (last, index), (), _name(_part(target, 0)), node)
        return Pack("tuple", (count, items[0]))

    return Iteration(None, True, (inner.atom,), element, "", (_name(_part(target, 1)),))


# anything else is read by index


def _by_index(scope: Scope, node: Any, s: Sequenced, target: Any) -> Iteration:
    reverse = isinstance(s, Backwards)
    inner = s.inner if isinstance(s, Backwards) else s
    source = Range(Lit(0), _length(scope, node, inner), Lit(1))
    return Iteration(source, reverse, (), lambda index, items: _read(scope, node, inner, target, index))


def _length(scope: Scope, node: Any, s: Sequenced) -> Atom:
    match s:
        case Known(items):
            return Lit(len(items))
        case Numbers(start, stop, step) if (start, step) == (Lit(0), Lit(1)):
            return stop
        case Numbers():
            scope.refuse(node, "this range is not supported here yet", "Index in the body of the loop.")
        case Items(atom):
            return scope.op(len, (atom,), (), "", node)
        case View(view):
            return view.length
        case Enumerated(inner, _) | Backwards(inner):
            return _length(scope, node, inner)
        case Zipped(inners):
            shortest = _length(scope, node, inners[0])
            for x in inners[1:]:
                shortest = scope.op(min, (shortest, _length(scope, node, x)), (), "", node, ab.INT)
            return shortest


def _read(scope: Scope, node: Any, s: Sequenced, target: Any, index: Atom) -> Value:
    """The element of a sequence at an index of the run."""
    match s:
        case Numbers():
            return index
        case Items(atom):
            return read_at(scope, node, atom, index, _name(target))
        case View(view):
            at = _counted(scope, node, view.start, index, None)
            return read_at(scope, node, view.items, at, _name(target))
        case Enumerated(inner, start):
            count = _counted(scope, node, start, index, _part(target, 0))
            return Pack("tuple", (count, _read(scope, node, inner, _part(target, 1), index)))
        case Zipped(inners):
            parts = (_read(scope, node, x, _part(target, k), index) for k, x in enumerate(inners))
            return Pack("tuple", tuple(parts))
        case Backwards(inner):
            last = scope.op(operator.sub, (_length(scope, node, inner), Lit(1)), (), "", node)
            return _read(scope, node, inner, target, scope.op(operator.sub, (last, index), (), "", node))
    scope.refuse(node, "a loop over a tuple together with a list or array of unknown length", "Loop over the indices.")


def read_at(scope: Scope, node: Any, atom: Atom, index: Atom, hint: str) -> Var:
    """An item of a list or a row of an array."""
    if isinstance(atom.type, ab.ListOf):
        return scope.op(prims.item, (atom, index), (), hint, node, atom.type.item)
    return scope.op(operator.getitem, (atom, (index,)), (), hint, node)
