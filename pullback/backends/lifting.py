"""Core to Core, for JAX: what Python computes while it traces, and backward code needs too, is computed outside.

Before, where `n` is known and `x` is not::

    if x > 0.1:
        if n ** 2 > 5: y = tanh(x)

After, because what leaves a traced branch or loop is traced, and would no longer say where Python goes::

    t = n ** 2 > 5
    if x > 0.1:
        if t: y = tanh(x)

What backward code makes again anyway stays where it is.
"""

from __future__ import annotations

import operator

from pullback.transpile import abstract as ab
from pullback.transpile.core import Block, For, If, Lit, Op, Program, Stmt, Var, While
from pullback.transpile.optimise.again import may_be_made_again
from pullback.transpile.optimise.remaking import FUSED
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import blocks, reads

from .binding import Binding

_NEVER_RAISES = (
    *(operator.add, operator.sub, operator.mul, operator.neg, abs, operator.not_),
    *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
)


def lifted(program: Program) -> Program:
    """A program whose traced blocks find what is known, and costs something, around them."""
    binding = Binding(program)

    return with_functions(program, lambda b: _Lifting(binding).around(b))


class _Lifting:
    """The blocks of one function.

    `made`: what binds names in a traced statement, and whether another choice decides if it is done; `moved`: what is
    bound before the statement instead.
    """

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self.made: dict[Var, tuple[Stmt | None, bool]] = {}
        self.moved: dict[Var, Stmt] = {}

    def around(self, b: Block) -> Block:
        """A block that Python goes through once, or as often as is known."""
        body: list[Stmt] = []
        for s in b.body:
            if not self.is_traced(s):
                body.append(with_blocks(s, self.around))
                continue
            self.made.clear()
            self.moved.clear()
            self.inside(s, False)
            body += dict.fromkeys(self.moved.values())
            body.append(with_blocks(s, self.rest) if self.moved else s)
        return Block(b.params, tuple(body), b.results)

    def is_traced(self, s: Stmt) -> bool:
        match s:
            case If():
                return not self.binding.is_static(s.cond)
            case For():
                return s.tag not in self.binding.python
        return isinstance(s, While)

    def inside(self, s: Stmt, guarded: bool) -> None:
        """Find what is to be moved out of the blocks of a statement."""
        if isinstance(s, For):
            self.made[s.index] = None, guarded
        guarded = guarded or not self.is_traced(s)
        for b in blocks(s):
            self.made.update((p, (None, guarded)) for p in b.params)
            for t in b.body:
                self.made.update((o, (t, guarded)) for o in t.outs)
                self.inside(t, guarded)
                if isinstance(t, Op) and isinstance(t.out.type, ab.Scalar) and self.binding.is_static(t.out):
                    if not may_be_made_again(t, FUSED.ops):
                        self.move(t.out)

    def move(self, v: Var) -> None:
        """Move what makes a value, if all of that may be."""
        found: dict[Var, Stmt] = {}
        if self.find(v, found):
            self.moved.update(found)

    def find(self, v: Var, found: dict[Var, Stmt]) -> bool:
        """Add to `found` what makes a value, operands first."""
        if v not in self.made or v in self.moved or v in found:
            return True
        s, guarded = self.made[v]
        if s is None or not self.is_known(s) or guarded and not _never_raises(s):
            return False
        if not all(self.find(x, found) for x in reads(s)):
            return False
        found.update((o, s) for o in s.outs)
        return True

    def is_known(self, s: Stmt) -> bool:
        """Does Python do all of this while it traces?"""
        if not isinstance(s, Op | If) or not all(map(self.binding.is_static, s.outs)):
            return False
        return all(self.is_known(t) for b in blocks(s) for t in b.body)

    def rest(self, b: Block) -> Block:
        """A block without what was moved."""
        kept = (s for s in b.body if not s.outs or s.outs[0] not in self.moved)
        return Block(b.params, tuple(with_blocks(s, self.rest) for s in kept), b.results)


def _never_raises(s: Stmt) -> bool:
    if not isinstance(s, Op):
        return False
    if s.op is pow or s.op is operator.pow:
        power = s.args[1]
        return isinstance(power, Lit) and isinstance(power.value, int) and power.value >= 0
    return s.op in _NEVER_RAISES
