"""Core to Core: calls of functions that write into their arguments, taken apart at once.

Before::

    out = call kernel(n, a); … item(out, 1) …

After::

    out = call kernel(n, a); value = item(out, 0); a2 = item(out, 1); … a2 …
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Call, Lit, Op, Stmt, Var
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks, calls, own_reads, substitute, variables

Mutates = Callable[[str], Collection[int]]
"""The positions of the arguments that the user's function with this key writes into; none for a companion."""


def take_apart(b: Block, mutates: Mutates) -> Block:
    """The block in which all parts of the result of a mutating call stand right behind it, each of them once."""
    if not any(map(mutates, calls(b))):
        return b
    parts = _Parts(mutates)
    parts.find(b)
    return substitute(parts.block(b), parts.renamed)


class _Parts:
    """`made`: the parts of each result; `renamed`: what stands for another reading of a part; `whole`: read entire."""

    def __init__(self, mutates: Mutates) -> None:
        self.mutates = mutates
        self.made: dict[Var, dict[int, Var]] = {}
        self.renamed: dict[Var, Atom] = {}
        self.whole: set[Var] = set()

    def find(self, b: Block) -> None:
        """Give each part of each result a variable, the first that reads it."""
        for s in b.body:
            if isinstance(s, Call) and self.mutates(s.function):
                self.made[s.out] = {}
            elif isinstance(s, Op) and self.is_part(s):
                self.part(s)
            else:
                self.whole.update(v for v in own_reads(s) if v in self.made)
            for inner in blocks(s):
                self.find(inner)
        self.whole.update(v for v in variables(b.results) if v in self.made)

    def is_part(self, s: Op) -> bool:
        return s.op is prims.item and s.args[0] in self.made and isinstance(s.args[1], Lit)

    def part(self, s: Op) -> None:
        out, key = s.args
        assert isinstance(out, Var)
        assert isinstance(key, Lit)
        parts = self.made[out]
        number = key.value
        assert isinstance(number, int)
        if number in parts:
            self.renamed[s.out] = parts[number]
        else:
            parts[number] = Var(s.out.hint, s.out.type)
            self.renamed[s.out] = parts[number]

    def block(self, b: Block) -> Block:
        body: list[Stmt] = []
        for s in b.body:
            if isinstance(s, Call) and s.out in self.made:
                body += self.call(s)
            elif not (isinstance(s, Op) and self.is_part(s)):
                body.append(with_blocks(s, self.block))
        return Block(b.params, tuple(body), b.results)

    def call(self, s: Call) -> list[Stmt]:
        """The call, and all parts of its result."""
        kinds = s.out.type.items if isinstance(s.out.type, ab.Seq) else ()
        parts = self.made[s.out]
        arrays = [(k, s.args[at]) for k, at in enumerate(self.mutates(s.function), 1)]
        named = {k: Var(getattr(a, "hint", ""), kinds[k] if kinds else a.type) for k, a in arrays if k not in parts}
        every = {0: Var("", kinds[0] if kinds else ab.UNKNOWN), **named, **parts}
        made = Var("", s.out.type)
        out: list[Stmt] = [replace(s, out=made)]
        out += [Op(every[k], prims.item, (made, Lit(k)), (), s.origin) for k in range(len(arrays) + 1)]
        if s.out in self.whole:
            out.append(Op(s.out, prims.make_tuple, tuple(every[k] for k in sorted(every)), (), s.origin))
        return out
