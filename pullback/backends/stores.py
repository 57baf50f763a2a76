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
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from pullback.runtime import add_trees
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from . import carrying, giving
from .facts import WRITES, is_array, is_gather, may_be_a_structure, through, type_of
from .handing import handed_back, returning_first
from .keeping import Keeping, absent, leaving
from .lists import change_lists
from .overlap import overlaps_safely
from .ownership import Ownership, Where
from .places import ABROAD, NOWHERE, Parts, Place, Store, Summary, each, join, same_place, stores_of
from .returning import copied, copy_of, protected
from .script import (
    Act,
    Append,
    Apply,
    Assign,
    Body,
    Branch,
    Change,
    Define,
    Expr,
    ForLoop,
    Invoke,
    Loop,
    Mutate,
    Procedure,
    Return,
    Reverse,
    Statement,
    Update,
    WhileLoop,
    Write,
)
from .sharing import accumulation


def write_in_place(procedure: Procedure, calls: Mapping[str, Summary]) -> tuple[Procedure, Summary]:
    """The procedure with in-place writes, and copies where these or its results need them; and where its result is.

    `calls` tells where the results of other functions are, by key; those of functions not in it may be anywhere.
    """
    away: frozenset[Var] = frozenset()
    detached: frozenset[Var] = frozenset()
    procedure = change_lists(procedure)
    whole = handed_back(procedure, away)
    while True:
        stores = Stores(whole, calls, detached)
        body, summary = stores.settled()
        if not stores.away <= away:
            away |= stores.away
            whole = handed_back(procedure, away)
        elif stores.own.asked.keys() <= detached:
            return replace(whole, body=body), summary
        detached |= stores.own.asked.keys()


class Stores:
    """`away`: parameters that have to be given their values at the end, because these are elsewhere."""

    def __init__(self, procedure: Procedure, calls: Mapping[str, Summary], detached: frozenset[Var]) -> None:
        self.whole = procedure
        self.own = Ownership(procedure, calls, detached)
        self.live = self.own.live
        self.places = self.own.places
        self.away: set[Var] = set()
        self.params = tuple(self.parameter(p.var) for p in procedure.params)
        self.result: Place | None = None
        self.solid: set[Var] = set()  # arrays without axes that are arrays for sure, and no scalars
        self.left: dict[Loop, list[list[Place]]] = {}  # where the results of loops are that are left early
        self.lists = Keeping(self.own, frozenset(leaving(procedure.body)), frozenset(absent(procedure.body)))

    def settled(self) -> tuple[Body, Summary]:
        """The body after as many walks as there is something to learn from."""
        while True:
            before = self.own.learnt(), len(self.lists.apart)
            body = self.procedure()
            self.own.updated = self.own.updates
            if (self.own.learnt(), len(self.lists.apart)) == before:
                return body, Summary(self.params, self.result or NOWHERE)

    def procedure(self) -> Body:
        self.places.holders.clear()
        self.result = None
        self.away = set()
        self.own.updates = {}
        for p, place in zip(self.whole.params, self.params, strict=True):
            self.places.bind(p.var, place, 0, 0)
        return self.body(self.whole.body, Where(0, (), ()))

    def parameter(self, v: Var) -> Place:
        """Where a parameter is: in stores of its own if they may be written, in one of somebody else's if not."""
        return self.places.settle(v.type, NOWHERE if v in self.whole.owned else frozenset({Store(None, 0)}), (v,), 0, 0)

    # statements

    def body(self, body: Body, where: Where) -> Body:
        return Body(tuple(t for s in body.statements for t in self.statement(s, where)), body.results)

    def statement(self, s: Statement, where: Where) -> list[Statement]:
        match s:
            case Assign(value=Apply(op=op)) if op in WRITES:
                return self.write(s, where)
            case Assign(value=Apply(op=prims.copies, args=(x, _)) as value) if is_array(type_of(x)):
                return self.lists.repetition(s, value, where)
            case Assign(value=Invoke() as e) if e.taken:
                return [giving.call(self, s, e, where)]
            case Assign():
                return self.assign(s, where)
            case Mutate():
                return giving.mutate(self, s, where)
            case Append():
                return [self.lists.append(s, where)]
            case Change():
                place = self.own.reach(s.old)
                self.own.bind(s.taken, place, s, where)
                self.own.bind(s.out, place | self.own.reach(s.args), s, where)
            case Branch():
                return [self.branch(s, where)]
            case ForLoop() | WhileLoop():
                return [carrying.loop(self, s, where)]
            case Define():
                return [self.define(s, where)]
            case Return():
                return [self.returned(s, where)]
            case Write():  # of a parameter that is given its value at the end
                self.own.exclusive(s.old, s, where)
                self.own.note(s.old, s, self.own.written)
                self.own.bind(s.out, self.places.place(s.old), s, where)
            case Act() | Reverse() | Update():
                pass
        return [s]

    def returned(self, s: Return, where: Where) -> Return:
        self.lists.leave(s.value)
        if self.whole.public or where.scope:
            return replace(s, value=protected(s.value, self.places, where.scope))
        if self.whole.mutated:
            s, arrays = returning_first(s)
            for p, a in zip(self.whole.mutated, arrays, strict=True):
                if not same_place(self.places.place(a), self.places.place(p)):
                    self.away.add(p)
        place = self.places.place(s.value)
        self.result = place if self.result is None else join(self.result, place)
        return s

    def assign(self, s: Assign, where: Where) -> list[Statement]:
        out, value = s.target, s.value
        if isinstance(out, Var) and isinstance(value, Apply) and accumulation(value, s.origin):
            updated = self.update(s, out, value, where)
            if updated:
                return updated
        if isinstance(out, Var) and out in self.own.detached and self.own.reach(value):
            value = copy_of(value, out)
        self.own.bind(out, self.places.place(value), s, where)
        return [s if value is s.value else replace(s, value=value)]

    def update(self, s: Assign, out: Var, value: Apply, where: Where) -> list[Statement]:
        """`old op= value`, where that can be; what the user wrote so keeps its order in memory by that."""
        old, operand = value.args
        if not isinstance(old, Var):
            return []
        if s.origin.adjoint or ab.rank(out.type) in (0, 1):
            if not self.own.exclusive(old, s, where, detach=False) or self.own.is_kept(old, s, where):
                return []
            before, table = list[Statement](), self.own.updates
        else:
            (before, old), table = self.writable(old, out, s, where), self.own.written
        self.own.note(old, s, table)
        self.own.bind(out, self.places.place(old), s, where)
        return [*before, Update(out, old, value.op, operand, s.origin)]

    def write(self, s: Assign, where: Where) -> list[Statement]:
        out, value = s.target, s.value
        assert isinstance(out, Var)
        assert isinstance(value, Apply)
        array, index, item = value.args
        if isinstance(out.type, ab.Scalar):
            return self.write_scalar(s, out, value)
        before, old = self.writable(array, out, s, where)
        place = self.own.reach(old)
        known: dict[str, Any] = dict(value.kwargs)
        op, each = operator_of(value), value.op is prims.add_item and is_gather(index)
        view = through(old, known.get("via", ()))
        in_structure = value.op is prims.add_at_key
        if in_structure:
            kind = out.type.item if isinstance(out.type, ab.ListOf) else ab.UNKNOWN
            place |= self.own.reach(item)
            index, (item, op) = (index,), self.added(old, index, item, kind)
        elif op is not None and not each and may_be_a_structure(out.type, index):
            in_structure = True
            place |= self.own.reach(item)
            item, op = Apply(add_trees, (Apply(operator.getitem, (view, index)), item)), None
        assigned = (each or op is None) and not in_structure
        if assigned and self.own.reach(item) & place and not overlaps_safely(view, index, item):
            item = copy_of(item)
        self.own.note(old, s, self.own.written)
        self.own.bind(out, place, s, where)
        if op is not None and index == (Lit(...),) and "via" not in known:
            return [*before, Update(out, old, op, item, s.origin)]
        return [*before, Write(out, old, view, index, item, op, each, s.origin)]

    def write_scalar(self, s: Assign, out: Var, value: Apply) -> list[Statement]:
        """An array without axes that is a scalar when the text runs: what operations give for such arrays."""
        old, new = (Var("", ab.Array(getattr(out.type, "dtype", None), ())) for _ in range(2))
        array, index, item = value.args
        return [
            Assign(old, Apply(np.array, (array,), (), old), s.origin),
            Write(new, old, old, index, item, operator_of(value), False, s.origin),
            Assign(out, Apply(operator.getitem, (new, ()), (), out), s.origin),
        ]

    def writable(
        self, array: Expr, out: Var, s: Statement, where: Where, but: frozenset[Store] = NOWHERE
    ) -> tuple[list[Statement], Var]:
        """The variable whose array can be written to become `out`, and what makes that one if it is a copy.

        Arrays in the stores `but` are somebody else's.
        """
        reach, aliased = self.own.reach(array), False
        if isinstance(place := self.places.place(array), Parts):
            aliased = len(list(each(place))) != len(reach)
        if isinstance(array, Var) and not aliased and not reach & but and self.own.exclusive(array, s, where):
            if ab.rank(out.type) != 0 or array in self.solid:
                return [], array
        old = Var(out.hint, out.type)
        birth = self.live.span[s].start
        own = self.places.settle(out.type, NOWHERE, ("copy", out), where.scope, birth)
        listed = isinstance(s, Assign) and isinstance(s.value, Apply) and s.value.op is prims.add_at_key
        self.places.bind(old, stores_of(own) | reach if listed else own, where.scope, birth)
        self.solid.add(out)
        made = Apply(list, (array,), (), old) if listed else copied(array, old, aliased)
        return [Assign(old, made, s.origin)], old

    def added(self, array: Var, key: Expr, item: Expr, kind: ab.Type) -> tuple[Expr, Any]:
        """What is stored for an item of a list that something is added to, and the operator if it is added in place."""
        if isinstance(kind, ab.Scalar):
            return item, operator.add
        before = Apply(prims.item, (array, key))
        return Apply(operator.add if isinstance(kind, ab.Array) else add_trees, (before, item)), None

    def branch(self, s: Branch, where: Where) -> Branch:
        loop = where.loops[-1] if where.loops else None
        sides, results = [], []
        for body, skips, leaves in zip(
            (s.then, s.orelse), self.live.skips(s, where.skips, loop), s.leaves, strict=True
        ):
            sides.append(self.body(body, replace(where, skips=skips)))
            places = [self.places.place(r) for r in body.results]
            if leaves and loop is not None:
                self.left[loop].append(places)
            elif len(places) == len(s.outs):
                results.append(places)
        for o, *places in zip(s.outs, *results, strict=False):
            self.places.bind(o, reduce(join, places), where.scope, self.live.span[s].end)
        return replace(s, then=sides[0], orelse=sides[1])

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


def operator_of(write: Apply) -> Any:
    """The operator of a write that is an augmented assignment."""
    if write.op is prims.add_item:
        return operator.add
    op = dict(write.kwargs).get("op")
    return op.value if isinstance(op, Lit) else None
