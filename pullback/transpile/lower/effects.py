"""What a call of a user's function does to its arguments, and what of them its result may share memory with.

    def push(stack, top, x):          push writes into its first argument; its result is new
        stack[top] = x
        return top + 1                top = push(stack, top, x)   ->   r = push(stack, top, x)
                                                                       top2 = r[0];  stack2 = r[1]
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Effect, Global, Lit, Var
from pullback.transpile.lower import current, storing
from pullback.transpile.lower.contiguity import condition
from pullback.transpile.lower.current import unusable_part
from pullback.transpile.lower.identity import container_of, containers, hold, now
from pullback.transpile.lower.memory import Cell, Container, View, Whole, may_be_written
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Unbound
from pullback.transpile.lower.values import Pack, Value, is_atom, leaves, type_of


@dataclass(frozen=True)
class Shared:
    """Of a result, or of an item of it: the parameter that it is, and those that it may share memory with.

    `is_view`: is any of it a view of a parameter, and not the parameter itself? `contiguous`: of all of a result, the
    parameters that must be C-contiguous for the function to do what it does.
    """

    same: int | None = None
    related: frozenset[int] = frozenset()
    items: tuple[Shared, ...] = ()
    is_view: bool = False
    contiguous: frozenset[int] = frozenset()
    kept: bool = False  # of an item of an argument: it is the one that was there
    changed: tuple[tuple[int, Shared], ...] = ()  # lists and dicts that are arguments, by position
    lends: bool = False  # may a result be or hold a list or dict that an argument holds? not if it is an argument

    @property
    def anything(self) -> bool:
        """Does any of it share anything?"""
        return bool(self.related) or any(x.anything for x in self.items)


# seen from inside


def shared(scope: Scope, params: Sequence[Var], value: Value, first: Sequence[Value] = ()) -> Shared:
    """What the value that a function returns shares with its parameters, which were `first` when it began."""
    value = now(scope, value)
    if isinstance(value, Pack):
        items = tuple(shared(scope, params, x, first) for x in value.items)
        mine = [k for k, x in enumerate(first) if value.cell is not None and value.cell in containers(x)]
        same = next((k for k in mine if container_of(scope, first[k]) is value.cell), None)
        all_of_it = frozenset(mine).union(*(x.related for x in items))
        return Shared(same, all_of_it, items, is_view=any(x.is_view for x in items))
    cell = container_of(scope, value)
    same = next((k for k, x in enumerate(first) if cell is not None and container_of(scope, x) is cell), None)
    if same is not None:
        return Shared(same, frozenset([same]))
    return _shared_atom(scope, params, value)


def _shared_atom(scope: Scope, params: Sequence[Var], value: Value) -> Shared:
    if not isinstance(value, Var) or not may_be_written(value.type) or scope.numbers.has(value):
        return Shared()
    memory = scope.memory
    cell = memory.cell(value)
    if cell is None:  # a view of a value of the module
        return Shared()
    own = [memory.cell(p) for p in params]
    place = memory.at(value)
    same = own.index(cell) if isinstance(place, Whole) and cell in own else None
    reach = memory.closure(cell)
    related = (k for k, c in enumerate(own) if c is not None and not reach.isdisjoint((c, *memory.inner(c))))
    return Shared(same, frozenset(related), is_view=isinstance(place, View) and cell in own)


def lends(scope: Scope, params: Sequence[Var], value: Value, first: Sequence[Value]) -> bool:
    """May the value that a function returns be or hold a list or dict that a parameter holds, and be no parameter?"""
    value = now(scope, value)
    if not any(_has_lists(p.type) for p in params) or shared(scope, params, value, first).same is not None:
        return False
    return _lent(scope, value, {c for x in first for c in containers(x)})


def _lent(scope: Scope, value: Value, theirs: set[Container]) -> bool:
    cell = container_of(scope, value)
    if cell is not None and not theirs.isdisjoint(scope.memory.closure(cell)):
        return True
    if isinstance(value, Pack):
        return any(_lent(scope, x, theirs) for x in value.items)
    t = type_of(value)
    return isinstance(value, Var) and _has_lists(t.item if cell is not None and isinstance(t, ab.ListOf) else t)


def _has_lists(t: ab.Type) -> bool:
    """Is a value of this type a list or dict, or does it hold any?"""
    match t:
        case ab.Record(items=entries):
            return any(_has_lists(x) for _, x in entries)
        case ab.Seq(kind="tuple", items=items):
            return any(map(_has_lists, items))
    return isinstance(t, ab.Seq | ab.ListOf | ab.Mapping)


def written(scope: Scope, params: Sequence[Var]) -> tuple[int, ...]:
    """The positions of the parameters whose arrays a function has written."""
    out: list[int] = []
    for k, p in enumerate(params):
        cell = scope.memory.cell(p)
        if cell is None:
            continue
        states = [scope.env.get(c) for c in (cell, *scope.memory.inner(cell))]
        if scope.is_called and any(isinstance(x, Unbound) for x in states):
            lost = next(x for x in states if isinstance(x, Unbound))
            message = f"it cannot be told whether {p.hint!r} is written here: it {lost.reason}"
            scope.refuse(scope.source.tree, message, "Write into it under one name.")
        if any(x is not None for x in states):
            out.append(k)
    return tuple(out)


def require_separate(scope: Scope, params: Sequence[Var], positions: Sequence[int]) -> None:
    """Where arguments of the outermost function are written, they may not share memory with others: check it."""
    arrays = [k for k, p in enumerate(params) if _may_hold_arrays(p.type)]
    if positions and (len(arrays) > 1 or any(not isinstance(params[k].type, ab.Array) for k in positions)):
        names = tuple(params[k] for k in (*positions, *(k for k in arrays if k not in positions)))
        check = Effect("require_separate", (Lit(len(positions)), *names), scope.origin(scope.source.tree))
        scope.body.insert(0, check)


def require_contiguous(scope: Scope) -> None:
    """Where views are written that only C-contiguous arguments of the outermost function have: check these."""
    checks = [Effect("require_contiguous", (p, Lit(p.hint)), origin) for p, origin in scope.contiguous.items()]
    scope.body[:0] = checks


def _may_hold_arrays(t: ab.Type) -> bool:
    match t:
        case ab.Scalar() | ab.Static():
            return False
        case ab.Seq(items=items):
            return any(map(_may_hold_arrays, items))
        case ab.Mapping(items=entries):
            return any(_may_hold_arrays(x) for _, x in entries)
        case ab.ListOf(item=item):
            return _may_hold_arrays(item)
    return True


def changes(scope: Scope, params: Sequence[Var], first: Sequence[Value]) -> tuple[tuple[int, Shared], ...]:
    """The lists and dicts among the arguments that a function has changed, and what it has put into them."""
    out: list[tuple[int, Shared]] = []
    for k, (p, before) in enumerate(zip(params, first, strict=True)):
        cells = [] if not isinstance(before, Pack) else list(containers(before))
        if all(scope.env.get(c) is x for c, x in zip(cells, _packs(before), strict=True)):
            continue
        lost = unusable_part(scope, before)
        if lost is not None:
            message = f"it cannot be told what {p.hint!r} is at the end: it {lost.reason}"
            scope.refuse(scope.source.tree, message, lost.hint)
        final = now(scope, before)
        kept = set[Cell]()
        out.append((k, _change(scope, params, first, p, before, final, kept)))
        whole = scope.memory.cell(p)
        gone = [c for c in scope.memory.inner(whole) if c not in kept] if whole is not None else []
        if any(scope.env.get(c) is not None for c in gone):
            what = f"an array in {p.hint!r} is written, and then another one is put in its place"
            scope.refuse(scope.source.tree, what, "Do one of both.")
    return tuple(out)


def _packs(value: Value) -> Iterator[Pack]:
    if isinstance(value, Pack):
        if value.cell is not None:
            yield value
        for x in value.items:
            yield from _packs(x)


def _change(
    scope: Scope,
    params: Sequence[Var],
    first: Sequence[Value],
    p: Var,
    before: Value | None,
    final: Value,
    kept: set[Cell],
) -> Shared:
    if isinstance(final, Pack):
        same = isinstance(before, Pack) and before.cell is final.cell
        old = dict(zip(_keys(before), before.items, strict=True)) if same and isinstance(before, Pack) else {}
        pairs = zip(_keys(final), final.items, strict=True)
        if not same:
            _check_new(scope, p, containers(final), first)
        items = tuple(_change(scope, params, first, p, old.get(key), x, kept) for key, x in pairs)
        return Shared(items=items, kept=same)
    if isinstance(before, Var) and isinstance(final, Var) and scope.memory.same(before, final):
        kept.update(scope.memory.cells([before]))
        return Shared(kept=True)
    if _shared_atom(scope, params, final).anything:
        what = f"{p.hint!r} gets an array in another place that an argument has, or is"
        scope.refuse(scope.source.tree, what, "Put a copy (.copy()) into it.")
    cell = container_of(scope, final)
    same = cell is not None and isinstance(before, Pack) and before.cell is cell
    if cell is not None and not same:
        _check_new(scope, p, [cell], first)
    return Shared(kept=same)


def _check_new(scope: Scope, p: Var, cells: Iterable[Container], first: Sequence[Value]) -> None:
    """What a list or dict gets is no list or dict that an argument has."""
    if any(c in containers(x) for c in cells for x in first):
        what = f"{p.hint!r} gets a list or dict that an argument has"
        scope.refuse(scope.source.tree, what, "Put a copy into it.")


def _keys(pack: Pack) -> Sequence[str | int]:
    return pack.keys if pack.kind in ("dict", "object") else range(len(pack.items))


# seen from outside


def check_separate(scope: Scope, node: Any, args: Sequence[Value], positions: Sequence[int]) -> None:
    """Refuse arguments of which one is written and another may be the same array.

    Of two parts of one array it is checked when the program runs.
    """
    cells = [_cells(scope, v) for v in args]
    for k in positions:
        if isinstance(type_of(args[k]), ab.ListOf):  # it may have got what the others are
            for c in cells[k][:1]:
                for other in {x for j, found in enumerate(cells) if j != k for x in found}:
                    scope.memory.relate(c, other)
    for k in positions:
        reach = set().union(*(scope.memory.closure(c) for c in cells[k]))
        for j, others in enumerate(cells):
            if j == k or j in positions[: positions.index(k)] or reach.isdisjoint(others):
                continue
            parts = _parts_of_one(scope, args[k], args[j])
            if parts is None:
                message = "an array is written in this call that may also be reached through another argument"
                scope.refuse(node, message, "Pass a copy (.copy()) of one of them.")
            scope.body.append(Effect("require_apart", parts, scope.origin(node)))


def check_contiguous(scope: Scope, node: Any, args: Sequence[Value], positions: Iterable[int]) -> None:
    """Refuse arguments that are not known to be C-contiguous where they must be, or ask for parameters that are."""
    for k in positions:
        for v in leaves(args[k]):
            found = condition(scope.memory, v, scope.parameters) if isinstance(v, Var | Global) else None
            if found is None:
                message = f"argument {k + 1} of this call is not known to be C-contiguous, and of another layout"
                what = "what reshape, ravel and their like give of it there is a copy"
                scope.refuse(node, f"{message} {what}", "Pass a copy (.copy()) of it.")
            for p in found:
                scope.contiguous.setdefault(p, scope.origin(node))


def _parts_of_one(scope: Scope, a: Value, b: Value) -> tuple[Arg, ...] | None:
    """An array and two indices, where these values are parts of it."""
    places = [scope.memory.at(x) if isinstance(x, Var) else None for x in (a, b)]
    match places:
        case [View(fn=operator.getitem) as p, View(fn=operator.getitem) as q] if scope.memory.same(p.of, q.of):
            return scope.current(p.of), p.rest[0], q.rest[0]
    return None


def _cells(scope: Scope, value: Value) -> list[Cell]:
    found = scope.memory.cells([x for x in leaves(value) if is_atom(x)])
    return [*found, *(c for f in found for c in scope.memory.inner(f)), *containers(value)]


def take_back(scope: Scope, node: Any, value: Value, new: Var, change: Shared | None = None) -> None:
    """An argument is, from now on, what the call has left of it; of a list or dict, how it has been changed."""
    if change is not None:
        if isinstance(value, Var):
            scope.need_open(node, value)
        _take_changed(scope, node, value, new, change)
        return
    if isinstance(value, Pack):
        keys = value.keys or range(len(value.items))
        for key, x in zip(keys, value.items, strict=True):
            _take_item(scope, node, x, new, key)
        return
    if not isinstance(value, Var) or not may_be_written(value.type):
        return
    if isinstance(value.type, ab.Seq | ab.Mapping):
        for key, t in _entries(value.type):
            if may_be_written(t):
                _take_item(scope, node, current.item(scope, value, key, t), new, key)
        return
    place = scope.memory.at(value)
    if isinstance(value.type, ab.ListOf) and isinstance(place, Whole):
        storing.put_list(scope, node, place.cell, new)
    else:
        storing.replace(scope, node, value, new)


def _take_changed(scope: Scope, node: Any, value: Value, new: Var, change: Shared) -> Value:
    """A list or dict, or something in it, as a call has left it."""
    if isinstance(new.type, ab.ListOf):
        assert isinstance(value, Pack)
        assert value.cell is not None
        scope.memory.new(new)
        hold(scope, node, value.cell, new)
        return value
    assert isinstance(new.type, ab.Seq | ab.Mapping)
    old = dict(zip(_keys(value), value.items, strict=True)) if isinstance(value, Pack) and change.kept else {}
    items: list[Value] = []
    for (key, t), x in zip(_entries(new.type), change.items, strict=True):
        before = old.get(key)
        part = current.part(scope, new, key, t)
        is_list = isinstance(t, ab.ListOf) and isinstance(before, Pack) and x.kept
        if x.items or is_list or isinstance(t, ab.Seq | ab.Mapping):
            items.append(_take_changed(scope, node, before if before is not None else NONE, part, x))
        elif x.kept and before is not None:
            if may_be_written(t) and not isinstance(before, Lit):
                take_back(scope, node, before, part)
            items.append(before)
        else:
            if may_be_written(t):
                scope.memory.new(part)
            items.append(part)
    keys = tuple(k for k, _ in new.type.items) if isinstance(new.type, ab.Mapping) else ()
    cls = new.type.cls if isinstance(new.type, ab.Record) else None
    kind = new.type.kind if isinstance(new.type, ab.Seq) else "dict" if cls is None else "object"
    made = Pack(kind, tuple(items), keys, cls)
    if isinstance(value, Pack) and change.kept and value.cell is not None:
        hold(scope, node, value.cell, made)
        return value
    return made


def _take_item(scope: Scope, node: Any, value: Value, new: Var, key: str | int) -> None:
    t = type_of(value)
    if may_be_written(t) and not isinstance(value, Lit):
        take_back(scope, node, value, current.part(scope, new, key, t))


def _entries(t: ab.Type) -> list[tuple[str | int, ab.Type]]:
    return list(t.items) if isinstance(t, ab.Mapping) else list(enumerate(t.items)) if isinstance(t, ab.Seq) else []


def result_value(scope: Scope, out: Var, found: Shared, args: Sequence[Value]) -> Value:
    """The result of a call as a value: what it shares with the arguments is known of it."""
    given = args[found.same] if found.same is not None else None
    if isinstance(given, Pack) and given.cell is not None:
        return given
    if isinstance(out.type, ab.Seq) and found.items and found.anything:
        parts = (current.part(scope, out, k, t) for k, t in enumerate(out.type.items))
        return Pack(
            out.type.kind, tuple(result_value(scope, p, x, args) for p, x in zip(parts, found.items, strict=True))
        )
    if not may_be_written(out.type):
        return out
    if isinstance(given, Var) and isinstance(given.type, ab.Array):
        scope.memory.place[out] = scope.memory.at(given)
        return given
    cells = [c for k in found.related for c in _cells(scope, args[k])]
    scope.memory.new(out, set().union(*(scope.memory.closure(c) for c in cells)))
    return out

