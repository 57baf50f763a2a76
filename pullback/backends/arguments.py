"""Core to Core: arguments that the user's code writes into are copied where the function begins.

Before::

    def f(u): for i, v = u: w = set_item(v, …) …

After::

    def f(u): u2 = copy(u); for i, v = u2: w = set_item(v, …) …

Where the argument itself is read after the write, the copy is made there, and that is left to `stores`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Block, Call, Def, Effect, For, Function, If, Op, Stmt, Var, While
from pullback.transpile.traversal import free, reads, substitute

from .intents import wanted
from .sharing import Taken, overwritten, writes

_CHECKS = frozenset({"require_separate", "require_contiguous", "require_distinct"})


def copy_arguments(f: Function, taken: Taken) -> Function:
    """A public function that works on copies of the arguments that its user writes into."""
    found = wanted(f.block, taken)
    copies = {
        p.var: Var(p.var.hint, p.var.type)
        for p in f.params
        if p.var in found and isinstance(p.var.type, ab.Array) and _Uses(p.var, found, taken).copied_at_once(f.block)
    }
    if not copies:
        return f
    before = f.block.body[: after_checks(f.block)]
    body = substitute(Block((), f.block.body[len(before) :], f.block.results), copies)
    first = (Op(new, np.ndarray.copy, (old,), (), f.origin) for old, new in copies.items())
    return replace(f, block=Block(f.block.params, (*before, *first, *body.body), body.results))


def after_checks(b: Block) -> int:
    """How many statements come before the first one after all checks of arguments, which look at these themselves."""
    return max((k for k, s in enumerate(b.body, 1) if isinstance(s, Effect) and s.op in _CHECKS), default=0)


class _Uses:
    """How one variable is used: `written` on some path, and `read` after that."""

    def __init__(self, v: Var, found: set[Var], taken: Taken) -> None:
        self.v = v
        self.found = found
        self.taken = taken
        self.forward = False
        self.read = False

    def copied_at_once(self, b: Block) -> bool:
        """Does forward code write the variable, and does nothing read it afterwards?"""
        written = self.block(b, False)
        self.read |= written and self.v in b.results
        return written and self.forward and not self.read

    def block(self, b: Block, written: bool) -> bool:
        """Walk a block; is the variable written at its end?"""
        for s in b.body:
            if written:
                self.read |= self.v in reads(s)
            else:
                written = self.statement(s)
        return written

    def statement(self, s: Stmt) -> bool:
        match s:
            case Op() if not writes(s) and ab.rank(s.out.type) in (0, 1):
                return False  # `x = x * v` needs no copy, and one axis has one order in memory
            case Op() | Call():
                return self.note(self.v in overwritten(s, self.taken), s)
            case If():
                then, orelse = (self.branch(s, b) for b in (s.then, s.orelse))
                self.read |= s.tries and then and self.v in free(s.orelse)
                return then or orelse
            case For() | While():
                starts = [p for p, i in zip(s.carried, s.inits, strict=False) if i is self.v]
                written = self.note(any(p in self.found for p in starts), s)
                inside = any(self.v in free(b) for b in ((s.cond, s.body) if isinstance(s, While) else (s.body,)))
                again = written and (len(starts) > 1 or isinstance(s, For) and self.v in s.items)
                self.read |= again or inside and (written or self.block(s.body, False))
                return written
            case Def():
                self.read |= self.block(s.block, False)
        return False

    def branch(self, s: If, b: Block) -> bool:
        """One side of an `if`: what it hands on is written by it, if the result is written afterwards."""
        written = self.block(b, False)
        handed = [o for o, r in zip(s.outs, b.results, strict=True) if r is self.v]
        self.read |= written and bool(handed)
        return self.note(any(o in self.found for o in handed), s) or written

    def note(self, written: bool, s: Stmt) -> bool:
        self.forward |= written and not s.origin.adjoint
        return written
