"""Core to Core, for JAX: loops and branches on traced values become functions, and operations that are given these.

Before::

    h, tape = for x, h = h0 in xs: h2 = tanh(w * h + x); yield h2, collect h

After::

    def step(h, x): h2 = tanh(w * h + x); return h2, h
    h, tape = scan(step, h0, xs)

What a loop collects is an array then, or a tuple of arrays, with an axis more; another loop walks along it. How far a
loop goes that may stop early, or a `while`, or a range that is traced, no array can be made for: `dynamic` has these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    If,
    Kwargs,
    Lit,
    Op,
    Stmt,
    Var,
    While,
)
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import own_reads, reads

from . import dynamic
from .packing import NONE, Made, Packs, packed_type
from .refusing import refuse
from .traced_ops import cond, scan, switch

_OF_ARRAYS = (np.stack, np.array, np.asarray, len, np.shape)  # what may be asked of a list that is an array

IsStatic = Callable[[object], bool]


def functional(f: Function, is_static: IsStatic) -> Function:
    """A function in which only what is known while it is traced decides where Python goes."""
    return replace(f, block=Traced(is_static).block(f.block))


@dataclass
class Traced:
    """Rewrites the blocks of one function.

    `stacked`: the lists that are arrays; `rows`: items of these, and parts of such items; `packs`: of what is made of trails of dynamic loops, which; `outer`: what is
    bound where functions that all of the function sees are defined, `hoisted`: these functions; `depth`: of blocks.
    """

    is_static: IsStatic
    stacked: set[Var] = field(default_factory=set)
    rows: set[Var] = field(default_factory=set)
    packs: Packs = field(default_factory=Packs)
    outer: set[Var] = field(default_factory=set)
    hoisted: list[Stmt] = field(default_factory=list)
    depth: int = -1

    def block(self, b: Block) -> Block:
        """A block, rewritten."""
        self.depth += 1
        if self.depth == 0:
            self.outer.update(b.params)
        body: list[Stmt] = []
        for s in b.body:
            at = len(body)
            self.statement(s, body)
            if self.depth == 0:
                body[at:at] = self.hoisted
                self.hoisted.clear()
                self.outer.update(s.outs)
        self.depth -= 1
        return Block(b.params, tuple(body), b.results)

    def statement(self, s: Stmt, body: list[Stmt]) -> None:
        match s:
            case For() if any(v in self.packs.trails for v in s.items):
                dynamic.walk_back(self, s, body)
            case For() if self.is_traced(s) and (s.stop is not None or not self.is_static(s.source or ())):
                dynamic.loop(self, s, body)
            case For() if self.is_traced(s):
                self.scan(s, body)
            case While():
                dynamic.loop(self, s, body)
            case If() if not self.is_static(s.cond):
                self.branch(s, body)
            case Op(op=prims.rows, args=(x,)) if self.is_array(x):
                self.stacked.add(s.out)
                body.append(replace(s, op=prims.alias))
            case For() | If() | Def():
                body.append(with_blocks(s, self.block))
            case Op() | Call() | Effect():
                self.packs.note(s)
                if isinstance(s, Op) and s.op is prims.item and s.args[0] in self.rows:
                    self.row(s.out)
                if any(v in self.stacked for v in own_reads(s)) and not self.takes_arrays(s):
                    refuse(s.origin, "a list that a traced loop fills, read in this way,", "stack it, or fill an array")
                body.append(s)

    def row(self, v: Var) -> None:
        """Note an item of what is walked, or a part of one: a list there is an array."""
        self.rows.add(v)
        if isinstance(v.type, ab.ListOf):
            self.stacked.add(v)

    def is_traced(self, s: For) -> bool:
        """Is this no loop of Python: over a range, or over arrays?"""
        return s.source is not None or any(map(self.is_array, s.items))

    def is_array(self, x: object) -> bool:
        """Is this an array, or a list that is one?"""
        return isinstance(x, Var) and (x in self.stacked or isinstance(x.type, ab.Array))

    def takes_arrays(self, s: Stmt) -> bool:
        """Does a statement mean the same for a list of arrays and for the array of them?"""
        if not isinstance(s, Op):
            return False
        if s.op in (prims.item, prims.make_tuple):
            return s.op is prims.make_tuple or not isinstance(s.args[0], Var) or s.args[0] not in self.stacked
        return s.op in _OF_ARRAYS

    def scan(self, s: For, body: list[Stmt]) -> None:
        """A loop over a range, or over the rows of arrays."""
        if not all(map(self.is_array, s.items)):
            refuse(s.origin, "a loop over arrays and a Python list in step", "stack the list")
        for x, p in zip(s.items, s.item_params, strict=True):
            self.packs.walked(x, p)
            self.row(p)
        inner = self.block(s.body)
        read = {v for t in inner.body for v in reads(t)}.union(inner.results)
        made = Made(body, s.origin)
        n = len(s.inits)
        xs, params = list(s.items), list(s.item_params)
        kwargs: Kwargs = ()
        if s.index in read:
            params.insert(0, s.index)
            xs.insert(0, made.indices(s.source, s.items))
        elif not xs:
            kwargs = (("length", made.length(s)),)
        if s.reverse and xs:
            kwargs = (*kwargs, ("reverse", Lit(True)))
        results = inner.results[:n], inner.results[n:]
        step = made.function("step", [(s.carried, "carry"), (params, "xs")], inner.body, results)
        t = ab.Seq("tuple", (packed_type(s.outs[:n]), packed_type(s.outs[n:])))
        out = made.op(scan, (step, made.packed(s.inits), *((made.packed(xs),) if xs else ())), kwargs, t)
        self.stacked.update(s.outs[n:])
        for o, r in zip(s.outs[n:], inner.results[n:], strict=True):
            self.packs.collected(o, r)
        made.unpack(out, s.outs[:n], s.outs[n:])

    def branch(self, s: If, body: list[Stmt]) -> None:
        """A choice between two values, or between two functions."""
        then, orelse = self.block(s.then), self.block(s.orelse)
        for o, *given in zip(s.outs, then.results, orelse.results, strict=True):
            self.packs.chosen(o, given)
        results = (*then.results, *orelse.results)
        if not then.body and not orelse.body and NONE not in results:
            for o, x, y in zip(s.outs, then.results, orelse.results, strict=True):
                body.append(Op(o, np.where, (s.cond, x, y), (), s.origin))
            return
        made = Made(body, s.origin)
        first = made.function("then", [], then.body, (then.results,))
        second = made.function("orelse", [], orelse.body, (orelse.results,))
        op = switch if NONE in results else cond
        out = made.op(op, (s.cond, first, second), (), packed_type(s.outs))
        made.take(out, s.outs)
