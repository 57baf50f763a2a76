"""Branches, loops and calls that hand on values for several directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.batching.operations import operation
from pullback.transpile.batching.values import Batch, Grown, NotBatched, Parts
from pullback.transpile.core import Atom, Block, Call, Def, Effect, For, If, Lit, Op, Stmt, Var, While
from pullback.transpile.infer import type_of
from pullback.transpile.traversal import free, reads

Callee = Callable[[str, tuple[int, ...]], tuple[str, Parts | bool]]
"""The key of a function in which the arguments at these positions are for all directions, and what of its result is."""


def walk(b: Batch, body: Sequence[Stmt], callee: Callee) -> None:
    """Append statements for all directions."""
    for s in body:
        b.origin = s.origin
        match s:
            case Op():
                operation(b, s)
            case Effect() | Def():
                if any(b.has(v) for v in reads(s)):
                    raise NotBatched
                b.body.append(s)
            case If():
                branch(b, s, callee)
            case For() | While():
                loop(b, s, callee)
            case Call():
                call(b, s, callee)


def _block(b: Batch, block: Block, callee: Callee) -> Batch:
    inner = b.inside()
    walk(inner, block.body, callee)
    return inner


def branch(b: Batch, s: If, callee: Callee) -> None:
    """What is for all directions on one side is so on the other."""
    sides = [_block(b, x, callee) for x in (s.then, s.orelse)]
    each = [k for k in range(len(s.outs)) if b.has(s.then.results[k]) or b.has(s.orelse.results[k])]
    blocks: list[Block] = []
    for inner, x in zip(sides, (s.then, s.orelse), strict=True):
        inner.origin = s.origin
        results = tuple(inner.each(r) if k in each else r for k, r in enumerate(x.results))
        blocks.append(Block((), tuple(inner.body), results))
    outs = tuple(Var(o.hint, b.type(o.type)) if k in each else o for k, o in enumerate(s.outs))
    b.body.append(replace(s, outs=outs, then=blocks[0], orelse=blocks[1]))
    for k in each:
        b.bind(s.outs[k], outs[k])


def loop(b: Batch, s: For | While, callee: Callee) -> None:
    """What goes round for all directions does so from the beginning; rows are those of all directions."""
    n = len(s.inits)
    each = {k for k in range(n) if b.has(s.inits[k])}
    while True:
        inner = b.inside()
        inner.origin = s.origin
        params = {k: Var(s.carried[k].hint, b.type(s.carried[k].type)) for k in sorted(each)}
        for k, p in params.items():
            inner.bind(s.carried[k], p)
        rows = _rows(b, inner, s) if isinstance(s, For) else {}
        try:
            walk(inner, s.body.body, callee)
        except Grown as found:
            if found.list not in s.carried:
                raise
            each.add(s.carried.index(found.list))
            continue
        more = {k for k in range(n) if inner.has(s.body.results[k])} - each
        if not more:
            break
        each |= more
    inner.origin = s.origin
    kept = [k for k in range(n, len(s.outs)) if inner.has(s.body.results[k])]
    results = tuple(inner.each(r) if k in each or k in kept else r for k, r in enumerate(s.body.results))
    b.origin = s.origin
    inits = tuple(b.each(x) if k in each else x for k, x in enumerate(s.inits))
    outs = tuple(
        Var(o.hint, ab.ListOf(type_of(results[k])) if k in kept else b.type(o.type)) if k in each or k in kept else o
        for k, o in enumerate(s.outs)
    )
    carried = tuple(params.get(k, p) for k, p in enumerate(s.carried))
    made: For | While
    if isinstance(s, For):
        items = tuple(_turned(b, a) for a in s.items)
        given = tuple(rows.get(p, p) for p in s.item_params)
        block = Block((s.index, *carried, *given), tuple(inner.body), results)
        made = replace(s, outs=outs, inits=inits, items=items, body=block)
    else:
        if any(b.has(v) for v in free(s.cond)) or _tested(s, each):
            raise NotBatched
        tested = tuple(Var(p.hint, params[k].type) if k in params else p for k, p in enumerate(s.cond.params))
        cond = Block(tested, s.cond.body, s.cond.results)
        made = replace(s, outs=outs, inits=inits, cond=cond, body=Block(carried, tuple(inner.body), results))
    b.body.append(made)
    for k in (*each, *kept):
        b.bind(s.outs[k], outs[k])


def _tested(s: While, each: set[int]) -> bool:
    """Does the test of a loop read what there is one of for each direction?"""
    read = {v for t in s.cond.body for v in reads(t)} | {v for v in s.cond.results if isinstance(v, Var)}
    return any(s.cond.params[k] in read for k in each)


def _rows(b: Batch, inner: Batch, s: For) -> dict[Var, Var]:
    """The items of sequences that there is one of for each direction."""
    rows: dict[Var, Var] = {}
    for p, a in zip(s.item_params, s.items, strict=True):
        if b.has(a):
            rows[p] = Var(p.hint, b.type(p.type))
            inner.bind(p, rows[p])
    return rows


def _turned(b: Batch, a: Atom) -> Atom:
    """A sequence to loop over: of arrays for all directions, the axis of the rows comes first."""
    if not b.has(a):
        return a
    each = b.each(a)
    if isinstance(type_of(each), ab.ListOf):
        return each
    return b.emit(np.swapaxes, (each,), (("axis1", Lit(0)), ("axis2", Lit(1))))


def call(b: Batch, s: Call, callee: Callee) -> None:
    """A function for all directions."""
    each = tuple(k for k, a in enumerate(s.args) if b.has(a))
    if not each:
        b.body.append(s)
        return
    key, flags = callee(s.function, each)
    args = tuple(b.of[a] if isinstance(a, Var) and a in b.of else a for a in s.args)
    if isinstance(flags, bool):
        if not flags:
            b.body.append(replace(s, function=key, args=args))
            return
        out = Var(s.out.hint, b.type(s.out.type))
    else:
        out = Var(s.out.hint, b.type_of_parts(s.out.type, flags))
        b.parts[s.out] = flags
    b.body.append(replace(s, out=out, function=key, args=args))
    b.bind(s.out, out)
