"""What is put on a list: an array that is written later is copied, so that the list keeps what it was."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from .facts import MAKERS, type_of
from .ownership import Ownership, Where
from .places import ABROAD, NOWHERE, Parts, Store, stores_of
from .returning import copied, copy_of
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
    Invoke,
    Return,
    Statement,
    WhileLoop,
    atoms,
)


def leaving(body: Body) -> Iterator[Var]:
    """The lists that leave the function: results, or parts of them."""
    for s in body.statements:
        match s:
            case Assign(target=Var(), value=Apply(op=op) as value) if op is not list.pop:
                yield from _lists(value)
            case Return(value=value):
                yield from _lists(value)
            case Branch():
                yield from leaving(s.then)
                yield from leaving(s.orelse)
            case ForLoop() | WhileLoop() | Define():
                yield from leaving(s.body)


def _lists(e: Expr) -> Iterator[Var]:
    return (v for v in atoms(e) if isinstance(v.type, ab.ListOf))


def absent(body: Body) -> Iterator[Var]:
    """What a branch leaves that has nothing to leave on one of its sides: None."""
    for s in body.statements:
        match s:
            case Branch():
                yield from absent(s.then)
                yield from absent(s.orelse)
                for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=False):
                    if NONE in (x, y):
                        yield o
            case ForLoop() | WhileLoop() | Define():
                yield from absent(s.body)


NONE = Lit(None)


class Keeping:
    """Appends to the lists of one procedure; `leaving` are those that leave it, `absent` what may be None.

    `repeated`: the lists of cotangents that may have an array several times, by the store of that; `apart`: those of
    them that are returned, and so get copies of it.
    """

    def __init__(self, own: Ownership, leaving: frozenset[Var], absent: frozenset[Var]) -> None:
        self.own = own
        self.leaving = leaving
        self.absent = absent
        self.repeated: dict[Store, set[Var]] = {}
        self.apart: set[Var] = set()

    def append(self, s: Append, where: Where) -> Append:
        """An array that is written later is copied; so is one that leaves the function on a list and is not its own."""
        places = self.own.places
        value = self.kept(s.value, s, where)
        stores = stores_of(places.place(value))
        self.own.note(s.value, s, self.own.kept_at)
        if s.origin.adjoint:
            self.repeat(s.to, (store for store in stores if self.own.survives(store, where)))
        place = stores_of(places.of.get(s.to, NOWHERE)) | stores | ABROAD
        places.of[s.to] = place
        for store in place:
            places.holders.setdefault(store, {})[s.to] = None
        return Append(s.to, value, s.origin)

    def repeat(self, v: Var, stores: Iterable[Store]) -> None:
        """A list may have the arrays in these stores several times."""
        for store in stores:
            self.repeated.setdefault(store, set()).add(v)

    def repetition(self, s: Assign, value: Apply, where: Where) -> list[Statement]:
        """`xs = [x] * n` of an array: where the list is returned, with copies of it."""
        x, n = value.args
        out = s.target
        assert isinstance(out, Var)
        if out not in self.apart:
            self.own.bind(out, self.own.places.place(value), s, where)
            if s.origin.adjoint:
                self.repeat(out, self.own.reach(out))
            return [s]
        before: list[Statement] = [Assign(out, Apply(prims.make_list, (), (), out), s.origin)]
        if not isinstance(x, Var):
            item = Var("", type_of(x))
            before.insert(0, Assign(item, x, s.origin))
            x = item
        over = n.args[0] if isinstance(n, Apply) and n.op is len else Apply(range, (n,))
        body = Body((Append(out, copied(x), s.origin),))
        self.own.bind(out, NOWHERE, s, where)
        return [*before, ForLoop((), (), (), None, over, body, s.origin)]

    def leave(self, e: Expr) -> None:
        """A value is returned: no list in it may have an array twice."""
        if isinstance(e, Apply) and e.op in MAKERS:
            for x in e.args:
                self.leave(x)
        elif isinstance(e, Choice):
            self.leave(e.then)
            self.leave(e.orelse)
        elif isinstance(e, Var | Apply | Invoke) and not isinstance(type_of(e), ab.Array | ab.Scalar):
            for store in self.own.known_as(self.own.reach(e)):
                self.apart |= self.repeated.get(store, set())

    def kept(self, e: Expr, s: Append, where: Where) -> Expr:
        """An item of a list as it may be kept there."""
        value = self._kept(e, s, where)
        if value is not e and isinstance(e, Var) and e in self.absent:
            there = Apply(operator.is_not, (e, NONE), (), Var("", ab.BOOL))
            return Choice(there, value, NONE)
        return value

    def _kept(self, e: Expr, s: Append, where: Where) -> Expr:
        if isinstance(e, Apply) and e.op in MAKERS:
            skip = 1 if e.op is prims.make_dict else 0
            return replace(e, args=(*e.args[:skip], *(self.kept(x, s, where) for x in e.args[skip:])))
        if isinstance(e, Choice):
            return Choice(e.cond, self.kept(e.then, s, where), self.kept(e.orelse, s, where))
        place = self.own.places.place(e)
        if isinstance(place, Parts):
            return copied(e) if any(self.own.changes(store, s, where) for store in stores_of(place)) else e
        foreign = s.to in self.leaving and any(
            store.scope != where.scope or self._listed(store, s.to) for store in place
        )
        if any(self.own.changes(store, s, where) for store in place):
            return copied(e)
        apart = foreign or s.to in self.apart and bool(place)
        return copy_of(e) if apart and isinstance(type_of(e), ab.Array) else e

    def _listed(self, store: Store, to: Var) -> bool:
        return any(w is not to and w in self.leaving for w in self.own.places.holders.get(store, ()))
