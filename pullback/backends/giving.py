"""Calls that write into their arguments: what is given away for that is our own, and given once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pullback.transpile import prims
from pullback.transpile.core import Var

from .facts import MAKERS
from .ownership import Where
from .places import NOWHERE, Parts, Store, each
from .returning import copied, copy_of
from .script import Apply, Assign, Expr, Invoke, Mutate, Statement

if TYPE_CHECKING:
    from .stores import Stores


def mutate(stores: Stores, s: Mutate, where: Where) -> list[Statement]:
    """A call of the user's function: what it writes is made our own first."""
    before: list[Statement] = []
    args, mine = list(s.call.args), NOWHERE
    for k, new in zip(s.at, s.new, strict=True):
        first, args[k] = stores.writable(args[k], new, s, where, mine)
        before += first
        mine |= stores.own.reach(args[k])
        stores.own.note(args[k], s, stores.own.written)
    call = replace(s.call, args=apart(stores, args, s.at, mine))
    value = s.value
    after: list[Statement] = []
    if value is not None and value in stores.own.detached:
        value = Var("", value.type)
        after = [Assign(s.value, copy_of(value, s.value), s.origin)]
    stores.own.bind(s.value, NOWHERE if after else stores.places.place(call), s, where)
    for k, new in zip(s.at, s.new, strict=True):
        stores.own.bind(new, stores.places.place(args[k]), s, where)
    return [*before, replace(s, value=value, call=call), *after]


def call(stores: Stores, s: Assign, e: Invoke, where: Where) -> Assign:
    """A call of a companion that takes arguments over: what is not given away is copied for it."""
    args, mine = list(e.args), NOWHERE
    for k in e.taken:
        args[k] = given(stores, args[k], s, where, mine)
        mine |= stores.own.reach(args[k])
    e = replace(e, args=apart(stores, args, e.taken, mine))
    stores.own.bind(s.target, stores.places.place(e), s, where)
    return replace(s, value=e)


def given(stores: Stores, e: Expr, s: Statement, where: Where, but: frozenset[Store]) -> Expr:
    """An argument that is given away, or a copy of it; what is in the stores `but` is given away already."""
    if isinstance(e, Apply) and e.op in MAKERS:
        parts = [*e.args[:1]] if e.op is prims.make_dict else []
        for x in e.args[len(parts) :]:
            parts.append(given(stores, x, s, where, but))
            but |= stores.own.reach(parts[-1])
        return replace(e, args=tuple(parts))
    reach, place = stores.own.reach(e), stores.places.place(e)
    twice = isinstance(place, Parts) and len(list(each(place))) != len(reach)
    if isinstance(e, Var) and not twice and not reach & but and stores.own.exclusive(e, s, where):
        stores.own.note(e, s, stores.own.written)
        return e
    return copied(e, apart=twice) if reach else e


def apart(stores: Stores, args: list[Expr], at: tuple[int, ...], mine: frozenset[Store]) -> tuple[Expr, ...]:
    """The arguments of a call, with copies of those that are only read but share storage with one that is not."""
    return tuple(copied(x) if k not in at and stores.own.reach(x) & mine else x for k, x in enumerate(args))
