"""Core to Core: what asks for nothing but the shape of an array asks its latest version.

Before::

    u2 = set_item(u1, i, v); du = zeros_like(u1)

After, so that `u1` is not needed any more and may be written in place::

    u2 = set_item(u1, i, v); du = zeros_like(u2)
"""

from __future__ import annotations

import operator
from dataclasses import replace

from pullback.transpile.core import Arg, Atom, Block, Def, For, If, Op, Stmt, Var, While
from pullback.transpile.shapes import of_shape_alone

from .facts import LIST_CHANGES
from .rewriting import with_blocks
from .sharing import accumulation, writes


def ask_latest(b: Block) -> Block:
    """The block with shapes asked of the latest version of each array that is written."""
    versions = _Versions()
    versions.block(b)
    return versions.asked(b, {}) if versions.written else b


class _Versions:
    """Which variables are versions of one array, and which arrays are written."""

    def __init__(self) -> None:
        self.parent: dict[Var, Var] = {}
        self.written: set[Var] = set()

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

    def block(self, b: Block) -> None:
        for s in b.body:
            self.statement(s)

    def statement(self, s: Stmt) -> None:
        match s:
            case Op():
                changes = s.op in LIST_CHANGES  # the length, or the shape of an item
                if not changes and (writes(s) or accumulation(s, s.origin)) and isinstance(s.args[0], Var):
                    self.join(s.out, s.args[0])
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
            if isinstance(s, Op):
                body.append(self.operation(s, latest))
            else:
                body.append(with_blocks(s, lambda inner: self.asked(inner, dict(latest))))
            for o in s.outs:
                self.note(o, latest)
        return Block(b.params, tuple(body), b.results)

    def note(self, v: Var, latest: dict[Var, Var]) -> None:
        if (root := self.first(v)) in self.written:
            latest[root] = v

    def operation(self, s: Op, latest: dict[Var, Var]) -> Op:
        args = list(s.args)
        for k in of_shape_alone(s):
            args[k] = self.newest(args[k], latest)
        return s if all(map(operator.is_, args, s.args)) else replace(s, args=tuple(args))

    def newest(self, x: Arg, latest: dict[Var, Var]) -> Arg:
        return latest.get(self.first(x), x) if isinstance(x, Var) else x
