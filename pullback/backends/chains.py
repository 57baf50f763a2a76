"""Core to Core, for JAX: what a chain of branches tests is a number, that of the first condition that holds.

Before::

    if x < 0: y = a
    else:
        t = x < 1
        if t: y = b
        else: y = c

After, so that the chain and its adjoint are one choice each, `lax.switch`::

    branch = select((x < 0, x < 1), (0, 1), 2)
    if branch == 0: y = a
    else:
        if branch == 1: y = b
        else: y = c

All conditions are computed then, so that is done where they are of numbers and cannot raise. A chain that compares one
integer with numbers in a row is one already.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Union

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, If, Lit, Op, OpFunction, Program, Stmt, Tag, Var
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import operations, read_in, substitute

from .facts import COMPARE
from .packing import INT, Made

BOOL = ab.Scalar("bool")
_LOGICAL = (np.logical_and, np.logical_or, np.logical_not)
_NEVER_RAISES: frozenset[OpFunction] = frozenset(
    {operator.add, operator.sub, operator.mul, operator.neg, operator.not_, operator.getitem, abs, *COMPARE, *_LOGICAL}
)

IsStatic = Callable[[object], bool]
Compared = dict[Var, tuple[Var, int, Var]]
"""Conditions that compare an integer with a literal, and what else is that integer, the same for all that are."""


@dataclass(frozen=True)
class Chain:
    """Branches of which each stands alone where the one before goes on: their conditions, and one block more than that.

    `before` is what computes all conditions but the first.
    """

    conditions: tuple[Atom, ...]
    sides: tuple[Block, ...]
    before: tuple[Op, ...]

    def is_one(self) -> bool:
        """Are these more than two blocks, not all of them values, and no `a or b or c`?"""
        last = self.sides[-1].results
        truth = len(last) == 1 and ab.kind_of(last[0].type) == "bool"
        return len(self.sides) > 2 and any(b.body for b in self.sides) and not truth


def chain_of(s: If, goes_on: Callable[[Atom], bool]) -> Chain:
    """The chain that starts with a branch, as far as conditions say that it goes on."""
    conditions, sides, before, rest = [s.cond], [s.then], list[Op](), s.orelse
    while rest.body and isinstance(inner := rest.body[-1], If) and not inner.tries and goes_on(inner.cond):
        numbers = [t for t in rest.body[:-1] if isinstance(t, Op) and _is_of_numbers(t)]
        if len(numbers) < len(rest.body) - 1:
            break
        before += numbers
        conditions.append(inner.cond)
        first, last = (_with_results(rest, inner, b) for b in (inner.then, inner.orelse))
        sides.append(first)
        rest = last
    return Chain(tuple(conditions), (*sides, rest), tuple(before))


def _is_of_numbers(s: Op) -> bool:
    """Is this an operation on numbers that cannot raise?"""
    return s.op in _NEVER_RAISES and ab.rank(s.out.type) == 0


def _with_results(outer: Block, s: If, side: Block) -> Block:
    """A side of a branch at the end of a block, with the results of that."""
    return Block((), side.body, substitute(outer.results, dict(zip(s.outs, side.results, strict=True))))


def comparisons(b: Block) -> Compared:
    """The conditions of a block that compare an integer with a literal."""
    found: Compared = {}
    first: dict[object, Var] = {}
    same: dict[Var, Var] = {}
    for v, s in operations(b):
        match s:
            case Op(op=operator.getitem) if _is_integer(v):
                same[v] = first.setdefault(s.args, v)
            case Op(op=operator.eq, args=(Var() as x, Lit(value=k))) if type(k) is int and _is_integer(x):
                found[v] = x, k, same.get(x, x)
    return found


def without_unread(b: Block, compared: Compared) -> Block:
    """A block without those comparisons that nobody reads."""
    read = read_in(b)

    def block(b: Block) -> Block:
        kept = (s for s in b.body if not isinstance(s, Op) or s.out not in compared or s.out in read)
        return Block(b.params, tuple(with_blocks(s, block) for s in kept), b.results)

    return block(b) if compared.keys() - read else b


def _is_integer(v: Var) -> bool:
    return ab.kind_of(v.type) == "int" and ab.rank(v.type) == 0


def cases(chain: Chain, compared: Compared) -> tuple[Var, int, tuple[Block, ...]] | None:
    """Of a chain that compares an integer with numbers in a row, the integer and the first of them.

    And the blocks for these, in order, with that for all others as the last; None for another chain.
    """
    found = [compared.get(c) if isinstance(c, Var) else None for c in chain.conditions]
    known = [x for x in found if x is not None]
    if not known or len(known) < len(found) or len({v for _, _, v in known}) > 1:
        return None
    by_number = dict(zip((k for _, k, _ in known), chain.sides, strict=False))
    first = min(by_number)
    if len(by_number) < len(known) or max(by_number) - first >= len(known):
        return None
    return known[0][0], first, (*(by_number[k] for k in sorted(by_number)), chain.sides[-1])


def numbered(program: Program, is_static: IsStatic) -> Program:
    """A program whose chains of branches are each decided by one number."""

    def function(b: Block) -> Block:
        compared = comparisons(b)

        def block(b: Block) -> Block:
            body: list[Stmt] = []
            for s in b.body:
                if isinstance(s, If) and not s.tries:
                    s = _numbered(s, is_static, compared, body)
                body.append(with_blocks(s, block))
            return Block(b.params, tuple(body), b.results)

        return block(b)

    return with_functions(program, function)


def _numbered(s: If, is_static: IsStatic, compared: Compared, body: list[Stmt]) -> If:
    """A branch, decided by the number of the condition that holds where it starts a chain."""

    def is_traced(cond: Atom) -> bool:
        return ab.kind_of(cond.type) == "bool" and not is_static(cond)

    chain = chain_of(s, is_traced)
    if not is_traced(s.cond) or not chain.is_one() or cases(chain, compared) is not None:
        return s
    body += chain.before
    n = len(chain.conditions)
    numbers = tuple(map(Lit, range(n)))
    branch = Made(body, s.origin).op(np.select, (chain.conditions, numbers, Lit(n)), (), INT, "branch")
    rest = chain.sides[-1]
    for k, side in reversed(list(enumerate(chain.sides[:-1]))):
        cond = Var("", BOOL)
        compared[cond] = branch, k, branch
        outs = tuple(Var(o.hint, o.type) for o in s.outs) if k else s.outs
        made: If = replace(s, outs=outs, cond=cond, then=side, orelse=rest, tag=Tag() if k else s.tag)
        rest = Block((), (Op(cond, operator.eq, (branch, Lit(k)), (), s.origin), made), outs)
    body.append(rest.body[0])
    return made


Limit = Union[int, tuple["Limit | None", ...]]  # noqa: UP007
"""The greatest value of an integer that is 0 at least, or those of the parts of a tuple."""


class Limits(dict[Var, Limit]):
    """The integers that decide chains, also where a tape hands them on."""

    def operation(self, s: Op) -> None:
        """Note what an operation gives."""
        match s:
            case Op(op=np.select, args=(tuple() as conditions, tuple() as values, last)):
                n = len(conditions)
                if (*values, last) == tuple(map(Lit, range(n + 1))):
                    self[s.out] = n
            case Op(op=prims.make_tuple, args=args):
                limits = tuple(self.get(x) if isinstance(x, Var) else None for x in args)
                if limits.count(None) < len(limits):
                    self[s.out] = limits
            case Op(op=prims.item, args=(Var() as x, Lit(value=int() as k))) if isinstance(parts := self.get(x), tuple):
                self.hand_on(parts[k], s.out)

    def hand_on(self, limit: Limit | None, to: Var) -> None:
        """Note the limit of a value, if there is one."""
        if limit is not None:
            self[to] = limit
