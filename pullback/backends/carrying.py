"""Loops: where the arrays are that go round in them, and what is copied before they begin."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from pullback.transpile import abstract as ab
from pullback.transpile.core import Var

from .facts import is_array
from .ownership import Where
from .places import NOWHERE, Place, Store, join, stores_of
from .returning import copied
from .script import Expr, ForLoop, Loop

if TYPE_CHECKING:
    from .stores import Stores


def loop(stores: Stores, s: Loop, where: Where) -> Loop:
    """A loop with in-place writes in it, walked until nothing new is known of what it carries."""
    inits = entries(stores, s, where)
    start = stores.live.span[s].start
    inside = replace(where, loops=(*where.loops, s))
    alone = {p: stores.places.make((p,), where.scope, start) for p in s.carried if is_alone(stores, p)}
    while True:
        stores.left[s] = []
        for p, i in zip(s.carried, inits, strict=True):
            place = stores.places.settle(p.type, stores.places.place(i), (p,), where.scope, start)
            place = frozenset({alone[p]}) if p in alone else join(place, stores.own.carried.get(p, NOWHERE))
            stores.places.bind(p, place, where.scope, start)
        if isinstance(s, ForLoop):
            stores.own.bind(s.target, stores.own.reach(s.iterable), s, where)
        else:
            test = stores.body(s.test, inside)
        body = stores.body(s.body, inside)
        stable = True
        for p, r in zip(s.carried, s.body.results, strict=True):
            before = stores.own.carried.get(p, NOWHERE)
            now = join(before, join(stores.places.of.get(p, NOWHERE), stores.places.place(r)))
            if stores_of(now) != stores_of(before):
                stores.own.carried[p] = now
                stable = False
        ends = [[stores.places.place(r) for r in s.body.results], *stores.left[s]]
        if stable and not mixed(stores, s, alone, ends, where):
            break
    for k, (o, p, i) in enumerate(zip(s.outs, s.carried, inits, strict=True)):
        if p in alone:
            stores.places.bind(o, frozenset({alone[p]}), where.scope, stores.live.span[s].end)
            sources = stores_of(stores.places.place(i)).union(*(stores_of(end[k]) for end in ends))
            stores.own.before.setdefault(alone[p], set()).update(sources)
        else:
            place = reduce(join, (left[k] for left in stores.left[s]), stores.own.carried.get(p, NOWHERE))
            stores.places.bind(o, place, where.scope, stores.live.span[s].end)
    if isinstance(s, ForLoop):
        return replace(s, inits=inits, body=body)
    return replace(s, inits=inits, test=test, body=body)


def is_alone(stores: Stores, p: Var) -> bool:
    """Is an array that a loop carries and writes in a store of its own, as far as is known?"""
    return p in stores.whole.wanted and isinstance(p.type, ab.Array) and p not in stores.own.mixed


def mixed(stores: Stores, s: Loop, alone: dict[Var, Store], ends: list[list[Place]], where: Where) -> bool:
    """Are two arrays that a loop carries perhaps one after some round? Then they have no stores of their own.

    What each has at the end of a round is made in the loop, or was another's when the round began.
    """
    span, found = stores.live.span[s], len(stores.own.mixed)
    own = set(alone.values())
    for end in ends:
        reach = [stores_of(place) for place in end]
        times = Counter(store for some in reach for store in some)
        for k, p in enumerate(s.carried):
            ours = all(
                store.scope == where.scope and (span.start < store.birth <= span.end or store in own)
                for store in reach[k]
            )
            if p in alone and (not ours or any(times[store] > 1 for store in reach[k])):
                stores.own.mixed.add(p)
    for p in stores.own.mixed & alone.keys():
        del alone[p]
    return len(stores.own.mixed) > found


def entries(stores: Stores, s: Loop, where: Where) -> tuple[Expr, ...]:
    """What a loop starts from: an array that it writes is copied, unless it is ours and for this loop alone."""
    out: list[Expr] = []
    start = stores.live.span[s].start
    reach = [stores_of(stores.places.place(i)) for i in s.inits]
    times = Counter(store for some in reach for store in some)
    for p, i, mine in zip(s.carried, s.inits, reach, strict=True):
        shared = any(times[store] > 1 for store in mine)
        if p in stores.whole.wanted and is_array(p.type) and mine:
            alone = (
                isinstance(i, Var)
                and not stores.live.live(i, start, where.skips)
                and stores.own.unshared(i, start, where, detach=not shared)
            )
            if not alone or shared:
                i = copied(i, p)
        out.append(i)
    return tuple(out)
