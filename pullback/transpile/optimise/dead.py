"""Dead code: what no result and no effect needs is removed, through the carried values of loops too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from pullback.transpile import marks, prims
from pullback.transpile.core import (
    Block,
    Call,
    Def,
    Effect,
    For,
    If,
    Op,
    Program,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, calls, compound, free, operators, own_reads, reads, variables


def has_effect(s: Stmt) -> bool:
    """Must this statement occur, whether or not its result is used?"""
    if isinstance(s, Effect):
        return s.is_observable
    if isinstance(s, Op):
        return prims.has_effect(s.op)
    return any(has_effect(t) for b in blocks(s) for t in b.body)


def remove_dead(
    b: Block,
    calls_with_effect: frozenset[str] = frozenset(),
    residuals: bool = False,
    wanted: frozenset[Var] = frozenset(),
) -> Block:
    """A block without the statements that neither its results nor its effects need.

    Before: `t = a * b; u = a + b; return u`. After: `u = a + b; return u`. What is tried stays as it is, because
    whether it raises is seen.

    `residuals`: later statements may still read, as adjoint code does at first, names bound inside of earlier ones.
    `wanted`: the names bound in this block that are read so.
    """
    need, kept = {*variables(b.results), *wanted}, list[Stmt]()
    for s in reversed(b.body):
        if isinstance(s, Op):
            if s.out in need or prims.has_effect(s.op):
                need.update(own_reads(s))
                kept.append(s)
            continue
        if kept and marks.encloses_nothing(s, kept[-1]):
            kept.pop()
            continue
        matters = isinstance(s, Effect) or has_effect(s) or (isinstance(s, Call) and s.function in calls_with_effect)
        inner = frozenset(_bound(s)) & need if residuals else frozenset()
        if not matters and not inner and not any(o in need for o in s.outs):
            continue
        s = _trim(s, need, _Cut(calls_with_effect, residuals, inner))
        need.update(reads(s))
        kept.append(s)
    return Block(b.params, tuple(reversed(kept)), b.results)


def effectful(program: Program) -> frozenset[str]:
    """The keys of the functions whose call has an effect, directly or through those that they call."""
    found: set[str] = set()
    while True:
        before = len(found)
        for key, f in program.functions.items():
            if any_effect(f.block, found):
                found.add(key)
        if len(found) == before:
            return frozenset(found)


def tried(program: Program) -> frozenset[str]:
    """The keys of the functions that are called where exceptions are caught, directly or through others."""
    found: set[str] = set()
    pending = [b for f in (program.entry, *program.functions.values()) for b in _tried(f.block)]
    while pending:
        for key in calls(pending.pop()):
            if key not in found:
                found.add(key)
                pending.append(program.functions[key].block)
    return frozenset(found)


def _tried(b: Block) -> Iterator[Block]:
    for s in compound(b):
        if isinstance(s, If) and s.tries:
            yield s.then
        for inner in blocks(s):
            yield from _tried(inner)


def any_effect(b: Block, keys: Collection[str]) -> bool:
    """Does a block do what is seen, itself or by a call of one of the functions `keys`?"""
    return any(map(prims.has_effect, operators(b))) or any(
        (isinstance(s, Effect) and s.is_observable)
        or (isinstance(s, Call) and s.function in keys)
        or any(any_effect(x, keys) for x in blocks(s))
        for s in compound(b)
    )


def _bound(s: Stmt) -> Iterator[Var]:
    """The names that are bound inside of a statement."""
    for b in blocks(s):
        yield from b.params
        for inner in b.body:
            yield from inner.outs
            yield from _bound(inner)


@dataclass(frozen=True)
class _Cut:
    """What dead code inside of a statement is removed with; the parameters of `remove_dead`."""

    effects: frozenset[str]
    residuals: bool
    wanted: frozenset[Var]

    def __call__(self, b: Block) -> Block:
        return remove_dead(b, self.effects, self.residuals, self.wanted)


def _trim(s: Stmt, need: set[Var], cut: _Cut) -> Stmt:
    match s:
        case If():
            keep = [i for i, o in enumerate(s.outs) if o in need]
            then, orelse = (_with_results(b, keep) for b in (s.then, s.orelse))
            then = then if s.tries else cut(then)
            return replace(s, outs=tuple(s.outs[i] for i in keep), then=then, orelse=cut(orelse))
        case For() | While():
            return _trim_loop(s, need, cut)
        case Def():
            return replace(s, block=cut(s.block))
    return s


def _with_results(b: Block, keep: Iterable[int]) -> Block:
    return Block((), b.body, tuple(b.results[i] for i in keep))


def _trim_loop(s: For | While, need: set[Var], cut: _Cut) -> Stmt:
    """Carried values that are needed neither after the loop, nor by its test, nor by what the body must compute, go."""
    n = len(s.inits)
    live = {i for i, o in enumerate(s.outs) if o in need} | {i for i in range(n) if s.carried[i] in cut.wanted}
    if isinstance(s, While):
        tested = free(Block((), s.cond.body, s.cond.results))
        live |= {i for i in range(n) if s.cond.params[i] in tested}
    stop = () if s.stop is None else (s.stop,)
    while True:
        keep = sorted(live)
        body = cut(Block((), s.body.body, (*(s.body.results[i] for i in keep), *stop)))
        used = free(body)
        more = {i for i in range(n) if s.carried[i] in used} - live
        if not more:
            break
        live |= more
    body = Block((), body.body, body.results[: len(keep)])
    carried = [i for i in keep if i < n]
    outs = tuple(s.outs[i] for i in keep)
    inits = tuple(s.inits[i] for i in carried)
    params = tuple(s.carried[i] for i in carried)
    if isinstance(s, While):
        cond = Block(tuple(s.cond.params[i] for i in carried), s.cond.body, s.cond.results)
        return replace(s, outs=outs, inits=inits, cond=cond, body=Block(params, body.body, body.results))
    items = [(a, p) for a, p in zip(s.items, s.item_params, strict=True) if p in used or p in cut.wanted]
    if not items and s.source is None:
        items = [(s.items[0], s.item_params[0])] if s.items else []
    body = Block((s.index, *params, *(p for _, p in items)), body.body, body.results)
    return replace(s, outs=outs, inits=inits, items=tuple(a for a, _ in items), body=body)
