"""The adjoint of a branch is a branch on the same condition, that of a loop a loop the other way."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    For,
    If,
    Lit,
    Range,
    Var,
    While,
)
from pullback.transpile.infer import type_of
from pullback.transpile.reverse.activity import active_free
from pullback.transpile.reverse.again import run_again
from pullback.transpile.reverse.cotangents import Tree
from pullback.transpile.reverse.kinds import kind_of_either
from pullback.transpile.stopping import inside, straight, ways_out
from pullback.transpile.traversal import substitute

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def branch(self: Adjoint, s: If) -> None:
    """Each side hands its cotangents on; what both read from outside comes out of the adjoint `if`.

    Where the first side is tried, forward code tells whether it has come to its end.
    """
    given = {o: self.ct.full(o) for o in s.outs if o in self.ct.open}
    outer = active_free((s.then, s.orelse), self.r.active) if given else ()
    slots = self.r.restored.slots(s)
    entries = [self.r.restored.entries[s.outs[k]] for k in slots]
    base = {v: d for v in outer if (d := self.ct.pop(v)) is not None}
    sides: list[Block] = []
    for b in (s.then, s.orelse):
        inner = self.inside(s.origin)
        inner.ct.open.update({v: _copy(d) for v, d in base.items()})
        for o, r in zip(s.outs, b.results, strict=True):
            if o in given:
                inner.ct.add(r, given[o])
        inner.versions.bind_all([b.results[k] for k in slots], [self.versions.now(s.outs[k]) for k in slots])
        inner.walk(b.body)
        inner.b.at(s.origin)
        results = tuple(inner.ct.full(v) for v in outer)
        sides.append(Block((), inner.done(), (*results, *map(inner.versions.now, entries))))
    kinds = [_kind(_kind(v.type, x), y) for v, x, y in zip(outer, *(b.results for b in sides), strict=False)]
    outs = tuple(_cotangent_var(self, v, t) for v, t in zip(outer, kinds, strict=True))
    back = tuple(Var(v.hint, v.type) for v in entries)
    cond = self.r.completed.setdefault(s.tag, Var("completed", ab.BOOL)) if s.tries else s.cond
    self.b.body.append(If((*outs, *back), cond, sides[0], sides[1], self.b.origin, adjoint_of=s.tag))
    _reopen(self, outer, outs)
    self.versions.bind_all(entries, back)


def _reopen(self: Adjoint, values: Sequence[Var], outs: Sequence[Var]) -> None:
    """The cotangents of `values` go on as `outs`, which have the whole shape."""
    for v, o in zip(values, outs, strict=True):
        self.ct.mark_whole(o, v)
        self.ct.add(v, o)


def _cotangent_var(self: Adjoint, v: Var, t: ab.Type) -> Var:
    return Var(self.ct.name(v), t)


def _kind(t: ab.Type, d: Atom) -> ab.Type:
    """The type that a cotangent of type `t` or `d` has. It only ever grows, so that loops settle."""
    return kind_of_either(t, type_of(d))


def _copy(d: Any) -> Any:
    return Tree({k: _copy(x) for k, x in d.items()}) if isinstance(d, Tree) else d


class _Slots:
    """What the adjoint of a loop carries: the cotangents of carried values and of what the body reads from outside.

    `rows` are the arrays whose rows the loop runs over: their cotangents are filled in row by row. `listed` are the
    items of lists, whose cotangents are collected; of a loop that may stop early they are filled in as well. Of the
    arrays in the slots `restored` the loop carries what they were.
    """

    def __init__(self, self_: Adjoint, s: For | While) -> None:
        self.body = s.body
        active = self_.r.active
        pairs: list[tuple[Var, Atom]] = [] if isinstance(s, While) else list(zip(s.item_params, s.items, strict=True))
        live = [(p, a) for p, a in pairs if isinstance(a, Var) and a in active and p in active]
        self.listed = [(p, a) for p, a in live if _is_list(a.type) and s.stop is None]
        self.rows = [pair for pair in live if pair not in self.listed]
        self.carried = [k for k in range(len(s.inits)) if s.carried[k] in active or s.outs[k] in active]
        self.restored = self_.r.restored.slots(s)
        if s.stop is not None and len(s.outs) == len(s.inits):
            self.skip_last(self_, s, s.stop)
        read = active_free((self.body,), active)
        self.outer = list(dict.fromkeys([*read, *(a for _, a in self.rows)]))

    def skip_last(self, self_: Adjoint, s: For | While, stop: Atom) -> None:
        """The iteration that stops a loop has no adjoint if it hands on all cotangents as they are."""
        ends = ways_out(s.body.body, stop, s.body.results)
        if all(e[k] is s.carried[k] for e in ends for k in (*self.carried, *self.restored)):
            found = straight(s.body.body, stop, s.body.results)
            if found is not None:
                self.body = Block(s.body.params, *found)
                self_.r.skipping.add(s.tag)


def loop(self: Adjoint, s: For | While) -> None:
    """Carried values go back from `outs` to `inits`; what the body reads from outside accumulates."""
    slots = _Slots(self, s)
    n = len(s.inits)
    source, index = _source(self, s, slots)
    here = Var(index.hint, index.type)
    values = [*(s.carried[k] for k in slots.carried), *slots.outer]
    inits = [*(self.ct.full(s.outs[k]) for k in slots.carried), *(self.ct.full(v) for v in slots.outer)]
    taped = [(o, r) for o, r in zip(s.outs[n:], s.body.results[n:], strict=True) if o in self.ct.open]
    tapes = [self.ct.full(o) for o, _ in taped]
    tape_params = [Var(self.ct.name(r), type_of(r)) for _, r in taped]
    taped_seeds = [(r, p) for (_, r), p in zip(taped, tape_params, strict=True) if isinstance(r, Var)]
    kinds = [_kind(v.type, d) for v, d in zip(values, inits, strict=True)]
    while True:
        params = [_cotangent_var(self, v, t) for v, t in zip(values, kinds, strict=True)]
        inner = self.inside(s.origin)
        arrays = inner.versions.enter(s, slots.body.results, slots.restored)
        final, collected = _iteration(inner, s, slots, slots.body, values, params, taped_seeds, index)
        after = [_kind(t, d) for t, d in zip(kinds, final, strict=True)]
        if after == kinds:
            break
        kinds = after
    final += [inner.versions.now(s.carried[k]) for k in slots.restored]
    inits += [self.versions.now(s.outs[k]) for k in slots.restored]
    back = [Var(p.hint, p.type) for p in arrays]
    body = Block((here, *params, *arrays, *tape_params), inner.done(), (*final, *collected))
    outs = [_cotangent_var(self, v, t) for v, t in zip(values, kinds, strict=True)]
    kept = [_kind(p.type, d) for (p, _), d in zip(slots.listed, collected, strict=True)]
    lists = [Var(self.ct.name(a), ab.ListOf(t)) for (_, a), t in zip(slots.listed, kept, strict=True)]
    reverse = not s.reverse if isinstance(s, For) else True
    body = substitute(body, {index: here}) if s.stop is None else body
    given = (*outs, *back, *lists)
    self.b.body.append(For(given, source, reverse, tuple(inits), tuple(tapes), body, self.b.origin, adjoint_of=s.tag))
    _reopen(self, slots.outer, outs[len(slots.carried) :])
    for k, o in zip(slots.carried, outs, strict=False):
        if isinstance(v := s.inits[k], Var):
            _reopen(self, [v], [o])
    _reopen(self, [a for _, a in slots.listed], lists)
    self.versions.bind_all([s.inits[k] for k in slots.restored], back)


def _iteration(
    self: Adjoint,
    s: For | While,
    slots: _Slots,
    body: Block,
    values: list[Var],
    params: list[Var],
    taped: list[tuple[Var, Var]],
    index: Var,
) -> tuple[list[Atom], list[Atom]]:
    """One iteration backwards: the cotangents of `values` at its end are `params`.

    What they are at its beginning, and the cotangents of list items that it collects.
    """
    is_run_again = isinstance(s, For) and s.again is not None
    found = None if is_run_again else _passed_over(s, slots, body)
    if found is not None:
        last, rest = found
        inner = self.inside(s.origin)
        final, _ = _iteration(inner, s, slots, rest, values, params, taped, index)
        kinds = [_kind(p.type, d) for p, d in zip(params, final, strict=True)]
        outs = [_cotangent_var(self, v, t) for v, t in zip(values, kinds, strict=True)]
        self.b.at(last.origin)
        sides = Block((), (), tuple(params)), Block((), inner.done(), tuple(final))
        self.b.body.append(If(tuple(outs), last.cond, *sides, self.b.origin, adjoint_of=last.tag))
        return list(outs), []
    body = run_again(self, body) if is_run_again else body
    results = [body.results[k] for k in slots.carried]
    seeds = [*zip(slots.outer, params[len(results) :], strict=True)]
    seeds += [(r, p) for r, p in zip(results, params, strict=False) if isinstance(r, Var)]
    _reopen(self, [v for v, _ in seeds + taped], [p for _, p in seeds + taped])
    self.walk(body.body)
    self.b.at(s.origin)
    position = _position(self, s, index) if slots.rows else index
    for p, a in slots.rows:
        if (d := self.ct.pop(p)) is not None:
            whole = self.ct.full(a)
            if _is_list(a.type):
                d = self.ct.materialise(p.type, d, p, self.ct.name(p))
                written = self.b.emit(prims.add_at_key, (whole, position, d), hint=self.ct.name(a))
            else:
                written = self.b.emit(prims.add_item, (whole, (position,), cast(Atom, d)), hint=self.ct.name(a))
            _reopen(self, [a], [written])
    collected = [self.ct.full(p) for p, _ in slots.listed]
    return [self.ct.full(v) for v in values], collected


def _position(self: Adjoint, s: For | While, index: Var) -> Atom:
    """Where in the rows an iteration is whose index is this."""
    if isinstance(s, While) or s.source is None:
        return index
    away = self.b(operator.sub, index, s.source.start)
    return away if s.source.step == Lit(1) else self.b(operator.floordiv, away, s.source.step)


def _passed_over(s: For | While, slots: _Slots, body: Block) -> tuple[If, Block] | None:
    """The `if` by which `continue` skips the rest of an iteration, if all cotangents are handed on as they are then.

    And what an iteration does of which nothing is skipped: where it is, what comes before has no adjoint either.
    """
    last = body.body[-1] if body.body else None
    if not isinstance(last, If) or not last.skips or slots.listed or slots.restored or len(s.outs) > len(s.inits):
        return None
    skipped = substitute(body.results, inside(last, last.then))
    if any(skipped[k] is not s.carried[k] for k in slots.carried):
        return None
    results = substitute(body.results, inside(last, last.orelse))
    return last, Block(body.params, (*body.body[:-1], *last.orelse.body), results)


def _is_list(t: ab.Type) -> bool:
    """Is this a list? That of a branch that is known to be taken may have a known length."""
    return isinstance(t, ab.ListOf) or isinstance(t, ab.Seq) and t.kind == "list"


def _source(self: Adjoint, s: For | While, slots: _Slots) -> tuple[Range | None, Var]:
    """What the adjoint runs over, and the forward index: rows are written by their position, so there must be one.

    How far a loop went that may stop early is found where its residuals are.
    """
    if isinstance(s, While):
        return None, Var("", ab.INT)
    if not slots.rows or s.source is not None:
        return s.source if s.stop is None else None, s.index
    return Range(Lit(0), self.b(len, slots.rows[0][1]), Lit(1)) if s.stop is None else None, s.index
