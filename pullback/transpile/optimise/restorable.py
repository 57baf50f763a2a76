"""Which arrays are better put back than kept: those of which less is overwritten than the adjoint reads of them.

A dense Gauss-Seidel sweep reads the whole of `x` for each element that it writes: to keep what it reads would take a
copy of `x` for each element, to put it back takes the element.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Mapping

from pullback.transpile import abstract as ab
from pullback.transpile.core import Block, Def, For, If, Lit, Op, Slice, Stmt, Tag, Var, While
from pullback.transpile.infer import infer
from pullback.transpile.optimise.chains import Chain, Loop, Place, chains_of
from pullback.transpile.optimise.remaking import Remaking
from pullback.transpile.optimise.residuals import kept_in_loops
from pullback.transpile.storage import Sharing, sharing
from pullback.transpile.traversal import blocks, compound, operations, views_through

Size = Counter[int]  # how many values, by the power of the lengths and counts of iterations that there are of each
_WHOLE, _MOVING = 6, 2  # weights: a slice that moves is some part of an axis
_MANY = 3


def writes_in_loops(b: Block) -> bool:
    """Does a loop of a block, forward code of one function, change an array?"""
    return any(True for _ in _chains(b))


def better_restored(
    b: Block, copies: Mapping[Var, Var], copied: Mapping[Tag, Tag], remaking: Remaking
) -> list[Chain]:
    """The arrays of a block, both sweeps of a function, whose adjoint should put back what its loops overwrite.

    What is run a second time counts for what it is a copy of: `copies` has the names, `copied` the statements.
    """
    chains = list(_chains(b))
    if not chains:
        return []
    made = dict(operations(b))
    loops = dict(_loops_around(b.body, ()))
    read: dict[int, Size] = {id(c): Counter() for c in chains}
    for v, tag in kept_in_loops(b, remaking):
        v, tag = copies.get(v, v), copied.get(tag, tag)
        for c in chains:
            if c.loop in loops.get(tag, ()) and _comes_from(v, c, made):
                depth = len(loops[tag]) - loops[tag].index(c.loop)
                read[id(c)].update(_size(v, depth))
    return [c for c in chains if _is_less(_destroyed(c), read[id(c)])]


def _chains(block: Block, known: frozenset[Var] = frozenset()) -> Iterator[Chain]:
    """The arrays that loops of forward code change by writes alone, each at the outermost such loop."""
    for s in compound(block):
        if isinstance(s, Def) or s.origin.adjoint:
            continue
        inner = known
        if isinstance(s, For | While):
            for chain in chains_of(s):
                if chain.last not in known and _is_simple(chain):
                    yield chain
                    inner |= chain.versions.keys()
        for b in blocks(s):
            yield from _chains(b, inner)


def _is_simple(chain: Chain) -> bool:
    return ab.rank(chain.last.type) not in (None, 0)


def _loops_around(body: tuple[Stmt, ...], around: tuple[Loop, ...]) -> Iterator[tuple[Tag, tuple[Loop, ...]]]:
    for s in body:
        inside = (*around, s) if isinstance(s, For | While) else around
        if isinstance(s, For | While | If):
            yield s.tag, inside
        for b in blocks(s):
            yield from _loops_around(b.body, inside)


def _comes_from(v: Var, chain: Chain, made: dict[Var, Op]) -> bool:
    """Is this a version of the array, or a view of one?"""
    while v not in chain.versions:
        s = made.get(v)
        if s is None or not isinstance(s.args[0], Var):
            return False
        if s.op is not operator.getitem and sharing(s.op, s.args, s.kwargs) is not Sharing.VIEW:
            return False
        v = s.args[0]
    return True


def _size(v: Var, depth: int) -> Size:
    """How much is kept of a value that so many loops make anew."""
    shape = ab.shape_of(v.type) or ()
    return Counter({depth + sum(n != 1 for n in shape): _WHOLE})


def _destroyed(chain: Chain) -> Size:
    """How much the writes to an array destroy."""
    total: Size = Counter()
    for w in chain.writes:
        total.update(_part(chain, w.op, w.place))
    return total


def _part(chain: Chain, write: Op, place: Place) -> Size:
    array = Var("", chain.last.type)
    for fn, rest in views_through(write):
        array = Var("", infer(fn, (array, *rest), {}))
    index = write.args[1]
    lines = ab.rank(infer(operator.getitem, (array, index), {}))
    slices = [p for p in (index if isinstance(index, tuple) else (index,)) if isinstance(p, Slice)]
    moves = any(not isinstance(x, Lit | None) for p in slices for x in (p.lower, p.upper))
    most = ab.rank(chain.last.type) or 0
    return Counter({len(place.loops) + (most if lines is None else lines): _MOVING if moves else _WHOLE})


def _is_less(destroyed: Size, read: Size) -> bool:
    """Is much less destroyed than is read? To put a value back costs as much as to keep a few."""
    power = max(+destroyed | +read, default=0)
    return _MANY * destroyed[power] <= read[power] != 0
