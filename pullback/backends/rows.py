"""Core to Core: what a round of a loop keeps becomes a row of one array, where the loop changes arrays in place.

Before::

    u2, ts = for i, u in range(n): t = ...; u1 = set_item(u, ..., t) -> u1, t
    ... = for t in reversed(ts): ...

After::

    rows = np.empty((max(n, 0), u0.shape[0]))
    u2, tape2 = for i, u, tape in range(n): t = ...; tape1 = set_item(tape, (i,), t); u1 = ... -> u1, tape1
    ... = for t in reversed(tape2): ...

Arrays that are kept lie on new pages of memory, round after round, and these cost more than a copy into one that is
there. So this is done with what is made anew in each round or would be copied, where the range is known before the loop
and the shape and the dtype are those of every round.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, Def, For, If, Lit, Op, Range, Stmt, Var, While
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks, compound, own_reads, variables

from .allocation import Length, allocated, count, counts_from_zero, length, rows_of
from .facts import is_fresh
from .folding import Callees
from .intents import wanted
from .sharing import Sharing
from .usage import Usage


@dataclass(frozen=True)
class _Tape:
    """The array that has the rows, and the range of the loop, whose index says which row is whose."""

    array: Var
    source: Range


def keep_in_rows(b: Block, callees: Callees) -> Block:
    """The block with one array for each value that a loop keeps in every round, where that is better than a list."""
    readers = _Readers(b)
    return _Rows(b, readers, callees).block(b, _arrays(b.params)) if readers.of else b


class _Readers:
    """`of`: lists of arrays that nothing but loops walk, with these; `read`: all that is read in another way."""

    def __init__(self, b: Block) -> None:
        self.of: dict[Var, list[tuple[For, Var]]] = {}
        self.read: set[Var] = set(variables(b.results))
        self._makers(b)
        if self.of:
            self._scan(b)
        self.of = {v: loops for v, loops in self.of.items() if loops and v not in self.read}

    def _makers(self, b: Block) -> None:
        for s in compound(b):
            if isinstance(s, For) and s.source is not None and s.stop is None:
                self.of.update((o, []) for o in s.outs[len(s.inits) :] if _has_arrays(o))
            for inner in blocks(s):
                self._makers(inner)

    def _scan(self, b: Block) -> None:
        for s in b.body:
            if isinstance(s, For):
                self.read.update(variables((s.source, s.inits)))
                for v, p in zip(s.items, s.item_params, strict=True):
                    if isinstance(v, Var) and v in self.of:
                        self.of[v].append((s, p))
            else:
                self.read.update(own_reads(s))
            if isinstance(s, For | While):
                self.read.update(variables(s.stop))
            for inner in blocks(s):
                self._scan(inner)
                self.read.update(variables(inner.results))


class _Rows:
    """`scope`: the arrays that are there where the walk has come to; `made`: the operations that bind names."""

    def __init__(self, b: Block, readers: _Readers, callees: Callees) -> None:
        self.readers = readers
        self.usage = Usage(b, callees.effectful)
        self.sharing = Sharing(b, self.usage.start, callees.taken)
        self.wanted = wanted(b, callees.taken)
        self.scope: list[Var] = []
        self.made: dict[Var, Op] = {}
        self.tapes: dict[Var, _Tape] = {}

    def block(self, b: Block, arrays: Iterable[Var]) -> Block:
        """A block with the rows; `arrays` are there where it begins."""
        outside = len(self.scope)
        self.scope += arrays
        body: list[Stmt] = []
        for s in b.body:
            if isinstance(s, For):
                body += self.loop(s)
            else:
                body.append(with_blocks(s, partial(self.block, arrays=_begun(s))))
            if isinstance(s, Op):
                self.made[s.out] = s
            self.scope += _ended(s)
        del self.scope[outside:]
        return Block(b.params, tuple(body), b.results)

    def loop(self, s: For) -> list[Stmt]:
        """A loop with rows where it walked or left lists of arrays, and before it what makes the arrays it fills."""
        kept: dict[Var, list[Var]] = {}
        arrays: list[Var] = []
        before: list[Stmt] = []
        for r, o in _collected(s):
            shape = self.shape(s, r) if self.is_better(s, r, o) else None
            if shape is not None:
                if r not in kept:
                    arrays.append(allocated(rows_of(r.type), shape, before, s.origin))
                kept.setdefault(r, []).append(o)
        s = self.reader(replace(s, body=self.block(s.body, _begun(s))))
        return [*before, self.maker(s, kept, arrays) if kept else s]

    # which values

    def is_better(self, s: For, r: Var, o: Var) -> bool:
        """Is the value `r`, of which a loop leaves the list `o`, better kept in rows?"""
        return (
            o in self.readers.of
            and any(p in self.wanted for p in _arrays(s.carried))
            and all(self.may_read(t, p, s) for t, p in self.readers.of[o])
            and (self.is_new(s, r) or self.is_copied(s, r))
        )

    def may_read(self, reader: For, p: Var, s: For) -> bool:
        """Can a loop read the rows of `s` by an index, and does it leave them as they are?"""
        if p in self.wanted or reader.source not in (None, s.source):
            return False
        counts = reader.source is None and reader.index in self.readers.read
        return counts_from_zero(s.source) or not counts and set(reader.items) <= set(s.outs)

    def is_new(self, s: For, r: Var) -> bool:
        """Is a value an array that each round makes?"""
        made = _made(s, r)
        return isinstance(made, Op) and is_fresh(made.op, made.args)

    def is_copied(self, s: For, r: Var) -> bool:
        """Is the array that a value is, or of which it is a view, changed in the loop, so that a list has copies?"""
        made = _made(s, r)
        if not (r in _begun(s) if made is None else isinstance(made, Op) and made.op is not prims.alias):
            return False
        start, end = self.usage.start[s], self.usage.end[s]
        return any(start < k < end for k in self.sharing.kills.get(self.sharing.root(r), ()))

    def shape(self, s: For, r: Var) -> tuple[Length, ...] | None:
        """The shape of the array for the rows of a value, if it is known before the loop."""
        rows = count(s.source, self.made) if s.source is not None else None
        lengths = [length(n, self.scope, s.inits) for n in ab.shape_of(r.type) or ()]
        found = [n for n in (rows, *lengths) if n is not None]
        return tuple(found) if len(found) == 1 + len(lengths) else None

    # the arrays

    def maker(self, s: For, kept: dict[Var, list[Var]], arrays: list[Var]) -> For:
        """The loop that puts values into the rows of arrays, which go round in it."""
        assert s.source is not None
        n, index = len(s.inits), self.index(s)
        gone = {o for outs in kept.values() for o in outs}
        body, carried, results, outs = list(s.body.body), [*s.carried], list(s.body.results[:n]), list(s.outs[:n])
        made_at = {v: k for k, t in enumerate(body, 1) for v in t.outs}
        for before, (r, o) in enumerate(kept.items()):
            tape, filled, out = (Var("tape", rows_of(r.type)) for _ in range(3))
            at = made_at.get(r, 0) + before
            origin = body[at - 1].origin if at else s.origin
            body.insert(at, Op(filled, prims.set_item, (tape, (index,), r), (), origin))
            carried.append(tape)
            results.append(filled)
            outs.append(out)
            self.tapes.update((v, _Tape(out, s.source)) for v in o)
        left = [(r, o) for r, o in zip(s.body.results[n:], s.outs[n:], strict=True) if o not in gone]
        params = (index, *carried, *s.item_params)
        block = Block(params, tuple(body), (*results, *(r for r, _ in left)))
        return replace(s, inits=(*s.inits, *arrays), outs=(*outs, *(o for _, o in left)), body=block)

    def reader(self, s: For) -> For:
        """The loop that takes rows for what it walked: all of an array in turn, or those that its index says."""
        tapes = [self.tapes.get(v) if isinstance(v, Var) else None for v in s.items]
        first = next((tape for tape in tapes if tape is not None), None)
        if first is None:
            return s
        if len(tapes) == 1 and s.source is None and counts_from_zero(first.source) and s.index not in self.readers.read:
            return replace(s, items=(first.array,))
        index = self.index(s)
        parts = list(zip(tapes, s.items, s.item_params, strict=True))
        rows = [Op(p, operator.getitem, (t.array, (index,)), (), s.origin) for t, _, p in parts if t is not None]
        left = [(v, p) for t, v, p in parts if t is None]
        block = Block((index, *s.carried, *(p for _, p in left)), (*rows, *s.body.body), s.body.results)
        return replace(s, source=s.source or first.source, items=tuple(v for v, _ in left), body=block)

    def index(self, s: For) -> Var:
        """The index of a loop, with a name that is to be read."""
        return s.index if s.index in self.readers.read or s.index.hint.strip("_") else Var("", ab.INT)


def _collected(s: For) -> list[tuple[Var, Var]]:
    """The values that a loop leaves lists of, in the order in which its body makes them, with these lists."""
    made_at = {v: k for k, t in enumerate(s.body.body, 1) for v in t.outs}
    pairs = zip(s.body.results[len(s.inits) :], s.outs[len(s.inits) :], strict=True)
    return sorted(((r, o) for r, o in pairs if isinstance(r, Var)), key=lambda pair: made_at.get(pair[0], 0))


def _made(s: For, r: Var) -> Stmt | None:
    """What binds a value in the body of a loop."""
    return next((t for t in s.body.body if r in t.outs), None)


def _has_arrays(o: Var) -> bool:
    """Has a list arrays with axes, of which dtype and shape are known?"""
    item = o.type.item if isinstance(o.type, ab.ListOf) else None
    return isinstance(item, ab.Array) and bool(item.shape) and item.dtype is not None and hasattr(np, item.dtype)


def _arrays(vs: Iterable[Var]) -> list[Var]:
    return [v for v in vs if isinstance(v.type, ab.Array)]


def _begun(s: Stmt) -> list[Var]:
    """The arrays that are there where the blocks of a statement begin, and not where it does."""
    match s:
        case For() | While():
            return _arrays(p for p, i in zip(s.carried, s.inits, strict=True) if not isinstance(i, Lit))
        case Def():
            return _arrays(s.block.params)
    return []


def _ended(s: Stmt) -> list[Var]:
    """The arrays that are there after a statement; what was not done, or never, may have left None instead."""
    match s:
        case For() | While():
            return _arrays(o for o, i in zip(s.outs, s.inits, strict=False) if not isinstance(i, Lit))
        case If():
            sides = zip(s.outs, s.then.results, s.orelse.results, strict=True)
            return _arrays(o for o, x, y in sides if not isinstance(x, Lit) and not isinstance(y, Lit))
    return _arrays(s.outs)
