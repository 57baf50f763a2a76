"""Loops whose adjoint runs them a second time, piece by piece, from what went round when a piece began.

    for t in range(n):  (again: k)           for start in range(0, n, k):  (again: 1)
        u = step(u, t)                 ->        for t in range(start, min(start + k, n)):
                                                     u = step(u, t)

The adjoint of the outer loop keeps `u` once in each iteration; it runs the inner loop again, which now keeps what its
own adjoint reads, and goes back through that.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pullback import errors, runtime
from pullback.transpile import abstract as ab
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Effect,
    For,
    If,
    Lit,
    Op,
    OpFunction,
    Origin,
    Range,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.rename import renamed
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks, compound, operations, substitute

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint

ONE = Lit(1)


def in_pieces(b: Block) -> Block:
    """The block with its loops that are to be run again cut into pieces, each of which is."""
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case If():
                s = replace(s, then=in_pieces(s.then), orelse=in_pieces(s.orelse))
            case While():
                s = replace(s, body=in_pieces(s.body))
            case For():
                s = replace(s, body=in_pieces(s.body))
                s = s if s.again is None or s.again == ONE else _cut(s, body)
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def runs_again(b: Block) -> bool:
    """Is there a loop in a block whose adjoint runs it again?"""
    return any(isinstance(s, For) and s.again is not None or any(map(runs_again, blocks(s))) for s in compound(b))


def _cut(s: For, body: list[Stmt]) -> For:
    """The loop over the pieces; what it needs to know is appended to `body`."""
    if len(s.outs) > len(s.inits):
        message = "checkpoint of a loop that fills a list is not supported yet"
        raise errors.at(errors.NotSupportedYet, s.origin, message, "fill an array")
    assert s.source is not None
    first, end, step = s.source.start, s.source.stop, s.source.step
    by = step.value if isinstance(step, Lit) else None
    assert isinstance(by, int)

    def integer(fn: OpFunction, *args: Atom, hint: str = "", to: list[Stmt] = body) -> Atom:
        return _integer(fn, args, hint, s.origin, to)

    every = s.again
    assert every is not None
    if every == Lit(0):
        half = integer(operator.floordiv, integer(operator.sub, end, first), Lit(2 * by))
        every = integer(math.isqrt, integer(max, half, ONE), hint="every")
    elif not isinstance(every, Lit):
        every = integer(runtime.at_least_one, every)
    stride = integer(operator.mul, every, step)
    start, inside = Var("start", ab.INT), list[Stmt]()
    if isinstance(stride, Lit) and by < 0:
        last = integer(operator.sub, start, Lit(every.value * -by), to=inside)  # type: ignore[union-attr, operator]
    else:
        last = integer(operator.add, start, stride, to=inside)
    last = integer(min if by > 0 else max, last, end, to=inside)
    carried = tuple(Var(v.hint, v.type) for v in s.carried)
    outs = tuple(Var(v.hint, v.type) for v in s.outs)
    piece = replace(s, outs=outs, source=Range(start, last, step), inits=carried, again=None)
    whole = Block((start, *carried), (*inside, piece), outs)
    return replace(s, source=Range(first, end, stride), body=whole, tag=Tag(), again=ONE)


def _integer(fn: OpFunction, args: tuple[Atom, ...], hint: str, origin: Origin, to: list[Stmt]) -> Atom:
    """An integer made of others, at once if they are known and otherwise in `to`."""
    known: list[Any] = [x.value for x in args if isinstance(x, Lit)]
    if len(known) == len(args):
        return Lit(fn(*known))
    for one, other in ((operator.mul, ONE), (operator.sub, Lit(0))):
        if fn is one and args[1] == other:
            return args[0]
    if fn is operator.mul and args[0] == ONE:
        return args[1]
    out = Var(hint, ab.INT)
    to.append(Op(out, fn, args, (), origin))
    return out


def run_again(self: Adjoint, body: Block) -> Block:
    """Append a forward block to its own backward code, under names of its own, which are returned in the block."""
    m: dict[Var, Atom] = {}
    forward = without_effects(body, self.r.effects)
    again = renamed(forward.body, m)
    self.r.active.update([w for v, w in m.items() if v in self.r.active and isinstance(w, Var)])
    self.r.twins.made.update(operations(Block((), again, ())))
    self.r.restored.copy(m)
    self.r.copies.update({w: v for v, w in m.items() if isinstance(w, Var)})
    self.r.copied.update(_tags(again, forward.body))
    self.b.body += again
    return Block(body.params, again, substitute(body.results, m))


def _tags(copy: Sequence[Stmt], of: Sequence[Stmt]) -> Iterator[tuple[Tag, Tag]]:
    for x, y in zip(copy, of, strict=True):
        if isinstance(x, For | While | If) and isinstance(y, For | While | If):
            yield x.tag, y.tag
        for a, b in zip(blocks(x), blocks(y), strict=True):
            yield from _tags(a.body, b.body)


def without_effects(b: Block, effects: frozenset[str]) -> Block:
    """A block that computes forward values again, after their effects have taken place.

    A call of one of the functions `effects`, which have some themselves, is refused.
    """
    body: list[Stmt] = []
    for s in b.body:
        if isinstance(s, Effect) and s.is_observable:
            continue
        if isinstance(s, Call) and s.function in effects:
            message = f"{s.function!r}, which prints or raises, is called in what `checkpoint` computes a second time"
            raise errors.at(errors.NotSupportedYet, s.origin, message, "call it outside of that")
        body.append(with_blocks(s, lambda x: without_effects(x, effects)) if blocks(s) else s)
    return Block(b.params, tuple(body), b.results)
