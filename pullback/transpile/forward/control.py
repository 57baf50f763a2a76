"""Tangents through branches, loops and calls: each gives tangents beside the values that move.

    y = if c: …; y1 else: …; y2         y, dy = if c: …; y1, dy1 else: …; y2, dy2
    x = for i, x = x0: …; x1            x, dx = for i, x, dx = x0, dx0: …; x1, dx1
    y = call f(x)                       y, dy = call f_jvp(x, dx)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Call, For, If, Lit, Op, Var, While
from pullback.transpile.forward.tangents import name_of
from pullback.transpile.infer import type_of
from pullback.transpile.reverse.kinds import kind_of_either
from pullback.transpile.traversal import reads

if TYPE_CHECKING:
    from pullback.transpile.forward.jvp import Forward


def branch(self: Forward, s: If) -> None:
    """Each side gives the tangents of what moves."""
    moving = [k for k, o in enumerate(s.outs) if o in self.p.active]
    sides: list[Block] = []
    for b in (s.then, s.orelse):
        inner = self.inside(s.origin)
        inner.walk(b.body)
        inner.b.at(s.origin)
        given = _at_the_end(inner, [b.results[k] for k in moving], [s.outs[k].type for k in moving])
        sides.append(Block((), tuple(inner.b.body), (*b.results, *given)))
    n = len(s.outs)
    kinds = [_either(s.outs[k].type, *(b.results[n + j] for b in sides)) for j, k in enumerate(moving)]
    outs = [Var(name_of(s.outs[k]), t) for k, t in zip(moving, kinds, strict=True)]
    self.b.body.append(replace(s, outs=(*s.outs, *outs), then=sides[0], orelse=sides[1]))
    for k, d in zip(moving, outs, strict=True):
        self.t.set(s.outs[k], d)


def _either(t: ab.Type, *given: Atom) -> ab.Type:
    for d in given:
        t = kind_of_either(t, type_of(d))
    return t


def _at_the_end(self: Forward, values: Sequence[Atom], types: Sequence[ab.Type]) -> list[Atom]:
    """The tangents of values as the block hands them on, as values of these types.

    What is made for that stands before the branch at the end of the body, which may tell whether a loop stops.
    """
    body = self.b.body
    start = len(body)
    made = [self.t.whole_as(self.b, v, t) for v, t in zip(values, types, strict=True)]
    last = body[start - 1] if start and len(body) > start else None
    if isinstance(last, If) and not {v for t in body[start:] for v in reads(t)} & {*last.outs}:
        body[start - 1 :] = [*body[start:], last]
    return made


def loop(self: Forward, s: For | While) -> None:
    """A loop carries the tangents of what moves beside the values, and collects them beside what it collects."""
    n = len(s.inits)
    carried = [k for k in range(n) if s.carried[k] in self.p.active or s.outs[k] in self.p.active]
    collected = [k for k in range(n, len(s.outs)) if s.outs[k] in self.p.active]
    pairs = [] if isinstance(s, While) else list(zip(s.item_params, s.items, strict=True))
    walked = [(p, a) for p, a in pairs if p in self.p.active]
    inits = [self.t.whole_as(self.b, s.inits[k], s.carried[k].type) for k in carried]
    items = [self.t.whole(self.b, a) for _, a in walked]
    kinds = [_either(s.carried[k].type, d) for k, d in zip(carried, inits, strict=True)]
    while True:
        params = [Var(name_of(s.carried[k]), t) for k, t in zip(carried, kinds, strict=True)]
        rows = [Var(name_of(p), _row(p.type, d)) for (p, _), d in zip(walked, items, strict=True)]
        inner = self.inside(s.origin)
        for k, d in zip(carried, params, strict=True):
            inner.t.set(s.carried[k], d)
        for (p, _), d in zip(walked, rows, strict=True):
            inner.t.set(p, d)
        inner.walk(s.body.body)
        inner.b.at(s.origin)
        types = [*(s.carried[k].type for k in carried), *(type_of(s.body.results[k]) for k in collected)]
        given = _at_the_end(inner, [s.body.results[k] for k in (*carried, *collected)], types)
        after = [_either(t, d) for t, d in zip(kinds, given, strict=False)]
        if after == kinds:
            break
        kinds = after
    ends, kept = given[: len(carried)], given[len(carried) :]
    results = (*s.body.results[:n], *ends, *s.body.results[n:], *kept)
    outs = [Var(name_of(s.outs[k]), t) for k, t in zip(carried, kinds, strict=True)]
    lists = [Var(name_of(s.outs[k]), ab.ListOf(type_of(d))) for k, d in zip(collected, kept, strict=True)]
    all_outs = (*s.outs[:n], *outs, *s.outs[n:], *lists)
    body = tuple(inner.b.body)
    if isinstance(s, For):
        block = Block((s.index, *s.carried, *params, *s.item_params, *rows), body, results)
        made: For | While = replace(s, outs=all_outs, inits=(*s.inits, *inits), items=(*s.items, *items), body=block)
    else:
        block = Block((*s.carried, *params), body, results)
        unread = tuple(Var(v.hint, v.type) for v in params)
        cond = Block((*s.cond.params, *unread), s.cond.body, s.cond.results)
        made = replace(s, outs=all_outs, inits=(*s.inits, *inits), cond=cond, body=block)
    self.b.body.append(made)
    for k, d in zip((*carried, *collected), (*outs, *lists), strict=True):
        self.t.set(s.outs[k], d)


def _row(t: ab.Type, d: Atom) -> ab.Type:
    """The type of the tangent of an item of type `t` of a sequence whose tangent is `d`."""
    u = type_of(d)
    return kind_of_either(t, u.item) if isinstance(u, ab.ListOf) else t


def call(self: Forward, s: Call) -> None:
    """`y = f(a, b)` becomes `y, dy = f_jvp(a, b, da, db)`."""
    active = tuple(i for i, a in enumerate(s.args) if self.moves(a))
    if not active:
        self.b.body.append(s)
        return
    _, d = value_and_tangent(self, s.function, s.args, active, s.out.type, s)
    self.t.set(s.out, d)


def value_and_tangent(
    self: Forward, function: str, args: tuple[Atom, ...], active: tuple[int, ...], t: ab.Type, s: Call | None = None
) -> tuple[Var, Var]:
    """What a function of the program gives, of type `t`, and its tangent; `s`: a call in whose place this is."""
    key = self.p.companion(function, active)
    tangents = tuple(self.t.whole(self.b, args[i]) for i in active)
    known = self.p.result_type(key)
    d_type = known.items[1] if isinstance(known, ab.Seq) and len(known.items) == 2 else t
    kind = kind_of_either(t, d_type)  # in the caller's lengths
    both = Var("", ab.Seq("tuple", (t, kind)))
    origin = self.b.origin if s is None else s.origin
    self.b.body.append(Call(both, key, (*args, *tangents), origin))
    value = Var("", t) if s is None else s.out
    self.b.body.append(Op(value, prims.item, (both, Lit(0)), (), origin))
    d = Var(name_of(value), kind)
    self.b.body.append(Op(d, prims.item, (both, Lit(1)), (), self.b.origin))
    return value, d
