"""Scripts to scripts: new versions of arrays become writes in place, where nobody else can see the old one.

Before::

    du2 = add_item(du1, (i,), v)

After, where `du1` is this function's own and not needed any more, and otherwise with a copy first::

    du[i] += v

What is returned shares no storage with the arguments nor with itself.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pullback.runtime import add_trees
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Var

from .facts import MAKERS, WRITES, is_advanced, is_array, type_of
from .liveness import Liveness, Skips
from .places import ABROAD, NOWHERE, Parts, Place, Places, Store, Summary, join, stores_of
from .plans import Plans
from .returning import copy_of, protected
from .script import (
    Act,
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
    Procedure,
    Return,
    Reverse,
    Statement,
    Target,
    Update,
    WhileLoop,
    Write,
)
from .sharing import accumulation


def write_in_place(procedure: Procedure, calls: Mapping[str, Summary]) -> tuple[Procedure, Summary]:
    """The procedure with in-place writes, and copies where these or its results need them; and where its result is.

    `calls` tells where the results of other functions are, by key; those of functions not in it may be anywhere.
    """
    stores = _Stores(procedure, calls)
    while True:
        before = stores.learnt()
        body = stores.procedure()
        stores.updated = stores.updates
        done = stores.learnt() == before
        if done or not (stores.kept_at or stores.carried):  # only lists and loops are told what is written later
            return replace(procedure, body=body), Summary(stores.params, stores.result or NOWHERE)


@dataclass(frozen=True)
class Where:
    """The `def` that one is in, the loops around, and the branches whose other side is not on the way."""

    scope: int
    loops: tuple[Loop, ...]
    skips: Skips


class _Stores:
    def __init__(self, procedure: Procedure, calls: Mapping[str, Summary]) -> None:
        self.whole = procedure
        self.live = Liveness(procedure)
        self.places = Places(calls)
        self.params = tuple(Store(None, 0) for _ in procedure.params)
        self.result: Place | None = None
        self.written: dict[Store, set[int]] = {}
        self.updated: dict[Store, set[int]] = {}
        self.kept_at: dict[Store, set[int]] = {}
        self.carried: dict[Var, Place] = {}
        self.plans = Plans()
        self.plans.body(procedure.body)

    def learnt(self) -> tuple[int, ...]:
        """How much is known about what is written and updated, what is on lists, and what goes round in loops.

        All grows from one walk to the next but the updates, which become fewer.
        """
        carried = sum(len(stores_of(p)) for p in self.carried.values())
        written, kept = (sum(map(len, x.values())) for x in (self.written, self.kept_at))
        return written, sum(map(len, self.updated.values())), kept, carried

    def procedure(self) -> Body:
        self.places.holders.clear()
        self.result = None
        self.updates: dict[Store, set[int]] = {}
        for p, store in zip(self.whole.params, self.params, strict=True):
            self.places.bind(p.var, frozenset((store,)), 0, 0)
        return self.body(self.whole.body, Where(0, (), ()))

    # statements

    def body(self, body: Body, where: Where) -> Body:
        return Body(tuple(t for s in body.statements for t in self.statement(s, where)), body.results)

    def statement(self, s: Statement, where: Where) -> list[Statement]:
        match s:
            case Assign(value=Apply(op=op)) if op in WRITES:
                return self.write(s, where)
            case Assign():
                return self.assign(s, where)
            case Append():
                return [self.append(s, where)]
            case Branch():
                return [self.branch(s, where)]
            case ForLoop() | WhileLoop():
                return [self.loop(s, where)]
            case Define():
                return [self.define(s, where)]
            case Return() if self.whole.public or where.scope:
                return [replace(s, value=protected(s.value, self.places, where.scope))]
            case Return():
                place = self.places.place(s.value)
                self.result = place if self.result is None else join(self.result, place)
                return [s]
            case Act() | Reverse() | Update() | Write():
                return [s]

    def assign(self, s: Assign, where: Where) -> list[Statement]:
        out, value = s.target, s.value
        if isinstance(out, Var) and isinstance(value, Apply) and accumulation(value, s.origin):
            old = value.args[0]
            if isinstance(old, Var) and self.exclusive(old, s, where) and not self.is_kept(old, s, where):
                self.bind(out, self.places.place(old), s, where)
                self.note(old, s, self.updates)
                return [Update(out, old, value.op, value.args[1], s.origin)]
        self.bind(out, self.places.place(value), s, where)
        return [s]

    def write(self, s: Assign, where: Where) -> list[Statement]:
        out, value = s.target, s.value
        assert isinstance(out, Var)
        assert isinstance(value, Apply)
        array, index, item = value.args
        before: list[Statement] = []
        if isinstance(array, Var) and self.exclusive(array, s, where):
            old = array
        else:
            old = Var(out.hint, out.type)
            before.append(Assign(old, copy_of(array, old), s.origin))
            birth = self.live.span[s].start
            own = frozenset({self.places.make(("copy", out), where.scope, birth)})
            items = NOWHERE if isinstance(out.type, ab.Array) else stores_of(self.places.place(array))
            self.places.bind(old, own | items, where.scope, birth)
        place = stores_of(self.places.place(old))
        add = value.op is prims.add_item
        if value.op is prims.add_at_key:
            kind = out.type.item if isinstance(out.type, ab.ListOf) else ab.UNKNOWN
            place |= stores_of(self.places.place(item))
            index, item, add = (index,), *self.added(old, index, item, kind)
        if is_advanced(index) and stores_of(self.places.place(item)) & place:
            item = copy_of(item)
        self.note(old, s, self.written)
        self.bind(out, place, s, where)
        return [*before, Write(out, old, index, item, add, s.origin)]

    def added(self, array: Var, key: Expr, item: Expr, kind: ab.Type) -> tuple[Expr, bool]:
        """What is stored for an item of a list that something is added to, and is it added in place?"""
        if isinstance(kind, ab.Scalar):
            return item, True
        before = Apply(prims.item, (array, key))
        return Apply(operator.add if isinstance(kind, ab.Array) else add_trees, (before, item)), False

    def note(self, e: Expr, s: Statement, table: dict[Store, set[int]]) -> None:
        """Remember that something is done here with the stores of a value."""
        for store in stores_of(self.places.place(e)):
            table.setdefault(store, set()).add(self.live.span[s].start)

    def is_kept(self, v: Var, s: Statement, where: Where) -> bool:
        """May a list have the array of a variable already when this statement runs?"""
        here = self.live.span[s].start
        for store in stores_of(self.places.place(v)):
            positions = self.kept_at.get(store, ())
            if any(p < here for p in positions) or positions and self.survives(store, where):
                return True
        return False

    def bind(self, target: Target, place: Place, s: Statement, where: Where) -> None:
        birth = self.live.span[s].start
        if isinstance(target, tuple):
            for k, t in enumerate(target):
                part = place.items.get(k, NOWHERE) if isinstance(place, Parts) else place
                self.bind(t, part, s, where)
        elif target is not None:
            self.places.bind(target, place, where.scope, birth)

    def exclusive(self, v: Var, s: Statement, where: Where) -> bool:
        """May the array of a variable be written by this statement: is it ours, and does nobody need it afterwards?"""
        position = self.live.span[s].start
        return not self.live.live(v, position, where.skips) and self.unshared(v, position, where)

    def unshared(self, v: Var, position: int, where: Where) -> bool:
        """Are the stores of a variable our own, and is no other variable that reaches them needed after a position?"""
        stores = stores_of(self.places.place(v))
        if not stores or any(store.scope != where.scope for store in stores):
            return False
        for store in stores:
            holders = self.places.holders.get(store, {})
            for w in list(holders):
                if self.live.last(w) < position:
                    del holders[w]
                elif w is not v and self.live.live(w, position, where.skips):
                    return False
        return True

    def append(self, s: Append, where: Where) -> Append:
        """An array that is written later is copied; so is one that leaves the function on a list and is not its own."""
        value = self.kept(s.value, s, where)
        stores = stores_of(self.places.place(value))
        self.note(s.value, s, self.kept_at)
        place = stores_of(self.places.of.get(s.to, NOWHERE)) | stores | ABROAD
        self.places.of[s.to] = place
        for store in place:
            self.places.holders.setdefault(store, {})[s.to] = None
        return Append(s.to, value, s.origin)

    def kept(self, e: Expr, s: Append, where: Where) -> Expr:
        """An item of a list as it may be kept there."""
        if isinstance(e, Apply) and e.op in MAKERS:
            return replace(
                e,
                args=tuple(
                    x if e.op is prims.make_dict and k == 0 else self.kept(x, s, where) for k, x in enumerate(e.args)
                ),
            )
        if isinstance(e, Choice):
            return Choice(e.cond, self.kept(e.then, s, where), self.kept(e.orelse, s, where))
        place = self.places.place(e)
        if isinstance(place, Parts):
            return e
        foreign = s.to in self.plans.leaving and any(
            store.scope != where.scope or self._listed(store, s.to) for store in place
        )
        if foreign or any(self.changes(store, s, where) for store in place):
            return copy_of(e) if isinstance(type_of(e), ab.Array) else e
        return e

    def _listed(self, store: Store, to: Var) -> bool:
        return any(w is not to and w in self.plans.leaving for w in self.places.holders.get(store, ()))

    def changes(self, store: Store, s: Append, where: Where) -> bool:
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

    def branch(self, s: Branch, where: Where) -> Branch:
        span = self.live.span[s]
        then = self.body(s.then, replace(where, skips=((span.middle, span.end), *where.skips)))
        left = [self.places.place(r) for r in s.then.results]
        orelse = self.body(s.orelse, where)
        for o, x, r in zip(s.outs, left, s.orelse.results, strict=False):
            self.places.bind(o, join(x, self.places.place(r)), where.scope, span.end)
        return replace(s, then=then, orelse=orelse)

    # loops

    def loop(self, s: Loop, where: Where) -> Loop:
        inits = self.entries(s, where)
        start = self.live.span[s].start
        inside = replace(where, loops=(*where.loops, s))
        while True:
            for p, i in zip(s.carried, inits, strict=True):
                place = self.places.settle(p.type, self.places.place(i), (p,), where.scope, start)
                self.places.bind(p, join(place, self.carried.get(p, NOWHERE)), where.scope, start)
            if isinstance(s, ForLoop):
                self.bind(s.target, stores_of(self.places.place(s.iterable)), s, where)
            else:
                test = self.body(s.test, inside)
            body = self.body(s.body, inside)
            stable = True
            for p, r in zip(s.carried, s.body.results, strict=True):
                before = self.carried.get(p, NOWHERE)
                now = join(before, join(self.places.of.get(p, NOWHERE), self.places.place(r)))
                if stores_of(now) != stores_of(before):
                    self.carried[p] = now
                    stable = False
            if stable:
                break
        for o, p in zip(s.outs, s.carried, strict=True):
            self.places.bind(o, self.carried.get(p, NOWHERE), where.scope, self.live.span[s].end)
        if isinstance(s, ForLoop):
            return replace(s, inits=inits, body=body)
        return replace(s, inits=inits, test=test, body=body)

    def entries(self, s: Loop, where: Where) -> tuple[Expr, ...]:
        """What a loop starts from: an array that it writes is copied, unless it is ours and for this loop alone."""
        out: list[Expr] = []
        start = self.live.span[s].start
        for p, i in zip(s.carried, s.inits, strict=True):
            mine = stores_of(self.places.place(i))
            others = NOWHERE.union(
                *(stores_of(self.places.place(x)) for q, x in zip(s.carried, s.inits, strict=True) if q is not p)
            )
            if p in self.plans.written and is_array(p.type) and mine:
                alone = (
                    isinstance(i, Var) and not self.live.live(i, start, where.skips) and self.unshared(i, start, where)
                )
                if not alone or mine & others:
                    i = copy_of(i, p)
            out.append(i)
        return tuple(out)

    # functions

    def define(self, s: Define, where: Where) -> Define:
        span = self.live.span[s]
        inside = Where(span.start, (), ())
        captured = NOWHERE.union(*(stores_of(self.places.of[v]) for v in self._captured(s)))
        for p in s.params:
            self.places.bind(p, ABROAD, span.start, span.start)
        body = self.body(s.body, inside)
        self.places.of[s.out] = captured
        for store in captured:
            self.places.holders.setdefault(store, {})[s.out] = None
        return replace(s, body=body)

    def _captured(self, s: Define) -> list[Var]:
        start = self.live.span[s].start
        end = self.live.span[s].end
        return [
            v for v in self.places.of if self.live.bound.get(v, 0) < start
            and any(start <= p <= end for p in self.live.reads.get(v, ()))
        ]  # fmt: skip
