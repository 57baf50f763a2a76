"""Core to Core, for JAX: what Python decides while it traces decides of what follows, too.

Before, where `n` is known and `v` is traced::

    if n > 5: z = sin(v); t = sum(z) > 0.5
    else: z = None; t = False
    if t: y = y * z[0]

After, because JAX traces both sides of a branch, also of one that is never taken::

    if n > 5:
        z = sin(v); t = sum(z) > 0.5
        if t: y = y * z[0]

That is where conditions with `:=` are from. Between the two may be operations on other values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, If, Lit, Op, OpFunction, Program, Stmt, Var
from pullback.transpile.rename import renamed
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import blocks, free, own_reads, substitute

from .packing import NONE

IsStatic = Callable[[object], bool]
_TESTS: tuple[OpFunction, ...] = (operator.not_, operator.truth, bool, prims.alias)


def followed(program: Program, is_static: IsStatic) -> Program:
    """A program in which a traced branch reads nothing that is unbound where Python has decided otherwise."""
    return with_functions(program, _Following(is_static).block)


def unbound(s: If, is_static: IsStatic) -> set[Var]:
    """The results of a branch that stand for nothing on one side, where Python decides which side that is."""
    inner: set[Var] = set()
    for b in blocks(s):
        inner |= unbound_in(b, is_static)
    known, found = is_static(s.cond), set[Var]()
    for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True):
        if x in inner or y in inner or known and (x == NONE) != (y == NONE):
            found.add(o)
    return found


def unbound_in(b: Block, is_static: IsStatic) -> set[Var]:
    """The results of branches of a block that are unbound where Python decides so."""
    found: set[Var] = set()
    for s in b.body:
        if isinstance(s, If) and not s.tries:
            found |= unbound(s, is_static)
    return found


@dataclass(frozen=True)
class _Following:
    is_static: IsStatic

    def block(self, b: Block) -> Block:
        """A block in which a branch that follows from another one has become a part of that."""
        body: list[Stmt] = []
        for s in b.body:
            joined = self.joined(body, s) if isinstance(s, If) and not s.tries else None
            if joined is None:
                body.append(s)
            else:
                body = joined
        return Block(b.params, tuple(with_blocks(s, self.block) for s in body), b.results)

    def joined(self, body: Sequence[Stmt], s: If) -> list[Stmt] | None:
        """The statements before a branch, with that in the branch that it follows from; None where there is none."""
        k = len(body)
        while k and isinstance(t := body[k - 1], Op) and not prims.has_effect(t.op):
            k -= 1
        first = body[k - 1] if k else None
        if not isinstance(first, If) or first.tries:
            return None
        made: set[Var] = set(first.outs)
        tests: list[Op] = []
        others: list[Stmt] = []
        for t in body[k:]:
            assert isinstance(t, Op)
            (tests if made.intersection(own_reads(t)) else others).append(t)
            made.update(t.outs if t in tests else ())
        lost = unbound(first, self.is_static)
        if s.cond not in made or not (lost & {*free(s.then), *free(s.orelse)}):
            return None
        sides = first.then, first.orelse
        decided = [_with(side, first, tests, s) for side in sides]
        if decided == [None, None]:
            return None
        then, orelse = (_then(b, first, tests, s) if x is None else x for x, b in zip(decided, sides, strict=True))
        joined = replace(first, outs=(*first.outs, *s.outs), then=then, orelse=orelse)
        return [*body[: k - 1], *others, joined, *tests]


def _decided(cond: Atom, m: Mapping[Var, Atom], tests: Sequence[Op]) -> bool | None:
    """What a condition is on a side of a branch, if that side gives a literal for it."""
    by_name = {t.out: t for t in tests}
    turned = False
    while isinstance(cond, Var) and (t := by_name.get(cond)) is not None:
        if t.op not in _TESTS or not isinstance(t.args[0], Var | Lit):
            return None
        turned ^= t.op is operator.not_
        cond = t.args[0]
    found = m.get(cond, cond) if isinstance(cond, Var) else cond
    return bool(found.value) ^ turned if isinstance(found, Lit) else None


def _with(side: Block, first: If, tests: Sequence[Op], s: If) -> Block | None:
    """A side of a branch with that side of the next one which it decides for; None where it does not."""
    m: dict[Var, Atom] = dict(zip(first.outs, side.results, strict=True))
    found = _decided(s.cond, m, tests)
    if found is None:
        return None
    chosen = s.then if found else s.orelse
    more = renamed(chosen.body, m)
    return Block((), (*side.body, *more), (*side.results, *substitute(chosen.results, m)))


def _then(side: Block, first: If, tests: Sequence[Op], s: If) -> Block:
    """A side of a branch with the next one behind it."""
    m: dict[Var, Atom] = dict(zip(first.outs, side.results, strict=True))
    more = renamed((*tests, s), m)
    return Block((), (*side.body, *more), (*side.results, *more[-1].outs))
