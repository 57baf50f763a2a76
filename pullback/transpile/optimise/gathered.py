"""Core to Core: a list that each iteration of a loop makes longer is what the loop collects.

Before::

    out3, x3 = for k, out, x in range(n): x2 = tanh(x); out2 = appended(out, x2); -> out2, x2

After::

    x3, out3 = for k, x in range(n): x2 = tanh(x); -> x2, collect x2

What an iteration reads at its end, `out[-1]`, goes round. A list that has items before the loop is these
and the collected ones. Of several items of an iteration, or of a list that an inner loop makes, an array is collected,
and the list is its parts. For targets whose loops cannot change lists.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    For,
    If,
    Kwargs,
    Lit,
    Op,
    OpFunction,
    Origin,
    Program,
    Slice,
    Stmt,
    Var,
)
from pullback.transpile.infer import infer, join
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import operations, reads, substitute, variables


def gathered(program: Program) -> Program:
    """A program in which loops collect what they append to lists, wherever they can."""
    return with_functions(program, _block)


def _block(b: Block) -> Block:
    body: list[Stmt] = []
    for s in b.body:
        s = with_blocks(s, _block)
        after: list[Stmt] = []
        if isinstance(s, Op) and s.op is np.concatenate and (joined := _joined(s)) is not None:
            body += joined
            continue
        while isinstance(s, For) and (growth := _growing(s)) is not None:
            s = growth.collecting(body, after)
        body += [s, *after]
    return Block(b.params, tuple(body), b.results)


def _growing(s: For) -> _Growth | None:
    """How one of the lists that go round in a loop grows in each iteration, where that is known."""
    if s.stop is not None or s.again is not None:
        return None
    for k, p in enumerate(s.carried):
        if isinstance(p.type, ab.ListOf):
            growth = _Growth(s, k)
            if growth.found():
                return growth
    return None


_Grown = tuple[tuple[Stmt, ...], list[Atom], dict[Var, Atom]]
"""Statements, what they make a list longer by, and what stands for what they read of it."""


class _Growth:
    """How the list that goes round at position `k` grows: by `values`, or by one list, `whole`.

    `ends`: of the items at its end when an iteration begins those that are read, by how far they are from it.
    """

    def __init__(self, s: For, k: int) -> None:
        self.s = s
        self.k = k
        self.first = s.inits[k]
        self.item = s.carried[k].type.item  # type: ignore[union-attr]
        self.made = dict(operations(s.body))
        self.ends: dict[int, Var] = {}
        self.whole: Var | None = None
        self.values: list[Atom] = []
        self.body: tuple[Stmt, ...] = ()

    def found(self) -> bool:
        """Is it known by what the list grows?"""
        made = self.grown(self.s.body, self.s.carried[self.k], self.s.body.results[self.k], [])
        if made is None:
            return False
        self.body, self.values, m = made
        self.results = substitute(self.s.body.results, m)
        other = [r for k, r in enumerate(self.results) if k != self.k]
        if self.s.body.results[self.k] in other or not self.values or self.whole is not None and len(self.values) > 1:
            return False
        return self.fits()

    def fits(self) -> bool:
        """Are the items that there are and those that are added alike, where they become parts of one array?"""
        match self.first.type:
            case ab.Seq(items=known) if len(known) >= max(self.ends, default=0):
                pass
            case ab.ListOf(item=item):
                known = (item,)
            case _:
                return False
        if self.whole is None and len(self.values) == 1 and not known:
            return True
        types = [v.type for v in self.values] if self.whole is None else [self.item]
        kinds = {(ab.rank(t), ab.kind_of(t)) for t in (*types, *known)}
        return len(kinds) == 1 and None not in next(iter(kinds))

    def grown(self, b: Block, now: Var, end: Atom, values: list[Atom]) -> _Grown | None:
        """What a block is without the list `now`, if all it does is to make it longer, and to read its end."""
        body: list[Stmt] = []
        lists, m, values = {now}, dict[Var, Atom](), list(values)
        for s in b.body:
            s = substitute(s, m)
            match s:
                case Op(op=prims.item, args=(Var() as xs, key)) if xs is now:
                    item = self.end(key, values)
                    if item is None:
                        return None
                    m[s.out] = item
                    continue
                case Op(args=(Var() as xs, *rest)) if xs is now and lists.isdisjoint(variables(tuple(rest))):
                    added = self.added(s)
                    if added is None:
                        return None
                    values += added
                    lists.add(now := s.out)
                    continue
                case If() if now in reads(s):
                    made = self.in_branches(s, now, values)
                    if made is None:
                        return None
                    s, out, added = made
                    values += added
                    lists.add(now := out)
            if any(v in lists for v in reads(s)):
                return None
            body.append(s)
        return (tuple(body), values, m) if end is now else None

    def added(self, s: Op) -> list[Atom] | None:
        """What an operation makes a list longer by."""
        match s:
            case Op(op=prims.appended, args=(_, Var() | Lit() as v)):
                return [v]
            case Op(op=prims.alias):
                return []
            case Op(op=operator.add, args=(_, Var(type=ab.ListOf()) as ys)) if self.is_as_long_each_time(ys):
                self.whole = ys
                return [ys]
        return None

    def is_as_long_each_time(self, ys: Var) -> bool:
        """Has a list, which a loop in this one collects, as many items in each iteration?"""
        inside = {o for t in self.s.body.body for o in t.outs}.union(self.s.body.params)
        for t in self.s.body.body:
            if isinstance(t, For) and ys in t.outs:
                return t.source is not None and inside.isdisjoint(variables(t.source))
        return False

    def in_branches(self, s: If, now: Var, values: list[Atom]) -> tuple[If, Var, list[Atom]] | None:
        """A branch whose sides append as many items to the list: with these as results instead of it."""
        for k, o in enumerate(s.outs):
            sides = [self.grown(b, now, b.results[k], values) for b in (s.then, s.orelse)]
            if any(x is None for x in sides):
                continue
            (one, first, m1), (other, second, m2) = (x for x in sides if x is not None)
            first, second = first[len(values) :], second[len(values) :]
            if len(first) != len(second) or self.whole is not None:
                continue
            added = tuple(Var(getattr(x, "hint", ""), join(x.type, y.type)) for x, y in zip(first, second, strict=True))
            blocks = [
                Block((), body, (*substitute(_without(b.results, k), m), *more))
                for b, body, m, more in ((s.then, one, m1, first), (s.orelse, other, m2, second))
            ]
            outs = (*_without(s.outs, k), *added)
            return replace(s, outs=outs, then=blocks[0], orelse=blocks[1]), o, list(added)
        return None

    def end(self, key: Arg, values: list[Atom]) -> Atom | None:
        """An item that is read, if it is known how far it is from the end."""
        if self.whole is not None:
            return None
        away = self.from_end(key, len(values))
        if away is None or away < 1:
            return None
        if away <= len(values):
            return values[-away]
        return self.ends.setdefault(away - len(values), Var("", self.item))

    def from_end(self, key: Arg, added: int) -> int | None:
        """How far an item is from the end: of `xs[-2]`, and of `xs[k]` where that is as long as `k` says."""
        if isinstance(key, Lit) and type(key.value) is int and key.value < 0:
            return -key.value
        r, before = self.s.source, self.first.type
        beyond = self.beyond(key)
        if r is None or r.step != Lit(1) or self.s.reverse or beyond is None or not isinstance(before, ab.Seq):
            return None
        if not isinstance(r.start, Lit) or type(r.start.value) is not int:
            return None
        return len(before.items) + added - r.start.value - beyond

    def beyond(self, key: Arg) -> int | None:
        """By how much a number is more than the index, if that is known."""
        if key is self.s.index:
            return 0
        s = self.made.get(key) if isinstance(key, Var) else None
        if s is None or s.op not in (operator.add, operator.sub) or s.args[0] is not self.s.index:
            return None
        step = s.args[1].value if isinstance(s.args[1], Lit) else None
        return (step if s.op is operator.add else -step) if type(step) is int else None

    def collecting(self, before: list[Stmt], after: list[Stmt]) -> For:
        """The loop that collects, with what stands before and after it."""
        s, k, n = self.s, self.k, len(self.s.inits)
        far = max(self.ends, default=0)
        ends = [self.ends.get(j) or Var("", self.item) for j in range(1, far + 1)]
        first = _Made(before, s.origin)
        starts = [first(prims.item, self.first, Lit(-j)) for j in range(1, far + 1)]
        line: list[Atom] = [*reversed(ends), *self.values]
        body = _Made(list(self.body), s.origin)
        value = self.entry(body)
        collected = Var("", ab.ListOf(value.type))
        plain = self.whole is None and len(self.values) == 1 and self.first.type == ab.Seq("list", ()) and not s.reverse
        if plain:
            collected = s.outs[k]
        else:
            self.finish(collected, _Made(after, s.origin))
        params = (s.index, *_without(s.carried, k), *ends, *s.item_params)
        results = (*_without(self.results[:n], k), *(line[-j] for j in range(1, far + 1)), *self.results[n:], value)
        outs = (*_without(s.outs[:n], k), *(Var("", v.type) for v in ends), *s.outs[n:], collected)
        block = Block(params, tuple(body.body), results)
        return replace(s, outs=outs, inits=(*_without(s.inits, k), *starts), body=block)

    def entry(self, made: _Made) -> Atom:
        """What an iteration collects."""
        if self.whole is not None:
            return made(np.array, self.whole)
        if len(self.values) == 1:
            return self.values[0]
        several = made(prims.make_list, *self.values)
        return made(np.stack if ab.rank(self.item) else np.array, several)

    def finish(self, collected: Var, made: _Made) -> None:
        """Bind the list, of which the loop has collected parts."""
        xs: Atom = collected
        if self.s.reverse:
            xs = made(prims.part, xs, (Slice(None, None, Lit(-1)),))
        if self.whole is not None or len(self.values) > 1:
            whole = made(np.array, xs)
            lengths = tuple(made(prims.dim, whole, Lit(2 + j)) for j in range(ab.rank(self.item) or 0))
            xs = made(prims.rows, made(np.reshape, whole, kwargs=(("shape", (Lit(-1), *lengths)),)))
        if self.first.type != ab.Seq("list", ()):
            xs = made(operator.add, self.first, xs)
        made.body.append(Op(self.s.outs[self.k], prims.alias, (xs,), (), self.s.origin))


def _joined(s: Op) -> list[Stmt] | None:
    """What joins the items of a list along their first axis, where they are known to be of one shape."""
    t = s.args[0].type if isinstance(s.args[0], Var) else None
    shape = ab.shape_of(t.item) if isinstance(t, ab.ListOf) else None
    if not shape or s.kwargs not in ((), (("axis", Lit(0)),)):
        return None
    if any(isinstance(n, ab.Dim) and n.symbol == ab.ANONYMOUS for n in shape):
        return None
    made = _Made([], s.origin)
    whole = made(np.array, s.args[0])
    lengths = tuple(made(prims.dim, whole, Lit(2 + j)) for j in range(len(shape) - 1))
    return [*made.body, replace(s, op=np.reshape, args=(whole,), kwargs=(("shape", (Lit(-1), *lengths)),))]


@dataclass
class _Made:
    """Appends operations from `origin` to a block."""

    body: list[Stmt]
    origin: Origin

    def __call__(self, fn: OpFunction, *args: Arg, kwargs: Kwargs = ()) -> Var:
        out = Var("", infer(fn, args, dict(kwargs)))
        self.body.append(Op(out, fn, args, kwargs, self.origin))
        return out


def _without(xs: tuple[Atom, ...], k: int) -> tuple[Var, ...]:
    return (*xs[:k], *xs[k + 1 :])  # type: ignore[arg-type]
