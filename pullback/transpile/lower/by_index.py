"""Loops that read what they run over by index: slices of lists, and sequences that are not walked in step."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Lit, Range, Var
from pullback.transpile.lower.headers import Iteration, name_of, part_of
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.sequences import Backwards, Enumerated, Items, Known, Numbers, Sequenced, View, Zipped
from pullback.transpile.lower.values import Pack, Value


def by_index(scope: Scope, node: Any, s: Sequenced, target: Any) -> Iteration:
    """A loop over the indices of a sequence. Over a slice of a list it runs over the list's own indices."""
    reverse = isinstance(s, Backwards)
    inner = s.inner if isinstance(s, Backwards) else s
    view = inner.inner if isinstance(inner, Enumerated) else inner
    first: Atom = Lit(0)
    stop: Atom | None = None
    if isinstance(view, View):
        first, stop = view.start, _stop_of(scope, node, view)

    def element(index: Var, items: Sequence[Var]) -> Value:
        return _read(scope, node, inner, target, index, first)

    counts = isinstance(inner, Enumerated) and inner.start == first
    hint = name_of(part_of(target, 0)) if counts else ""
    source = Range(first, _length(scope, node, inner) if stop is None else stop, Lit(1))
    return Iteration(source, reverse, (), element, hint, read=tuple(_lists(inner)), viewed=tuple(_viewed(inner)))


def _lists(s: Sequenced) -> Iterator[Atom]:
    """The lists that are read by index."""
    match s:
        case Items(atom) if isinstance(atom.type, ab.ListOf):
            yield atom
        case Enumerated(inner, _) | Backwards(inner):
            yield from _lists(inner)
        case Zipped(inners):
            for x in inners:
                yield from _lists(x)


def _viewed(s: Sequenced) -> Iterator[Atom]:
    """The lists of which slices are read by index, which are copies for the user."""
    match s:
        case View(items):
            yield items
        case Enumerated(inner, _) | Backwards(inner):
            yield from _viewed(inner)
        case Zipped(inners):
            for x in inners:
                yield from _viewed(x)


def _stop_of(scope: Scope, node: Any, view: View) -> Atom:
    """The index behind the last item of a slice of a list; it may lie before the first."""
    if not isinstance(view.stop, int):
        return view.stop
    length = scope.op(len, (view.items,), (), "", node)
    return scope.op(operator.sub, (length, Lit(view.stop)), (), "", node) if view.stop else length


def _length(scope: Scope, node: Any, s: Sequenced) -> Atom:
    """The number of elements; negative where there are none, perhaps."""
    reach = _reach(s)
    if reach is not None:
        return _stop_of(scope, node, View(reach[0], Lit(0), reach[1]))
    match s:
        case Known(items):
            return Lit(len(items))
        case Numbers(start, stop, step) if (start, step) == (Lit(0), Lit(1)):
            return stop
        case View() as view:
            return scope.op(operator.sub, (_stop_of(scope, node, view), view.start), (), "", node)
        case Enumerated(inner, _) | Backwards(inner):
            return _length(scope, node, inner)
        case Zipped(inners) if inners:
            shortest = _length(scope, node, inners[0])
            for x in inners[1:]:
                shortest = scope.op(min, (shortest, _length(scope, node, x)), (), "", node, ab.INT)
            return shortest
    scope.refuse(node, "this loop is not supported yet", "Loop over the indices.")


def _reach(s: Sequenced) -> tuple[Atom, int] | None:
    """The list or array that a sequence comes from, and by how much shorter it is, if that is known."""
    match s:
        case Items(atom):
            return atom, 0
        case View(items, Lit(value=int() as start), int() as stop):
            return items, start + stop
        case Enumerated(inner, _) | Backwards(inner):
            return _reach(inner)
        case Zipped(inners) if inners:
            found = [_reach(x) for x in inners]
            known = [x for x in found if x is not None]
            if len(known) == len(found) and all(atom is known[0][0] for atom, _ in known):
                return known[0][0], max(by for _, by in known)
    return None


def _read(scope: Scope, node: Any, s: Sequenced, target: Any, index: Atom, first: Atom) -> Value:
    """The element of a sequence at an index of the run, which counts from `first`."""
    match s:
        case Numbers():
            return index
        case Items(atom):
            return read_at(scope, node, atom, index, name_of(target))
        case View() as view:
            at = index if first == view.start else scope.op(operator.add, (index, view.start), (), "", node)
            return read_at(scope, node, view.items, at, name_of(target))
        case Enumerated(inner, start):
            count = _count(scope, node, index, first, start, name_of(part_of(target, 0)))
            return Pack("tuple", (count, _read(scope, node, inner, part_of(target, 1), index, first)))
        case Zipped(inners):
            parts = (_read(scope, node, x, part_of(target, k), index, first) for k, x in enumerate(inners))
            return Pack("tuple", tuple(parts))
        case Backwards(inner):
            last = scope.op(operator.sub, (_length(scope, node, inner), Lit(1)), (), "", node)
            return _read(scope, node, inner, target, scope.op(operator.sub, (last, index), (), "", node), first)
    scope.refuse(node, "a loop over a tuple together with a list or array of unknown length", "Loop over the indices.")


def _count(scope: Scope, node: Any, index: Atom, first: Atom, start: Atom, hint: str) -> Atom:
    """The number that `enumerate` gives at an index: `index - first + start`."""
    match first, start:
        case Lit(value=int() as m), Lit(value=int() as n) if m == n:
            return index
        case Lit(value=int() as m), Lit(value=int() as n):
            op, by = (operator.add, n - m) if n > m else (operator.sub, m - n)
            return scope.op(op, (index, Lit(by)), (), hint, node)
    from_zero = index if first == Lit(0) else scope.op(operator.sub, (index, first), (), "", node)
    return scope.op(operator.add, (from_zero, start), (), hint, node)


def read_at(scope: Scope, node: Any, atom: Atom, index: Atom, hint: str) -> Var:
    """An item of a list or a row of an array."""
    if isinstance(atom.type, ab.ListOf):
        return scope.op(prims.item, (atom, index), (), hint, node, atom.type.item)
    return scope.op(operator.getitem, (atom, (index,)), (), hint, node)
