"""What the backward code needs from the forward code: kept on a tape, or computed again where that is cheap.

Backward code is first written reading forward names freely. Here the names that are out of its scope are found,
innermost loop first: a loop's become collected values that its adjoint runs over, a branch's become outputs of the
`if`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Def,
    For,
    If,
    Lit,
    Op,
    OpFunction,
    Range,
    Slice,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, free, own_reads, substitute

# these cost nothing: a view, a number, an item
_FREE: frozenset[OpFunction] = frozenset({np.transpose, np.size, np.ndim, len, prims.dim, prims.item, prims.alias})
_CHEAP: frozenset[OpFunction] = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg})
_STEPS = 3


@dataclass
class _Forward:
    """What is known of the forward statements. `extra`: what each one has been asked to hand out besides."""

    statements: dict[Tag, For | While | If] = field(default_factory=dict)
    home: dict[Tag, tuple[Tag, int]] = field(default_factory=dict)
    local: dict[tuple[Tag, int], set[Var]] = field(default_factory=dict)
    made: dict[Var, Op] = field(default_factory=dict)
    order: dict[Var, int] = field(default_factory=dict)
    extra: dict[Tag, list[tuple[Var, Var, int]]] = field(default_factory=dict)
    counted: dict[Tag, Var] = field(default_factory=dict)

    def scan(self, b: Block, home: tuple[Tag, int] | None = None) -> None:
        for s in b.body:
            if isinstance(s, Op):
                self.order[s.out] = len(self.made)
                self.made[s.out] = s
            if isinstance(s, (For, While, If)):
                self.statements[s.tag] = s
                if home is not None:
                    self.home[s.tag] = home
            for i, inner in enumerate(blocks(s)):
                if isinstance(s, (For, While, If)):
                    self.local[s.tag, i] = {*inner.params, *(o for t in inner.body for o in t.outs)}
                    self.scan(inner, (s.tag, i))
                else:
                    self.scan(inner, home)

    def keep(self, tag: Tag, v: Var, out: Var, side: int = 0) -> None:
        """The statement also hands out its local `v`, as `out`."""
        self.extra.setdefault(tag, []).append((v, out, side))
        if tag in self.home:
            self.local[self.home[tag]].add(out)


def keep_residuals(b: Block) -> Block:
    """A block in which every read is in scope.

    What adjoint code read from inside forward loops and branches is kept for it.
    """
    forward = _Forward()
    forward.scan(b)
    if not forward.statements:
        return b
    closed = _close(forward, b)
    return _extend(forward, closed)


def again_at_top(
    forward: tuple[Stmt, ...], read: Iterable[Var], at_hand: Iterable[Var]
) -> tuple[tuple[Var, ...], tuple[Op, ...]]:
    """Of the names of a function's own block that other code reads.

    Those to keep for it, and the operations that give the rest.
    """
    f = _Forward()
    f.scan(Block((), forward, ()))
    local = {o for s in forward for o in s.outs}
    plan = _plan(f, [v for v in read if v in local], local, at_hand)
    return plan.kept, plan.again


def _close(f: _Forward, b: Block) -> Block:
    return Block(b.params, tuple(_close_statement(f, s) for s in b.body), b.results)


def _close_statement(f: _Forward, s: Stmt) -> Stmt:
    match s:
        case If():
            s = replace(s, then=_close(f, s.then), orelse=_close(f, s.orelse))
            return _close_branch(f, s, s.adjoint_of) if s.adjoint_of in f.statements and s.adjoint_of else s
        case For():
            s = replace(s, body=_close(f, s.body))
            return _close_loop(f, s, s.adjoint_of) if s.adjoint_of in f.statements and s.adjoint_of else s
        case While():
            return replace(s, cond=_close(f, s.cond), body=_close(f, s.body))
        case Def():
            return replace(s, block=_close(f, s.block))
    return s


def _close_branch(f: _Forward, s: If, tag: Tag) -> If:
    primal = f.statements[tag]
    assert isinstance(primal, If)
    m: dict[Var, Atom] = {}
    sides: list[Block] = []
    for i, (b, mine) in enumerate(zip((s.then, s.orelse), (primal.then, primal.orelse), strict=True)):
        plan = _plan(f, [v for v in free(b) if v in f.local[tag, i]], f.local[tag, i], frozenset())
        for v in plan.kept:
            if v in mine.results:
                m[v] = primal.outs[mine.results.index(v)]
            elif v not in m:
                m[v] = out = Var(v.hint, v.type)
                f.keep(tag, v, out, i)
        sides.append(_recompute(f, plan, b, m))
    return replace(s, then=sides[0], orelse=sides[1])


def _close_loop(f: _Forward, s: For, tag: Tag) -> For:
    primal = f.statements[tag]
    assert isinstance(primal, (For, While))
    side = 1 if isinstance(primal, While) else 0
    local = f.local[tag, side]
    m: dict[Var, Atom] = {}
    at_hand: set[Var] = set()
    if isinstance(primal, For):
        at_hand = {primal.index, *primal.item_params}
        m[primal.index] = s.index
    plan = _plan(f, [v for v in free(s.body) if v in local], local, at_hand)
    items, params = list(s.items), list(s.body.params)

    def walk(v: Var, sequence: Atom) -> None:
        m[v] = p = Var(v.hint, v.type)
        items.append(sequence)
        params.append(p)

    if isinstance(primal, For):
        for p, a in zip(primal.item_params, primal.items, strict=True):
            if p in plan.read:
                walk(p, a)
    for v in plan.kept:
        tape = Var(v.hint, ab.ListOf(v.type))
        f.keep(tag, v, tape)
        walk(v, tape)
    source = s.source
    if source is None and not items:
        source = _count(f, primal, tag)
        if source is None:
            assert isinstance(primal, For)
            walk(primal.item_params[0], primal.items[0])
    body = _recompute(f, plan, Block(tuple(params), s.body.body, s.body.results), m)
    if plan.kept and s.index not in free(Block((), body.body, body.results)):
        source = None
    return replace(s, source=source, items=tuple(items), body=body)


def _count(f: _Forward, primal: For | While, tag: Tag) -> Range | None:
    """The number of times that a `while` ran, counted for an adjoint that needs nothing else of it."""
    if isinstance(primal, For):
        return None
    if tag not in f.counted:
        f.counted[tag] = Var("n", ab.INT)
        if tag in f.home:
            f.local[f.home[tag]].add(f.counted[tag])
    return Range(Lit(0), f.counted[tag], Lit(1))


@dataclass(frozen=True)
class _Plan:
    """What is kept, what is computed again (in order), and all that is read of the forward code's own names."""

    kept: tuple[Var, ...]
    again: tuple[Op, ...]
    read: frozenset[Var]


def _plan(f: _Forward, wanted: list[Var], local: set[Var], at_hand: Iterable[Var]) -> _Plan:
    """Choose.

    What costs nothing is read again, cheap element-wise values are computed again from what is kept anyway.
    """
    have = set(at_hand)
    again: dict[Var, Op] = {}
    rest = [v for v in wanted if v not in have and not _remake(f, v, local, have, again, _FREE, 99)]
    kept = list(rest)
    for v in reversed(rest):
        others = {w for w in kept if w is not v}
        if others != set(kept) and _remake(f, v, local, have | others, dict(again), _FREE | _CHEAP, _STEPS):
            kept.remove(v)
    for v in rest:
        if v not in kept:
            _remake(f, v, local, have | set(kept), again, _FREE | _CHEAP, _STEPS)
    ordered = _in_order(f, again)
    read = {*wanted, *(v for s in ordered for v in own_reads(s))}
    return _Plan(tuple(kept), ordered, frozenset(read))


def _in_order(f: _Forward, again: dict[Var, Op]) -> tuple[Op, ...]:
    return tuple(sorted(again.values(), key=lambda s: f.order[s.out]))


def _remake(
    f: _Forward, v: Var, local: set[Var], have: set[Var], again: dict[Var, Op], ops: frozenset[OpFunction], steps: int
) -> bool:
    """Add to `again` the operations that make `v` from `have` and from names of outer scopes; False if it cannot be."""
    if v in have or v not in local or v in again:
        return True
    s = f.made.get(v)
    if s is None or steps == 0 or not _allowed(s, ops):
        return False
    trial = dict(again)
    for a in own_reads(s):
        if not _remake(f, a, local, have, trial, ops, steps - 1):
            return False
    again.update(trial)
    again[v] = s
    return True


def _allowed(s: Op, ops: frozenset[OpFunction]) -> bool:
    if s.op in ops or s.op in _FREE:
        return True
    if s.op is operator.getitem:
        return _is_basic(s.args[1])
    return s.op in _CHEAP and ab.kind_of(s.out.type) == "int" and ab.rank(s.out.type) == 0


def _is_basic(index: object) -> bool:
    """Does this index make a view or read one element, rather than gather?"""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(i, (Slice, Lit)) or (isinstance(i, Var) and isinstance(i.type, ab.Scalar)) for i in parts)


def _recompute(f: _Forward, plan: _Plan, b: Block, m: dict[Var, Atom]) -> Block:
    """A backward block that first computes again what the plan says, and reads the rest by its new names."""
    first: list[Stmt] = []
    for s in plan.again:
        out = Var(s.out.hint, s.out.type)
        first.append(replace(s, out=out, args=substitute(s.args, m), kwargs=substitute(s.kwargs, m)))
        m[s.out] = out
    return Block(b.params, tuple(first) + substitute(b.body, m), substitute(b.results, m))


def _extend(f: _Forward, b: Block) -> Block:
    """The forward code with what it has been asked to hand out."""
    return Block(b.params, tuple(_extend_statement(f, s) for s in b.body), b.results)


def _extend_statement(f: _Forward, s: Stmt) -> Stmt:
    match s:
        case If():
            extra = f.extra.get(s.tag, [])

            def grown(b: Block, side: int) -> Block:
                more = tuple(v if i == side else _placeholder(v) for v, _, i in extra)
                return Block((), _extend(f, b).body, b.results + more)

            outs = s.outs + tuple(o for _, o, _ in extra)
            return replace(s, outs=outs, then=grown(s.then, 0), orelse=grown(s.orelse, 1))
        case For() | While():
            extra = f.extra.get(s.tag, [])
            inner = _extend(f, s.body)
            body = Block(inner.params, inner.body, inner.results + tuple(v for v, _, _ in extra))
            s = replace(s, outs=s.outs + tuple(o for _, o, _ in extra), body=body)
            return _counting(s, f.counted[s.tag]) if isinstance(s, While) and s.tag in f.counted else s
        case Def():
            return replace(s, block=_extend(f, s.block))
    return s


def _placeholder(v: Var) -> Lit:
    return Lit(0.0) if isinstance(v.type, ab.Scalar) and v.type.kind == "float" else Lit(None)


def _counting(s: While, out: Var) -> While:
    n = len(s.inits)
    before, after = Var("n", ab.INT), Var("n", ab.INT)
    step = Op(after, operator.add, (before, Lit(1)), (), s.origin)
    results = (*s.body.results[:n], after, *s.body.results[n:])
    return replace(
        s,
        outs=(*s.outs[:n], out, *s.outs[n:]),
        inits=(*s.inits, Lit(0)),
        cond=Block((*s.cond.params, Var("n", ab.INT)), s.cond.body, s.cond.results),
        body=Block((*s.body.params, before), (*s.body.body, step), results),
    )
