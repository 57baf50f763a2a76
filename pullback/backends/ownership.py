"""Whose arrays are whose: which one a statement may write in place, and which one may be on a list as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile.core import Var

from .liveness import Liveness, Skips
from .places import NOWHERE, VIEWS, Parts, Place, Places, Store, Summary, stores_of
from .script import (
    Append,
    Apply,
    Assign,
    Body,
    Branch,
    Choice,
    Define,
    Expr,
    ForLoop,
    Loop,
    Mutate,
    Procedure,
    Statement,
    Target,
    WhileLoop,
)


@dataclass(frozen=True)
class Where:
    """The `def` that one is in, the loops around, and the branches whose other side is not on the way."""

    scope: int
    loops: tuple[Loop, ...]
    skips: Skips


class Ownership:
    """What one walk after another learns of the arrays of a procedure.

    `written`, `updated`, `kept_at`: where a store is written, updated where that is not a must, and put on a list;
    `updates`: the updates of this walk; `carried`: where what goes round in loops is. `mixed`: carried arrays that have
    no store of their own; `before`: the stores in which an array may have been that is carried in another one.
    `detached`: views that become copies, because they are needed after their array is written; `asked`: further ones.
    """

    def __init__(self, procedure: Procedure, calls: Mapping[str, Summary], detached: frozenset[Var]) -> None:
        self.live = Liveness(procedure)
        self.places = Places(calls)
        self.written: dict[Store, set[int]] = {}
        self.updated: dict[Store, set[int]] = {}
        self.updates: dict[Store, set[int]] = {}
        self.kept_at: dict[Store, set[int]] = {}
        self.carried: dict[Var, Place] = {}
        self.mixed: set[Var] = set()
        self.before: dict[Store, set[Store]] = {}
        self.detached = detached
        self.asked: dict[Var, None] = {}
        self._asked_for: set[Store] = set()
        self.views = frozenset(_views(procedure.body)) - detached
        self.lists = frozenset(_lists(procedure.body))

    def learnt(self) -> tuple[int, ...]:
        """How much is known about what goes round in loops; about what is written and on lists, if any list is filled.

        All grows from one walk to the next but the updates, which become fewer.
        """
        carried = sum(len(stores_of(p)) for p in self.carried.values())
        before = sum(map(len, self.before.values()))
        tables = (self.written, self.updated, self.kept_at) if self.lists else ()
        return carried, len(self.mixed), before, *(sum(map(len, x.values())) for x in tables)

    def bind(self, target: Target, place: Place, s: Statement, where: Where) -> None:
        """Say where what a statement binds is."""
        birth = self.live.span[s].start
        if isinstance(target, tuple):
            for k, t in enumerate(target):
                part = place.items.get(k, NOWHERE) if isinstance(place, Parts) else place
                self.bind(t, part, s, where)
        elif target is not None:
            self.places.bind(target, place, where.scope, birth)

    def reach(self, e: Expr | None) -> frozenset[Store]:
        """All stores that an expression may reach."""
        return stores_of(self.places.place(e))

    def note(self, e: Expr, s: Statement, table: dict[Store, set[int]]) -> None:
        """Remember that something is done here with the stores of a value."""
        for store in self.known_as(self.reach(e)):
            table.setdefault(store, set()).add(self.live.span[s].start)

    def known_as(self, stores: Iterable[Store]) -> set[Store]:
        """Stores, and those in which the same arrays may have been before."""
        found: set[Store] = set()
        new = list(stores)
        while new:
            store = new.pop()
            if store not in found:
                found.add(store)
                new += self.before.get(store, ())
        return found

    # what may be written

    def exclusive(self, v: Var, s: Statement, where: Where, detach: bool = True) -> bool:
        """May the array of a variable be written by this statement: is it ours, and does nobody need it afterwards?

        Where nothing else is in the way, views that somebody needs are detached, and lists get copies.
        """
        position = self.live.span[s].start
        return not self.live.live(v, position, where.skips) and self.unshared(v, position, where, detach)

    def unshared(self, v: Var, position: int, where: Where, detach: bool = True) -> bool:
        """Are the stores of a variable our own, and is no other variable that reaches them needed after a position?"""
        stores = self.reach(v)
        if not stores or any(store.scope != where.scope for store in stores):
            return False
        others: set[Var] = set()
        for store in stores:
            holders = self.places.holders.get(store, {})
            for w in list(holders):
                if self.live.last(w) < position:
                    del holders[w]
                elif w is not v and self.live.needed(w, position, where.skips):
                    others.add(w)
        if detach and others <= self.views | self.lists:
            self.ask(others - self.lists, stores)
            return True
        return not others

    def ask(self, views: set[Var], stores: frozenset[Store]) -> None:
        """Ask for views to be detached. Those of one array are asked for once, as copies may be taken of copies."""
        if views and not stores & self._asked_for:
            self.asked.update(dict.fromkeys(views))
            self._asked_for |= stores

    # what may be on a list

    def is_kept(self, v: Var, s: Statement, where: Where) -> bool:
        """May a list have the array of a variable already when this statement runs?"""
        here = self.live.span[s].start
        for store in self.known_as(self.reach(v)):
            positions = self.kept_at.get(store, ())
            if any(p < here for p in positions) or positions and self.survives(store, where):
                return True
        return False

    def changes(self, store: Store, s: Statement, where: Where) -> bool:
        """Is a store written after this statement, perhaps in the next round of a loop?"""
        positions = self.written.get(store, set()) | self.updated.get(store, set())
        here = self.live.span[s].start
        return any(p > here for p in positions) or bool(positions) and self.survives(store, where)

    def survives(self, store: Store, where: Where) -> bool:
        """Is a store older than a round of the loops around, so that the next round may find it?"""
        return any(
            store.birth <= self.live.span[loop].start
            or any(store in stores_of(self.carried.get(p, NOWHERE)) for p in loop.carried)
            for loop in where.loops
        )


def _views(body: Body) -> Iterator[Var]:
    """The variables that are views, or other names, of arrays, and that a copy could stand for."""
    for s in body.statements:
        match s:
            case Assign(target=Var(type=ab.Array()) as v) if is_view(s.value):
                yield v
            case Mutate(value=Var(type=ab.Array()) as v):
                yield v
            case Branch():
                yield from _views(s.then)
                yield from _views(s.orelse)
            case ForLoop() | WhileLoop() | Define():
                yield from _views(s.body)


def _lists(body: Body) -> Iterator[Var]:
    """The lists that are filled."""
    for s in body.statements:
        match s:
            case Append():
                yield s.to
            case Branch():
                yield from _lists(s.then)
                yield from _lists(s.orelse)
            case ForLoop() | WhileLoop() | Define():
                yield from _lists(s.body)


def is_view(e: Expr) -> bool:
    """Is an expression a view of an array, no larger than the array, or the array itself?"""
    match e:
        case Var():
            return True
        case Apply(op=op):
            return op is runtime.unbroadcast or op in VIEWS and op is not np.broadcast_to and op is not list.pop
        case Choice():
            return is_view(e.then) and is_view(e.orelse)
    return False
