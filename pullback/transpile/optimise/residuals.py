"""What the backward code needs from the forward code: kept on a tape, or computed again where that is cheap.

Backward code is first written reading forward names freely. Here the names that are out of its scope are found,
innermost loop first: a loop's become collected values that its adjoint runs over, a branch's become outputs of the
`if`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pullback.transpile import abstract as ab
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Def,
    For,
    If,
    Lit,
    Op,
    Range,
    Slice,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.optimise.again import is_near, may_be_made_again, remake, size_of
from pullback.transpile.optimise.cuts import smallest_cut
from pullback.transpile.optimise.forward import Forward, extended, steps_of
from pullback.transpile.optimise.remaking import BY_CALLS, FREE, Remaking
from pullback.transpile.rename import fresh
from pullback.transpile.traversal import free, own_reads, reads, substitute


def keep_residuals(b: Block, remaking: Remaking = BY_CALLS) -> Block:
    """A block in which every read is in scope.

    What adjoint code read from inside forward loops and branches is kept for it.
    """
    forward = Forward(remaking)
    forward.scan(b)
    if not forward.statements:
        return b
    closed = _close(forward, b)
    return extended(forward, closed)


def kept_in_loops(b: Block, remaking: Remaking) -> Iterator[tuple[Var, Tag]]:
    """The forward values that `keep_residuals` keeps of each iteration of a loop, with the loop."""
    forward = Forward(remaking)
    forward.scan(b)
    _close(forward, b)
    given = {out: v for entries in forward.extra.values() for v, out, _ in entries}
    for tag, entries in forward.extra.items():
        if isinstance(forward.statements[tag], For | While):
            for v, _, _ in entries:
                while v in given:
                    v = given[v]
                yield v, tag


def again_at_top(
    forward: tuple[Stmt, ...], read: Iterable[Var], at_hand: Iterable[Var], remaking: Remaking
) -> tuple[tuple[Var, ...], tuple[Op | If, ...]]:
    """Of the names of a function's own block that other code reads.

    Those to keep for it, and the operations that give the rest.
    """
    f = Forward(remaking)
    f.scan(Block((), forward, ()))
    local = {o for s in forward for o in s.outs}
    plan = _plan(f, [v for v in read if v in local], local, at_hand)
    return plan.kept, plan.again


def _close(f: Forward, b: Block) -> Block:
    return Block(b.params, tuple(_close_statement(f, s) for s in b.body), b.results)


def _close_statement(f: Forward, s: Stmt) -> Stmt:
    match s:
        case If():
            s = replace(s, then=_close(f, s.then), orelse=_close(f, s.orelse))
            return _close_branch(f, s, s.adjoint_of) if s.adjoint_of in f.statements and s.adjoint_of else s
        case For():
            s = replace(s, body=_close(f, s.body))
            return _close_loop(f, s, s.adjoint_of) if s.adjoint_of in f.statements and s.adjoint_of else s
        case While():
            return replace(s, cond=_close(f, s.cond), body=_close(f, s.body))
        case Def():
            return replace(s, block=_close(f, s.block))
    return s


def _close_branch(f: Forward, s: If, tag: Tag) -> If:
    primal = f.statements[tag]
    assert isinstance(primal, If)
    m: dict[Var, Atom] = {}
    sides: list[Block] = []
    for i, (b, mine) in enumerate(zip((s.then, s.orelse), (primal.then, primal.orelse), strict=True)):
        local = f.names((tag, i))
        plan = _plan(f, [v for v in free(b) if v in local], local, frozenset())
        for v in plan.kept:
            if v in mine.results:
                m[v] = primal.outs[mine.results.index(v)]
            elif v not in m:
                m[v] = out = Var(v.hint, v.type)
                f.keep(tag, f.handed_out(v, (tag, i)), out, i)
        sides.append(_recompute(f, plan, b, m))
    return replace(s, then=sides[0], orelse=sides[1])


def _close_loop(f: Forward, s: For, tag: Tag) -> For:
    primal = f.statements[tag]
    assert isinstance(primal, (For, While))
    side = 1 if isinstance(primal, While) else 0
    local = f.names((tag, side))
    m: dict[Var, Atom] = {}
    at_hand: set[Var] = set()
    if isinstance(primal, For) and (primal.stop is None or not primal.reverse):
        at_hand = {primal.index} if primal.stop is not None else {primal.index, *primal.item_params}
        m[primal.index] = s.index
    plan = _plan(f, [v for v in free(s.body) if v in local], local, at_hand)
    items, params = list(s.items), list(s.body.params)

    def walk(v: Var, sequence: Atom) -> None:
        m[v] = p = Var(v.hint, v.type)
        items.append(sequence)
        params.append(p)

    if isinstance(primal, For) and primal.stop is None:
        for p, a in zip(primal.item_params, primal.items, strict=True):
            if p in plan.read:
                walk(p, a)
    for v in plan.kept:
        tape = Var(v.hint, ab.ListOf(v.type))
        f.keep(tag, f.handed_out(v, (tag, side)), tape)
        walk(v, tape)
    source = s.source
    if source is None and not items and isinstance(primal, For) and primal.stop is None:
        walk(primal.item_params[0], primal.items[0])
    body = _recompute(f, plan, Block(tuple(params), s.body.body, s.body.results), m)
    counts = s.index in free(Block((), body.body, body.results))
    if plan.kept and not counts:
        source = None
    elif source is None and (not items or counts and primal.stop is not None):
        source = _run_through(f, primal, tag)
    return replace(s, source=source, items=tuple(items), body=body)


def _run_through(f: Forward, primal: For | While, tag: Tag) -> Range:
    """The range that a loop went through that a test or a jump has ended: the forward code counts."""
    if tag not in f.counted:
        f.counted[tag] = Var("n" if isinstance(primal, While) else "end", ab.INT)
        f.bound(tag, f.counted[tag])
    start, _, step = steps_of(primal)
    return Range(start, f.counted[tag], step)


@dataclass(frozen=True)
class _Plan:
    """What is kept, what is computed again (in order), and all that is read of the forward code's own names."""

    kept: tuple[Var, ...]
    again: tuple[Op | If, ...]
    read: frozenset[Var]


def _plan(f: Forward, wanted: list[Var], local: set[Var], at_hand: Iterable[Var]) -> _Plan:
    """Choose.

    What costs nothing is read again, cheap element-wise values are computed again from what is kept anyway.
    """
    have = set(at_hand)
    again: dict[Var, Op | If] = {}
    rest = [v for v in wanted if v not in have and not remake(f, v, local, have, again, FREE, 99)]
    kept = _needed(f, rest, local, have, again)
    sources = _sources(f, rest, local, have)
    if sources:
        fewer = _needed(f, [*sources, *rest], local, have, again)
        if sum(map(size_of, fewer)) < sum(map(size_of, kept)):
            kept = fewer
    for v in rest:
        if v not in kept:
            remake(f, v, local, have | set(kept), again, f.remaking.ops, f.remaking.steps)
    ordered = _in_order(f, again)
    read = {*wanted, *(v for s in ordered for v in reads(s))}
    return _Plan(tuple(kept), ordered, frozenset(read))


def _needed(f: Forward, values: list[Var], local: set[Var], have: set[Var], again: dict[Var, Op | If]) -> list[Var]:
    """Those of `values` that have to be kept, because the others do not give them."""
    kept = list(values)
    for v in reversed(values):
        others = {w for w in kept if w is not v}
        if remake(f, v, local, have | others, dict(again), f.remaking.ops, f.remaking.steps):
            kept.remove(v)
    return kept


def _sources(f: Forward, wanted: list[Var], local: set[Var], have: set[Var]) -> list[Var]:
    """What is not wanted itself, but from which arrays that are wanted can be made, and that is less than they are."""
    arrays = [v for v in wanted if ab.rank(v.type)]
    at_hand = have.union(v for v in wanted if not ab.rank(v.type))

    def parts(v: Var) -> list[Var] | None:
        s = f.made.get(v)
        if not isinstance(s, Op) or not may_be_made_again(s, f.remaking.ops):
            return None
        if s.op is operator.getitem and not _is_most(s.args[1]):
            return None
        if not all(is_near(f, a, v, local) for a in own_reads(s)):
            return None
        found = [a for a in own_reads(s) if a in local and a not in at_hand]
        return None if any(ab.rank(a.type) is None for a in found) else found

    return [v for v in smallest_cut(arrays, parts, size_of, f.remaking.steps) if v not in wanted]


def _is_most(index: Arg) -> bool:
    """Does this index leave out no more than so many elements at the ends of the axes?"""

    def known(x: Arg | None) -> bool:
        return x is None or isinstance(x, Lit)

    return all(
        (isinstance(i, Slice) and i.step is None and known(i.lower) and known(i.upper)) or i == Lit(None)
        for i in (index if isinstance(index, tuple) else (index,))
    )


def _in_order(f: Forward, again: dict[Var, Op | If]) -> tuple[Op | If, ...]:
    return tuple(sorted(again.values(), key=lambda s: f.order[s.outs[0]]))


def _recompute(f: Forward, plan: _Plan, b: Block, m: dict[Var, Atom]) -> Block:
    """A backward block that first computes again what the plan says, and reads the rest by its new names."""
    first: list[Stmt] = []
    for s in plan.again:
        first.append(fresh(substitute(s, m), s.origin))
        m[s.outs[0]] = first[-1].outs[0]
    return Block(b.params, tuple(first) + substitute(b.body, m), substitute(b.results, m))
