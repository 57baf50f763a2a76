"""Where everything stands and who reads what, in one walk over a Core block."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Literal

from pullback.transpile import prims
from pullback.transpile.core import (
    Block,
    Call,
    Def,
    Effect,
    For,
    If,
    Lit,
    Op,
    Stmt,
    Var,
    While,
)
from pullback.transpile.frozen import node
from pullback.transpile.traversal import blocks, own_reads, variables


@node
class Site:
    """One reading of a value: as an argument of a statement, as what a loop walks, or as a result of a block."""

    kind: Literal["argument", "item", "result", "collected"]
    block: Block
    reader: Stmt | None


class Usage:
    """Positions in text order, readers, effects, and for each statement the loop or `def` around it."""

    def __init__(self, block: Block, effectful: Callable[[str], bool]) -> None:
        self.start: dict[Stmt, int] = {}
        self.end: dict[Stmt, int] = {}
        self.context: dict[Stmt, Stmt | None] = {}
        self.sites: dict[Var, list[Site]] = {}
        self.effects: list[int] = []
        self.backward: int | None = None
        self._effectful = effectful
        self._count = 0
        self._tried = 0
        self._side: Block | None = None
        self._sides: dict[int, Block | None] = {}
        self._made: dict[Var, Block | None] = {}
        self._block(block, None)
        self._read(block.results, Site("result", block, None))

    def _read(self, x: object, site: Site) -> None:
        for v in variables(x):
            self.sites.setdefault(v, []).append(site)

    def _block(self, block: Block, context: Stmt | None) -> None:
        self._sides[id(block)] = self._side
        self._made.update(dict.fromkeys(block.params, self._side))
        for k, s in enumerate(block.body):
            if self._tried and k and s.origin.line != block.body[k - 1].origin.line:
                self._barrier()
            self.start[s] = self._count
            self.context[s] = context
            if self.backward is None and s.origin.adjoint:
                self.backward = self._count
            self._count += 1
            self._own(s, block)
            if _is_effect(s) or isinstance(s, Call) and self._effectful(s.function):
                self.effects.append(self.start[s])
            self._made.update(dict.fromkeys(s.outs, self._side))
            inner = s if isinstance(s, For | While | Def) else context
            tries, around = isinstance(s, If) and s.tries, self._side
            for b in blocks(s):
                if tries:
                    self._barrier()
                self._tried += tries
                self._side = b if isinstance(s, If) else around
                self._block(b, inner)
                self._side = around
                self._tried -= tries
                n = len(s.inits) if isinstance(s, For | While) and b is s.body else len(b.results)
                self._read(b.results[:n], Site("result", b, s))
                self._read(b.results[n:], Site("collected", b, s))
                if isinstance(s, For | While) and b is s.body:
                    self._read(s.stop, Site("argument", b, s))
                self._count += 1
            if tries:
                self._barrier()
            self.end[s] = self._count

    def _barrier(self) -> None:
        """Nothing that could raise moves from one side of this position to the other."""
        self.effects.append(self._count)
        self._count += 1

    def _own(self, s: Stmt, block: Block) -> None:
        if isinstance(s, For):
            self._read((s.source, s.inits), Site("argument", block, s))
            self._read(s.items, Site("item", block, s))
        else:
            site = Site("argument", block, s)
            for v in own_reads(s):
                self.sites.setdefault(v, []).append(site)

    def effect_between(self, start: int, end: int) -> bool:
        """Does an effect occur between two positions?"""
        k = bisect_right(self.effects, start)
        return k < len(self.effects) and self.effects[k] < end

    def is_backward_between(self, start: int, end: int) -> bool:
        """Does the backward half begin between two positions?"""
        return self.backward is not None and start < self.backward < end

    def is_read_where_made(self, v: Var) -> bool:
        """Is a value read on no side of a branch that it is not made on, as one is that others have None for?"""
        return all(self._sides.get(id(site.block)) is self._made.get(v) for site in self.sites.get(v, ()))

    def parts(self, v: Var) -> dict[int, Var] | None:
        """The parts that a tuple is only ever taken apart into, by position; None where it is used in another way."""
        out: dict[int, Var] = {}
        for site in self.sites.get(v, ()):
            s = site.reader
            if not (isinstance(s, Op) and s.op is prims.item and isinstance(s.args[1], Lit)):
                return None
            key = s.args[1].value
            if type(key) is not int or key in out:
                return None
            out[key] = s.out
        return out or None


def _is_effect(s: Stmt) -> bool:
    return isinstance(s, Effect) or isinstance(s, Op) and prims.has_effect(s.op)


def has_effects(block: Block, effectful: Callable[[str], bool]) -> bool:
    """Does a block print, raise or assert, itself or in a function that it calls?"""
    return any(
        _is_effect(s)
        and not (isinstance(s, Effect) and not s.is_observable)
        or isinstance(s, Call)
        and effectful(s.function)
        or any(has_effects(b, effectful) for b in blocks(s))
        for s in block.body
    )
