"""The forward code as its adjoint sees it: what binds each name, and what each statement is asked to hand out besides.

A loop hands out what it collects for its adjoint, and how far it went; a branch hands out what it has bound.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import marks, prims
from pullback.transpile.core import Atom, Block, Def, For, If, Lit, Op, Range, Stmt, Tag, Var, While
from pullback.transpile.optimise.remaking import Remaking
from pullback.transpile.shapes import axes_of
from pullback.transpile.stopping import TRUE, inside, tail
from pullback.transpile.traversal import blocks, own_reads, substitute, variables

Level = tuple[Tag, int]  # a block of a statement
_LENGTHS = frozenset({len, prims.dim, np.size})
LONG = 1000  # the length of an axis, or how often a loop goes round, where that is not known


@dataclass
class Forward:
    """What is known of the forward statements. `extra`: what each one has been asked to hand out besides.

    `home`: the block that a statement is in, and `where` that which binds a name; `joined`: the branches whose
    statements adjoint code has in another block than they are in. `made` are the operations that may be done again: not
    those that might warn outside of the context that they stand in. `read` is what adjoint code itself reads,
    `lengths` has what is a length anywhere, by its symbol: a parameter, or what is `asked` of one of its `axes`.
    `remaking`: what may be made again.
    """

    remaking: Remaking
    statements: dict[Tag, For | While | If] = field(default_factory=dict)
    home: dict[Tag, Level] = field(default_factory=dict)
    local: dict[Level, set[Var]] = field(default_factory=dict)
    made: dict[Var, Op | If] = field(default_factory=dict)
    order: dict[Var, int] = field(default_factory=dict)
    where: dict[Var, Level] = field(default_factory=dict)
    joined: dict[Level, list[Level]] = field(default_factory=dict)
    extra: dict[Tag, list[tuple[Var, Var, int]]] = field(default_factory=dict)
    counted: dict[Tag, Var] = field(default_factory=dict)
    read: set[Var] = field(default_factory=set)
    lengths: dict[str, Atom] = field(default_factory=dict)
    axes: dict[str, tuple[Var, int]] = field(default_factory=dict)
    asked: set[Var] = field(default_factory=set)

    def scan(self, b: Block, home: Level | None = None) -> None:
        if home is None and b.body:
            self.find_lengths(b)
        enclosed = marks.enclosed(b.body)
        for s in b.body:
            if s.origin.adjoint:
                self.read.update(own_reads(s), *(variables(inner.results) for inner in blocks(s)))
            if isinstance(s, Op):
                if s not in enclosed:
                    self.note(self.of_parameters(s))
                continue
            if isinstance(s, If) and _is_value(s) and s not in enclosed:
                self.note(s)
            if isinstance(s, (For, While, If)):
                self.statements[s.tag] = s
                if home is not None:
                    self.home[s.tag] = home
            if isinstance(s, For) and s.stop is not None:
                self.read_by_index(s)
            for i, inner in enumerate(blocks(s)):
                level = home
                if isinstance(s, (For, While, If)):
                    level = (s.tag, i)
                    self.local[level] = {*inner.params, *(o for t in inner.body for o in t.outs)}
                    self.where.update((v, level) for v in self.local[level])
                self.scan(inner, level)
            if isinstance(s, (For, While)) and s.stop is not None and not s.keeps:
                self.join((s.tag, len(blocks(s)) - 1), s.body.body, s.stop)

    def note(self, s: Op | If) -> None:
        """This may be done again."""
        self.order[s.outs[0]] = len(self.made)
        self.made[s.outs[0]] = s

    def find_lengths(self, b: Block) -> None:
        """Which lengths can be asked of the parameters, by their symbols."""
        for p in b.params:
            if isinstance(p.type, ab.Scalar) and isinstance(n := p.type.value, ab.Dim) and n.offset == 0:
                self.lengths[n.symbol] = p
        self.axes = axes_of(b)
        for symbol, (p, k) in self.axes.items():
            if symbol not in self.lengths:
                self.lengths[symbol] = out = Var("", ab.Scalar("int", value=ab.Dim(symbol)))
                self.asked.add(out)
                self.note(Op(out, prims.dim, (p, Lit(k)), (), b.body[0].origin))

    def of_parameters(self, s: Op) -> Op:
        """Where a length is asked of a value in a loop or branch: an operation that gives it from the parameters."""
        if s.op not in _LENGTHS or s.args[0] not in self.where or not isinstance(s.out.type, ab.Scalar):
            return s
        n = s.out.type.value
        if not isinstance(n, ab.Dim) or n.symbol not in self.lengths:
            return s
        base, by = self.lengths[n.symbol], n.offset
        if not by:
            of = self.axes.get(n.symbol)
            if s.op is len and of is not None and of[1] == 0:
                return replace(s, args=of[:1])
            return replace(s, op=prims.alias, args=(base,))
        return replace(s, op=operator.add if by > 0 else operator.sub, args=(base, Lit(abs(by))), kwargs=())

    def read_by_index(self, s: For) -> None:
        """The items of a loop that may stop early are read again by index, as far as it went."""
        for p, a in zip(s.item_params, s.items, strict=True):
            listed = not isinstance(a.type, ab.Array)
            op, key = (prims.item, s.index) if listed else (operator.getitem, (s.index,))
            self.note(Op(p, op, (a, key), (), s.origin))

    def join(self, level: Level, body: Sequence[Stmt], stop: Atom) -> None:
        """The adjoint of a loop that skips the iteration that stops it sees the others as one block."""
        found = tail(body, stop)
        if len(found) == 2:
            self.join(level, body[:-1], found[1].cond)
        for s in found[-1:]:
            going = [(i, b) for i, b in enumerate((s.then, s.orelse)) if substitute(stop, inside(s, b)) != TRUE]
            for i, b in going:
                into = level if len(going) == 1 else (s.tag, i)
                if len(going) == 1:
                    self.joined.setdefault(level, []).append((s.tag, i))
                self.join(into, b.body, substitute(stop, inside(s, b)))

    def names(self, level: Level) -> set[Var]:
        """The names of a block, as its adjoint has it."""
        return self.local[level].union(*(self.local[x] for x in self.joined.get(level, ())))

    def times(self, v: Var, a: Var) -> int:
        """How often `v` is made for each `a`, which is from a block around, by all that is known."""
        level: Level | None = self.where[v]
        found = 1
        while level is not None and level != self.where[a]:
            found *= _trips(self.statements[level[0]])
            level = self.home.get(level[0])
        return found

    def keep(self, tag: Tag, v: Var, out: Var, side: int = 0) -> None:
        """The statement also hands out its local `v`, as `out`."""
        self.extra.setdefault(tag, []).append((v, out, side))
        self.bound(tag, out)

    def bound(self, tag: Tag, out: Var) -> None:
        """The statement also binds `out`."""
        if tag in self.home:
            self.local[self.home[tag]].add(out)
            self.where[out] = self.home[tag]

    def handed_out(self, v: Var, level: Level) -> Var:
        """The name by which a block knows a name of a branch in it."""
        while self.where[v] != level:
            tag, side = self.where[v]
            known = next((out for w, out, _ in self.extra.get(tag, ()) if w is v), None)
            if known is None:
                known = Var(v.hint, v.type)
                self.keep(tag, v, known, side)
            v = known
        return v


def _is_value(s: If) -> bool:
    """Is this one value, as `a and b` is, and no part of how a loop goes on?"""
    return len(s.outs) == 1 and not s.tries and not s.skips


def _trips(s: For | While | If) -> int:
    match s:
        case If():
            return 1
        case For(source=Range(Lit(int() as start), Lit(int() as stop), Lit(int() as step))):
            return len(range(start, stop, step))
    return LONG


def extended(f: Forward, b: Block) -> Block:
    """The forward code with what it has been asked to hand out."""
    return Block(b.params, tuple(_extended_statement(f, s) for s in b.body), b.results)


def _extended_statement(f: Forward, s: Stmt) -> Stmt:
    match s:
        case If():
            extra = f.extra.get(s.tag, [])

            def grown(b: Block, side: int) -> Block:
                more = tuple(v if i == side else _placeholder(v) for v, _, i in extra)
                return Block((), extended(f, b).body, b.results + more)

            outs = s.outs + tuple(o for _, o, _ in extra)
            return replace(s, outs=outs, then=grown(s.then, 0), orelse=grown(s.orelse, 1))
        case For() | While():
            extra = f.extra.get(s.tag, [])
            inner = extended(f, s.body)
            body = Block(inner.params, inner.body, inner.results + tuple(v for v, _, _ in extra))
            s = replace(s, outs=s.outs + tuple(o for _, o, _ in extra), body=body)
            return _counting(s, f.counted[s.tag]) if s.tag in f.counted else s
        case Def():
            return replace(s, block=extended(f, s.block))
    return s


def _placeholder(v: Var) -> Lit:
    return Lit(0.0) if isinstance(v.type, ab.Scalar) and v.type.kind == "float" else Lit(None)


def _counting(s: For | While, out: Var) -> For | While:
    """The loop that carries, as `out`, the index that the next iteration would have, or the number of them.

    An iteration that leaves nothing of what is collected does not count.
    """
    n = len(s.inits)
    start, index, by = steps_of(s)
    before = Var(out.hint, ab.INT)

    def step() -> Op:
        return Op(Var(out.hint, ab.INT), operator.add, (index or before, by), (), s.origin)

    if s.stop is None or not s.keeps:
        counted, after = _counted(Block((), s.body.body, ()), s.stop, before, step)
    else:  # after the branch that tells whether to stop nothing may follow
        first = step()
        counted, after = Block((), (first, *s.body.body), ()), first.out
    results = (*s.body.results[:n], after, *s.body.results[n:])
    k = n if isinstance(s, While) else 1 + n
    body = Block((*s.body.params[:k], before, *s.body.params[k:]), counted.body, results)
    outs, inits = (*s.outs[:n], out, *s.outs[n:]), (*s.inits, start)
    if isinstance(s, For):
        return replace(s, outs=outs, inits=inits, body=body)
    cond = Block((*s.cond.params, Var(out.hint, ab.INT)), s.cond.body, s.cond.results)
    return replace(s, outs=outs, inits=inits, cond=cond, body=body)


def _counted(b: Block, stop: Atom | None, before: Var, step: Callable[[], Op]) -> tuple[Block, Atom]:
    """A block that takes a step on each way on which the loop goes on, and the count after it."""
    found = () if stop is None else tail(b.body, stop)
    if stop == TRUE:
        return b, before
    if not found or stop is None:
        last = step()
        return Block(b.params, (*b.body, last), b.results), last.out
    s = found[-1]
    sides = [_counted(x, substitute(stop, inside(s, x)), before, step) for x in (s.then, s.orelse)]
    out = Var(before.hint, ab.INT)
    then, orelse = (Block((), x.body, (*x.results, count)) for x, count in sides)
    return Block(b.params, (*b.body[:-1], replace(s, outs=(*s.outs, out), then=then, orelse=orelse)), b.results), out


def steps_of(s: For | While) -> tuple[Atom, Var | None, Atom]:
    """Where counting the iterations of a loop begins, what is counted (None: nothing but they), and by how much."""
    if isinstance(s, While) or s.reverse:
        return Lit(0), None, Lit(1)
    return (Lit(0), s.index, Lit(1)) if s.source is None else (s.source.start, s.index, s.source.step)
