"""Loops for JAX of which only the run knows how far they go: `while`, early ends, ranges with traced bounds.

    x, trail = kept_while(test, step, x0)         forwards, with states by which the loop can be walked back
    dx = walk_back(step, trail, adjoint, dx0)     backwards: each step is made again, and its adjoint follows

`step` gives what goes round next, and what the iteration collects. What of blocks around it the step reads, the trail
keeps, because the adjoint stands elsewhere.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, Kwargs, Lit, Op, Range, Stmt, Var, While
from pullback.transpile.rename import renamed
from pullback.transpile.traversal import free

from .fitting import fit_loop
from .kinds import Trail
from .packing import INT, ONE, ZERO, Made, packed_type
from .refusing import refuse
from .rounds import entered, round_of
from .traced_ops import kept_while, while_loop
from .traced_ops import walk_back as walk_back_op

if TYPE_CHECKING:
    from .traced import Traced

BOOL = ab.Scalar("bool")
FALSE = Lit(False)


class _Loop:
    """A loop as a state, a test and a step.

    The state is how many iterations there were, of a loop over a range or arrays, what goes round, and whether the
    loop was stopped.
    """

    def __init__(self, t: Traced, s: For | While, body: list[Stmt]) -> None:
        self.made = Made(body, s.origin)
        self.count = Var("k", INT) if isinstance(s, For) else None
        self.stopped = Var("stopped", BOOL) if s.stop is not None else None
        first, last = (() if self.count is None else (self.count,)), (() if self.stopped is None else (self.stopped,))
        self.state: tuple[Var, ...] = (*first, *s.carried, *last)
        known = isinstance(s, For) and t.is_static(s.source or ())
        self.length = self.made.length(s, known) if isinstance(s, For) else None
        self.s = s = entered(t, s, body)
        inits, self.inner = fit_loop(s, round_of(t, s), self.made)
        inits = t.started(inits, s.carried, self.inner, s.origin)
        self.inits = (*(ZERO for _ in first), *inits, *(FALSE for _ in last))
        self.cond = t.traced(s.cond) if isinstance(s, While) else None

    def test(self, body: list[Stmt]) -> Var:
        """The test as a function."""
        made = Made([], self.s.origin)
        params = tuple(Var(v.hint, v.type) for v in self.state)
        new = dict(zip(self.state, params, strict=True))
        result: Atom
        if self.cond is not None:
            m: dict[Var, Atom] = {p: new[c] for p, c in zip(self.cond.params, self.s.carried, strict=True)}
            made.body += renamed(self.cond.body, m)
            result = _now(self.cond.results, m)[0]
            if ab.kind_of(result.type) not in ("bool", None):
                result = made.op(operator.ne, (result, ZERO), (), BOOL)
        else:
            assert self.count is not None
            assert self.length is not None
            result = made.op(operator.lt, (new[self.count], self.length), (), BOOL)
        if self.stopped is not None:
            going = made.op(np.logical_not, (new[self.stopped],), (), BOOL)
            result = going if result == Lit(True) else made.op(np.logical_and, (going, result), (), BOOL)
        return Made(body, self.s.origin).function("test", [(params, "state")], made.body, ((result,),))

    def step(self, t: Traced, body: list[Stmt]) -> tuple[Atom, tuple[Var, ...]]:
        """The step as a function, which the adjoint sees too if there is one; what it reads of blocks around then."""
        s, n = self.s, len(self.s.inits)
        made = Made([], s.origin)
        first: tuple[Atom, ...] = ()
        if isinstance(s, For):
            assert self.count is not None
            self.header(s, made)
            first = (made.op(operator.add, (self.count, ONE), (), INT),)
        following = (*first, *self.inner.results[:n], *(() if s.stop is None else (s.stop,)))
        collected, statements = self.inner.results[n:], [*made.body, *self.inner.body]
        if not collected:
            return Made(body, s.origin).function("step", [(self.state, "state")], statements, (following,)), ()
        read = free(Block(self.state, tuple(statements), (*following, *collected)))
        if t.exports:
            return t.export("step", [(self.state, "state"), *(((v,), v.hint) for v in read)],
                            statements, (following, collected), s.origin), tuple(read)  # fmt: skip
        env = tuple(v for v in read if t.depth and v not in t.outer)
        m: dict[Var, Atom] = {v: Var(v.hint, v.type) for v in env}
        params = [(self.state, "state"), *(((m[v],), v.hint) for v in env)]
        if env:
            statements = list(renamed(statements, m))
        results = _now(following, m), _now(collected, m)
        step = Made(t.hoisted if t.depth else body, s.origin).function("step", params, statements, results)
        return step, env

    def header(self, s: For, made: Made) -> None:
        """The index and the items of an iteration, from the count."""
        assert self.count is not None
        k: Atom = self.count
        indexed = s.index in free(Block((), self.inner.body, self.inner.results))
        if s.reverse and (s.items or indexed):
            assert self.length is not None
            left = made.op(operator.sub, (self.length, ONE), (), INT)
            k = made.op(operator.sub, (left, k), (), INT)
        for x, p in zip(s.items, s.item_params, strict=True):
            if not isinstance(p.type, ab.Seq):
                made.body.append(Op(p, operator.getitem, (x, (k,)), (), s.origin))
            else:
                made.body.append(Op(p, prims.make_tuple, made.parts_at(x, p.type, k), (), s.origin))
        if indexed:
            _index(s.index, s.source, k, made)


def _now(xs: Sequence[Atom], m: Mapping[Var, Atom]) -> tuple[Atom, ...]:
    return tuple(m.get(x, x) if isinstance(x, Var) else x for x in xs)


def _index(index: Var, r: Range | None, k: Atom, made: Made) -> None:
    """Bind the index of an iteration, which has the number `k`."""
    if r is not None and r.step != ONE:
        k = made.op(operator.mul, (k, r.step), (), INT)
    if r is not None and r.start != ZERO:
        k = made.op(operator.add, (r.start, k), (), INT)
    made.take(k, (index,))


def loop(t: Traced, s: For | While, body: list[Stmt]) -> None:
    """A loop of which only the run knows how far it goes."""
    if isinstance(s, For) and not all(map(t.is_array, s.items)):
        refuse(s.origin, "a loop over a Python list that may stop early", "stack the list")
    n, made = len(s.inits), Made(body, s.origin)
    parts = _Loop(t, s, body)
    outs = tuple(Var(v.hint, v.type) for v in parts.state)
    step, env = parts.step(t, body)
    test = parts.test(body)
    if len(s.outs) == n:
        whole = made.op(while_loop, (test, step, made.packed(parts.inits)), (), packed_type(outs))
        made.take(whole, outs)
    else:
        known: Kwargs = ()
        if isinstance(s, For) and parts.length is not None and t.is_static(s.source or ()):
            known = (("bound", parts.length),)
        if s.stop is not None and not s.keeps:
            known = (*known, ("drops_last", Lit(True)))
        trail = Var("tape", ab.UNKNOWN)
        args = (test, step, made.packed(parts.inits), *env)
        whole = made.op(kept_while, args, known, ab.Seq("tuple", (packed_type(outs), ab.UNKNOWN)))
        made.unpack(whole, outs, (trail,))
        kinds = tuple(map(t.kinds.of, parts.inner.results[n:]))
        for k, o in enumerate(s.outs[n:]):
            body.append(t.kinds.same(o, trail, s.origin))
            t.kinds[o] = Trail(step, kinds, k, isinstance(s, For) and s.reverse)
    for o, v in zip(s.outs[:n], outs[parts.count is not None :], strict=False):
        made.take(v, (o,))


def walk_back(t: Traced, s: For, body: list[Stmt]) -> None:
    """The adjoint of a dynamic loop, which walks its trail."""
    trails = [kind for x in s.items if isinstance(kind := t.kinds.of(x), Trail)]
    trail, inner_reads = trails[0], free(Block((), s.body.body, s.body.results))
    same = len(trails) == len(s.items) and all(kind.step == trail.step for kind in trails)
    backwards = s.reverse != trail.reverse and not (trail.reverse and s.index in inner_reads)
    if not same or not backwards or s.stop is not None or len(s.outs) > len(s.inits):
        refuse(s.origin, "a loop over what a loop has left that may stop early", "use a range of known length")
    items: list[Var] = [Var("_", ab.UNKNOWN) for _ in trail.collected]
    for kind, p in zip(trails, s.item_params, strict=True):
        items[kind.position] = p
        t.kinds.note(p, trail.collected[kind.position])
    k = Var("k", INT)
    s = entered(t, s, body)
    made, header = Made(body, s.origin), Made([], s.origin)
    inits, inner = fit_loop(s, round_of(t, s), made)
    if s.index in inner_reads:
        _index(s.index, s.source, k, header)
    adjoint = made.function(
        "adjoint", [(s.carried, "carry"), (items, "kept"), ((k,), "k")], [*header.body, *inner.body], (inner.results,)
    )
    args = (trail.step, s.items[0], adjoint, made.packed(t.started(inits, s.carried, inner, s.origin)))
    whole = made.op(walk_back_op, args, (), packed_type(s.outs))
    made.take(whole, s.outs)
