"""Core to Core, for JAX: what a branch reads of an array that one of its sides overwrites is read before it.

Before::

    def then(): s2 = s + x[i]; return s2, x
    def orelse(): x2 = set_item(x, i, 0.0); return s, x2

After::

    t = x[i]
    def then(): s2 = s + t; return s2, x
    …

so that it can be sealed together with the array; XLA would copy the array for the side that reads.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Collection, Mapping
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Def, Lit, Op, OpFunction, Slice, Stmt, Var
from pullback.transpile.traversal import free, substitute, variables

_OF_INTEGERS: frozenset[OpFunction] = frozenset({operator.add, operator.sub, operator.mul, operator.neg})


def read_first(b: Block) -> Block:
    """A block whose branches are given elements of the arrays that they overwrite."""
    body: list[Stmt] = []
    later: dict[Var, Def] = {}
    for k, s in enumerate(b.body):
        s = later.pop(s.out) if isinstance(s, Def) and s.out in later else s
        if isinstance(s, Def) and s.name in ("then", "case0"):
            following = itertools.takewhile(lambda t: isinstance(t, Def), b.body[k:])
            sides = [replace(t, block=read_first(t.block)) for t in following if isinstance(t, Def)]
            s, *others = _sides(body, sides)
            later.update((t.out, t) for t in others)
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def _sides(body: list[Stmt], sides: list[Def]) -> list[Def]:
    """The sides of a branch; what they read first is added to `body`."""
    arrays = {v for t in sides for v in written_in(t.block)}
    known: dict[tuple[OpFunction, tuple[Arg, ...]], Var] = {}
    out: list[Def] = []
    for t in sides:
        m: dict[Var, Atom] = {}
        first = _first(t.block, arrays)
        for s in first:
            s = substitute(s, m)
            if (s.op, s.args) in known:
                m[s.out] = known[s.op, s.args]
            else:
                known[s.op, s.args] = s.out
                body.append(s)
        rest = tuple(substitute(s, m) for s in t.block.body if s not in first)
        out.append(replace(t, block=Block(t.block.params, rest, substitute(t.block.results, m))))
    return out


def _first(b: Block, arrays: Collection[Var]) -> list[Op]:
    """What a block reads of arrays, and the places that it computes for that, as far as these are known before it."""
    ready, counts, found = set(free(b)), dict[Var, Op](), list[Op]()
    for s in b.body:
        if not isinstance(s, Op) or s.kwargs or any(v not in ready for v in variables(s.args)):
            continue
        if s.op in _OF_INTEGERS and ab.kind_of(s.out.type) == "int" and ab.rank(s.out.type) == 0:
            ready.add(s.out)
            counts[s.out] = s
        elif s.op is operator.getitem and s.args[0] in arrays and is_of_a_part(s.args[1]):
            found += _needed(s, counts)
    return list(dict.fromkeys(found))


def _needed(s: Op, counts: Mapping[Var, Op]) -> list[Op]:
    """An operation, after the sums and differences of integers that it needs."""
    before = (_needed(counts[v], counts) for v in variables(s.args) if v in counts)
    return [*itertools.chain.from_iterable(before), s]


def is_of_a_part(index: Arg) -> bool:
    """Does an index name a small part of an array: an element, a row, a slice that moves?"""
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, Slice):
            if any(isinstance(x, Var) for x in (part.lower, part.upper)):
                return True
        elif not (isinstance(part, Lit) and (part.value is None or part.value is Ellipsis)):
            return True
    return False


def written_in(b: Block) -> list[Var]:
    """The arrays from around a block of which it overwrites a part."""
    found = list[Var]()
    for s in b.body:
        match s:
            case Op(op=prims.set_item | prims.add_item, args=(Var() as a, index, _)) if a in free(b):
                found += [a] if is_of_a_part(index) else []
    return found
