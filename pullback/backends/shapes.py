"""Core to Core: what asks for nothing but the shape of an array asks its latest version.

Before::

    u2 = set_item(u1, i, v); du = zeros_like(u1)

After, so that `u1` is not needed any more and may be written in place::

    u2 = set_item(u1, i, v); du = zeros_like(u2)
"""

from __future__ import annotations

import operator
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Def, For, If, Lit, Op, Origin, Stmt, Var, While
from pullback.transpile.optimise.simplify import substitute_own
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.shapes import asks_shapes, of_shape_alone
from pullback.transpile.traversal import own_reads, read_in

from .facts import LIST_CHANGES
from .sharing import accumulation, writes

_LENGTHS = (len, prims.dim)
_STEPS = (operator.add, operator.sub)


def ask_latest(b: Block) -> Block:
    """The block with shapes asked of the latest version of each array that is written."""
    if not asks_shapes(b):
        return b
    versions = _Versions()
    versions.block(b)
    if not versions.written:
        return b
    b = versions.asked(b, {})
    while unread := versions.lengths.keys() - read_in(b):
        b = _without(b, unread)
        versions.lengths = {v: s for v, s in versions.lengths.items() if v not in unread}
    return b


def _without(b: Block, unread: Collection[Var]) -> Block:
    body = (s for s in b.body if not (isinstance(s, Op) and s.out in unread))
    return Block(b.params, tuple(with_blocks(s, lambda inner: _without(inner, unread)) for s in body), b.results)


class _Versions:
    """Which variables are versions of one array, which arrays are written, and what asks these for a length."""

    def __init__(self) -> None:
        self.parent: dict[Var, Var] = {}
        self.written: set[Var] = set()
        self.made: dict[Var, Op] = {}
        self.lengths: dict[Var, Op] = {}

    def first(self, v: Var) -> Var:
        """The first version of the array of a variable, as far as it is known."""
        while v in self.parent:
            v = self.parent[v]
        return v

    def same(self, new: Atom, old: Atom) -> bool:
        return isinstance(new, Var) and isinstance(old, Var) and self.first(new) is self.first(old)

    def join(self, new: Var, old: Atom) -> None:
        """Say that `new`, which has no earlier version yet, is a version of `old`."""
        if isinstance(old, Var) and self.first(old) is not self.first(new):
            root = self.first(new)
            self.parent[root] = old
            if root in self.written:
                self.written.add(self.first(old))

    def put_back_into(self, s: Op) -> Var | None:
        """The array whose shape something gets that shows it in another shape, and is written."""
        array, shape = s.args[0], dict(s.kwargs).get("shape")
        asked = [self.made.get(n) if isinstance(n, Var) else None for n in shape] if isinstance(shape, tuple) else []
        lengths = [n.args for n in asked if n is not None and n.op is prims.dim]
        whole = lengths[0][0] if lengths else None
        if not isinstance(whole, Var) or not isinstance(array, Var) or self.first(array) not in self.written:
            return None
        every = [(whole, Lit(k)) for k in range(len(asked))]
        return whole if lengths == every and len(every) == ab.rank(whole.type) else None

    def block(self, b: Block) -> None:
        for s in b.body:
            self.statement(s)

    def statement(self, s: Stmt) -> None:
        match s:
            case Op():
                self.made[s.out] = s
                changes = s.op in LIST_CHANGES  # the length, or the shape of an item
                if not changes and (writes(s) or accumulation(s, s.origin)) and isinstance(s.args[0], Var):
                    self.join(s.out, s.args[0])
                    self.written.add(self.first(s.out))
                elif s.op is np.reshape and (whole := self.put_back_into(s)) is not None:
                    self.join(s.out, whole)
                    self.written.add(self.first(s.out))
            case If():
                self.block(s.then)
                self.block(s.orelse)
                for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True):
                    if self.same(x, y):
                        self.join(o, x)
            case For() | While():
                self.block(s.body)
                for o, p, i, r in zip(s.outs, s.carried, s.inits, s.body.results, strict=False):
                    if self.same(r, p):
                        self.join(p, i)
                        self.join(o, p)
            case Def():
                self.block(s.block)

    def asked(self, b: Block, latest: dict[Var, Var]) -> Block:
        """A block in which shapes are asked of the `latest` versions, which are those that it finds."""
        for v in b.params:
            self.note(v, latest)
        body: list[Stmt] = []
        for s in b.body:
            s = self.asking_again(s, latest, body)
            if isinstance(s, Op):
                s = self.operation(s, latest)
                self.note_length(s)
                body.append(s)
            else:
                body.append(with_blocks(s, lambda inner: self.asked(inner, dict(latest))))
            for o in s.outs:
                self.note(o, latest)
        return Block(b.params, tuple(body), b.results)

    def asking_again(self, s: Stmt, latest: dict[Var, Var], body: list[Stmt]) -> Stmt:
        """A statement of backward code for which lengths are asked anew that were asked of arrays written since."""
        stale = [v for v in own_reads(s) if self.is_stale(v, latest)] if self.lengths and s.origin.adjoint else []
        return substitute_own(s, {v: self.again(v, latest, body, s.origin) for v in stale})

    def is_stale(self, v: Arg, latest: dict[Var, Var]) -> bool:
        """Has an array been written since this length was asked of it?"""
        if not isinstance(v, Var) or v not in self.lengths:
            return False
        array = self.lengths[v].args[0]
        return self.newest(array, latest) is not array or self.is_stale(array, latest)

    def again(self, v: Var, latest: dict[Var, Var], body: list[Stmt], origin: Origin) -> Var:
        """A length, asked of the latest version of the array."""
        made = self.lengths[v]
        array = self.newest(made.args[0], latest)
        assert isinstance(array, Var)
        if array in self.lengths:
            array = self.again(array, latest, body, origin)
        out = Var(v.hint, v.type)
        body.append(replace(made, out=out, args=(array, *made.args[1:]), origin=origin))
        return out

    def note_length(self, s: Op) -> None:
        """Remember what asks for a length, or for one that is so much more or less."""
        if s.out.hint or not s.args or not isinstance(s.args[0], Var):
            return
        asks = s.op in _LENGTHS and self.first(s.args[0]) in self.written
        if asks or s.op in _STEPS and s.args[0] in self.lengths and isinstance(s.args[1], Lit):
            self.lengths[s.out] = s

    def note(self, v: Var, latest: dict[Var, Var]) -> None:
        if (root := self.first(v)) in self.written:
            latest[root] = v

    def operation(self, s: Op, latest: dict[Var, Var]) -> Op:
        positions = of_shape_alone(s)
        if not positions:
            return s
        args = list(s.args)
        for k in positions:
            args[k] = self.newest(args[k], latest)
        return s if all(map(operator.is_, args, s.args)) else replace(s, args=tuple(args))

    def newest(self, x: Arg, latest: dict[Var, Var]) -> Arg:
        return latest.get(self.first(x), x) if isinstance(x, Var) else x
