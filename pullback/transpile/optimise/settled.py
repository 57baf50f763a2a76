"""Elements that are not written again are read, in the backward code, from the array as the loops leave it.

    for j in range(n):                                 for j in reversed(range(n)):
        r = a[j, :j] @ a[j, :j]                            r = a[j, :j]
        a[j, j] = sqrt(a[j, j] - r)        ->              ...                        nothing is kept

Columns before `j` are never written from step `j` on. That is proven from the bounds of the loops and the indices,
which must be linear in the loops' variables; what is not proven is kept on a tape.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Def,
    For,
    If,
    Lit,
    Op,
    Slice,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.optimise.chains import Chain, Loop, Place, chains_of, parts_of
from pullback.transpile.optimise.inequalities import ONE, Term, constant, minus, plus, proves, symbol
from pullback.transpile.traversal import blocks, free, substitute

Home = tuple[Tag, int]


def read_settled(b: Block) -> Block:
    """A block whose adjoint loops read from arrays what its loops have left there, if that is what they have read."""
    nests = [_Nest(s) for s in b.body if isinstance(s, For | While) and s.adjoint_of is None]
    nests = [n for n in nests if n.chains]
    if not nests:
        return b
    return replace(b, body=tuple(_rewritten(nests, s) for s in b.body))


def _rewritten(nests: list[_Nest], s: Stmt) -> Stmt:
    match s:
        case For() if s.adjoint_of is not None:
            return replace(s, body=_reading(nests, s.body, (s.adjoint_of, 0)))
        case If() if s.adjoint_of is not None:
            sides = [_reading(nests, side, (s.adjoint_of, k)) for k, side in enumerate((s.then, s.orelse))]
            return replace(s, then=sides[0], orelse=sides[1])
        case Def():
            return replace(s, block=replace(s.block, body=tuple(_rewritten(nests, t) for t in s.block.body)))
    return s


def _reading(nests: list[_Nest], b: Block, home: Home) -> Block:
    """An adjoint block that reads the settled elements first which its primal block has read or written."""
    first: list[Stmt] = []
    m: dict[Var, Atom] = {}
    for v in free(b):
        for nest in nests:
            if nest.home.get(v) == home and (found := nest.settled(v)) is not None:
                array, index = found
                out = Var(v.hint, v.type)
                first.append(Op(out, operator.getitem, (array, index), (), nest.made[v].origin))
                m[v] = out
    body = tuple(_rewritten(nests, s) for s in substitute(b.body, m))
    return Block(b.params, (*first, *body), substitute(b.results, m))


@dataclass
class _Nest:
    """An outermost loop: what is made in it, where, and the arrays that it writes."""

    loop: Loop
    chains: list[Chain] = field(default_factory=list)
    made: dict[Var, Op] = field(default_factory=dict)
    home: dict[Var, Home] = field(default_factory=dict)
    inside: set[Var] = field(default_factory=set)
    stored: dict[Var, tuple[Chain, Op, Place]] = field(default_factory=dict)
    known: dict[Var, tuple[Var, Arg] | None] = field(default_factory=dict)
    outside: dict[Var, Term] = field(default_factory=dict)
    symbols: int = 0

    def __post_init__(self) -> None:
        self.chains = list(chains_of(self.loop))
        if self.chains:
            self._scan(self.loop)
        for chain in self.chains:
            for w in chain.writes:
                value = w.op.args[2]
                if w.op.op is prims.set_item and isinstance(value, Var) and _is_element(w.op, value):
                    self.stored.setdefault(value, (chain, w.op, w.place))

    def _scan(self, s: Stmt) -> None:
        for k, b in enumerate(blocks(s)):
            side = 0 if isinstance(s, While) else k
            self.inside.update(b.params)
            for t in b.body:
                self.inside.update(t.outs)
                if isinstance(t, Op) and isinstance(s, For | While | If):
                    self.made[t.out] = t
                    self.home[t.out] = (s.tag, side)
                self._scan(t)

    def symbol(self, v: Var | None) -> Term:
        """A symbol that nothing else has, or that of a value from outside of the nest."""
        if v is None:
            self.symbols += 1
            return symbol(self.symbols)
        return self.outside.setdefault(v, self.symbol(None))

    def settled(self, v: Var) -> tuple[Var, Arg] | None:
        """The array and index at which a value of the nest can be read after it; None if that is not proven."""
        if v not in self.known:
            self.known[v] = next(iter(self._found(v)), None)
        return self.known[v]

    def _found(self, v: Var) -> Iterator[tuple[Var, Arg]]:
        s = self.made.get(v)
        if s is None:
            return
        if v in self.stored:
            chain, write, place = self.stored[v]
            if self._lasts(chain, write.args[1], place):
                yield chain.last, write.args[1]
        if s.op is operator.getitem:
            for chain in self.chains:
                if s.args[0] in chain.versions and self._lasts(chain, s.args[1], self._read_place(chain, s)):
                    yield chain.last, s.args[1]

    def _read_place(self, chain: Chain, s: Op) -> Place:
        version = chain.versions[cast(Var, s.args[0])]
        return Place(_loops_around(self.loop, s) or version.loops, version.number)

    def _lasts(self, chain: Chain, index: Arg, place: Place) -> bool:
        """Is this part of the array never written after this place?"""
        rank = ab.rank(chain.last.type)
        mine = parts_of(index, rank) if rank is not None else None
        if mine is None or rank is None:
            return False
        for w in chain.writes:
            theirs = parts_of(w.op.args[1], rank)
            if theirs is None or w.op.kwargs or not self._apart(mine, place, theirs, w.place):
                return False
        return True

    def _apart(self, mine: tuple[Arg, ...], place: Place, theirs: tuple[Arg, ...], write: Place) -> bool:
        """Do all later iterations, and the rest of the same one, write elsewhere?"""
        common = 0
        while common < min(len(place.loops), len(write.loops)) and place.loops[common] is write.loops[common]:
            common += 1
        a = _Instance(self, place.loops, {})
        for level in range(common):
            b = _Instance(self, write.loops, a.shared(level))
            later = _later(place.loops[level], a, b)
            if not _disjoint(a, mine, b, theirs, [*a.bounds, *b.bounds, *later]):
                return False
        if write.number <= place.number:
            return True
        b = _Instance(self, write.loops, a.shared(common))
        return _disjoint(a, mine, b, theirs, [*a.bounds, *b.bounds])


def _is_element(write: Op, value: Var) -> bool:
    """Is one element written, of the array's own dtype, so that it can be read again?"""
    array = write.args[0]
    rank = ab.rank(array.type) if isinstance(array, Var) else None
    parts = parts_of(write.args[1], rank) if rank is not None else None
    if parts is None or any(isinstance(p, Slice) for p in parts) or write.kwargs or not isinstance(array, Var):
        return False
    t = value.type
    dtype = t.dtype or "float64" if isinstance(t, ab.Scalar) and t.kind == "float" else None
    return dtype is not None and isinstance(array.type, ab.Array) and array.type.dtype == dtype


def _loops_around(s: Stmt, wanted: Op) -> tuple[Loop, ...] | None:
    """The loops that a statement is in, the outermost first."""
    for b in blocks(s):
        for t in b.body:
            inner = () if t is wanted else _loops_around(t, wanted)
            if inner is not None:
                return (s, *inner) if isinstance(s, For | While) else inner
    return None


class _Instance:
    """One iteration of some nested loops: a term for each index, and what the bounds of the loops say of them."""

    def __init__(self, nest: _Nest, loops: tuple[Loop, ...], given: dict[Var, Term]) -> None:
        self.nest = nest
        self.terms = dict(given)
        self.bounds: list[Term] = []
        self.loops = loops
        for s in loops:
            if not isinstance(s, For):
                continue
            i = self.terms.setdefault(s.index, nest.symbol(None))
            if s.source is None:
                self.bounds.append(i)
                continue
            start, stop = self.term(s.source.start), self.term(s.source.stop)
            up = _step(s) > 0
            if _step(s):
                self.bounds += [minus(i, start), minus(minus(stop, i), constant(1))] if up else []
                self.bounds += [minus(start, i), minus(minus(i, stop), constant(1))] if not up else []

    def shared(self, levels: int) -> dict[Var, Term]:
        """The terms of the indices of the outermost loops."""
        return {s.index: self.terms[s.index] for s in self.loops[:levels] if isinstance(s, For)}

    def term(self, x: Arg) -> Term:
        """An integer as a term in the indices; what is not linear in them is a symbol of its own."""
        if isinstance(x, Lit) and isinstance(x.value, int):
            return constant(int(x.value)) if x.value else {}
        if not isinstance(x, Var):
            return self.nest.symbol(None)
        if x in self.terms:
            return self.terms[x]
        if isinstance(x.type, ab.Scalar) and isinstance(x.type.value, int):
            return constant(x.type.value) if x.type.value else {}
        found = self._made(x)
        if found is None:
            found = self.nest.symbol(None if x in self.nest.inside else x)
        self.terms[x] = found
        return found

    def _made(self, x: Var) -> Term | None:
        s = self.nest.made.get(x)
        if s is None or ab.kind_of(x.type) != "int":
            return None
        match s.op, s.args:
            case operator.add, (a, b):
                return plus(self.term(a), self.term(b))
            case operator.sub, (a, b):
                return minus(self.term(a), self.term(b))
            case operator.neg, (a,):
                return minus({}, self.term(a))
            case operator.mul, (a, b):
                for n, y in ((self.term(a), b), (self.term(b), a)):
                    if set(n) <= {ONE}:
                        return plus({}, self.term(y), n.get(ONE, 0))
            case prims.alias, (a,):
                return self.term(a)
        return None


def _step(s: For) -> int:
    """The step of a loop's source, 0 if it is not known."""
    if s.source is None:
        return 1
    step = s.source.step
    return step.value if isinstance(step, Lit) and isinstance(step.value, int) else 0


def _later(s: Loop, a: _Instance, b: _Instance) -> list[Term]:
    """What follows from `b` being a later iteration of this loop than `a`."""
    if not isinstance(s, For) or not _step(s):
        return []
    i, j = a.terms[s.index], b.terms[s.index]
    ascending = (_step(s) > 0) != s.reverse
    return [minus(minus(j, i) if ascending else minus(i, j), constant(1))]


def _disjoint(a: _Instance, mine: tuple[Arg, ...], b: _Instance, theirs: tuple[Arg, ...], known: list[Term]) -> bool:
    """Is there an axis along which the two parts of the array do not meet?"""
    return any(
        _precedes(x, y, known) or _precedes(y, x, known)
        for p, q in zip(mine, theirs, strict=True)
        for x, y in [(_extent(a, p, known), _extent(b, q, known))]
    )


Extent = tuple[Term | None, Term | None]  # from, and up to but not including


def _precedes(x: Extent, y: Extent, known: list[Term]) -> bool:
    return x[1] is not None and y[0] is not None and proves(known, minus(y[0], x[1]))


def _extent(instance: _Instance, p: Arg, known: list[Term]) -> Extent:
    """What an index covers of its axis; a bound that may be negative counts from the end, and is not known."""
    if isinstance(p, Slice):
        if p.step not in (None, Lit(1)) and not (isinstance(p.step, Lit) and _positive(p.step.value)):
            return None, None
        low = {} if p.lower is None else _counted(instance, p.lower, known)
        high = None if p.upper is None else _counted(instance, p.upper, known)
        return low, high
    at = _counted(instance, p, known)
    return at, None if at is None else plus(at, constant(1))


def _positive(n: object) -> bool:
    return isinstance(n, int) and n > 0


def _counted(instance: _Instance, x: Arg, known: list[Term]) -> Term | None:
    term = instance.term(x)
    return term if proves(known, term) else None
