"""Core to Core, for JAX: slices whose lengths only the run knows become whole axes under masks.

Before::

    t = a[i, :k]; t2 = a[j, :k]; s = dot(t, t2); t3 = -t; a2 = add_item(a, (i, :k), t3)

After::

    inside = arange(a.shape[1]) < k
    t = a[i]; t2 = a[j]; s = dot(where(inside, t, 0.0), where(inside, t2, 0.0))
    t3 = -t; a2 = add_item(a, (i,), where(inside, t3, 0.0))

What is computed of other places is chosen by nobody. What is done with a slice that has no such form is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, For, If, Op, Program, Range, Stmt, Tag, Var
from pullback.transpile.optimise.dead import effectful, remove_dead
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import own_reads, reads, variables

from .packing import NONE
from .stretches import Frame, Masks, OutOfSight
from .whole_operations import Slices

IsStatic = Callable[[object], bool]


def whole_axes(program: Program, is_static: IsStatic) -> Program:
    """A program without slices whose lengths only the run knows; raises NotSupportedYet where there is no such form."""
    effects = effectful(program)

    def function(b: Block) -> Block:
        walk = _WholeAxes(is_static)
        block = walk.block(b)
        return remove_dead(block, effects) if walk.masks.made else b

    return with_functions(program, function)


class _WholeAxes:
    """Rewrites one function; `loops`: those so far, `filled`: which of them have filled a list of slices."""

    def __init__(self, is_static: IsStatic) -> None:
        self.masks = Masks(is_static)
        self.slices = Slices(self.masks, is_static)
        self.axes = self.slices.axes
        self.loops: dict[Tag, For] = {}
        self.filled: dict[Var, tuple[Tag, ...]] = {}

    def block(self, b: Block) -> Block:
        """A block, none of whose results is a slice."""
        b = self.inside(b)
        self.require_none(variables(b.results))
        return b

    def inside(self, b: Block) -> Block:
        """A block, whose results may be slices."""
        frame = Frame([])
        self.masks.frames.append(frame)
        for v in b.params:
            self.masks.note(v)
        for s in b.body:
            self.statement(s, frame.body)
            for v in s.outs:
                if v not in self.axes:
                    self.masks.note(v)
        self.masks.frames.pop()
        return Block(b.params, tuple(frame.body), b.results)

    def require_none(self, vs: Iterable[Var]) -> None:
        """Refuse slices where there is no form for them."""
        for v in vs:
            if v in self.axes:
                self.slices.refuse(v)

    def statement(self, s: Stmt, body: list[Stmt]) -> None:
        match s:
            case Op():
                self.masks.operation(s)
                try:
                    done = self.slices.operation(s)
                except OutOfSight:
                    self.slices.refuse_in(s)
                if not done:
                    self.require_none(reads(s))
                    body.append(s)
            case For():
                self.loop(s, body)
            case If():
                self.branch(s, body)
            case _:
                self.require_none(own_reads(s))
                body.append(with_blocks(s, self.block))

    def loop(self, s: For, body: list[Stmt]) -> None:
        """A loop, which may hand on slices, collect them for its adjoint, and walk what another one has collected."""
        self.masks.indices.loop(s)
        self.loops[s.tag] = s
        primal = self.loops.get(s.adjoint_of) if s.adjoint_of is not None else None
        if primal is not None and self.same_range(primal.source, s.source):
            self.masks.goes_again(s.index, primal.index)
        n, slices = len(s.inits), self.slices
        items = [self.item(s, x, p) for x, p in zip(s.items, s.item_params, strict=True)]
        inits = [slices.whole_of(x) for x in s.inits]
        carried = [slices.like(x, p) for x, p in zip(s.inits, s.carried, strict=True)]
        inner = self.inside(Block((s.index, *carried, *(p for _, p in items)), s.body.body, s.body.results))
        self.require_none(variables(s.stop))
        for x, r in zip(s.inits, inner.results, strict=False):
            slices.require_same(x, r)
        outs = [slices.like(x, o) for x, o in zip(s.inits, s.outs, strict=False)]
        for o, r in zip(s.outs[n:], inner.results[n:], strict=True):
            outs.append(slices.like(r, o, ab.ListOf))
            if isinstance(r, Var) and r in self.axes:
                self.filled[o] = s.tag, *self.filled.get(r, ())
        inner = replace(inner, results=tuple(map(slices.whole_of, inner.results)))
        body.append(
            replace(s, outs=tuple(outs), inits=tuple(inits), items=tuple(x for x, _ in items), body=inner)
        )
        self.masks.indices.stopped(s)

    def branch(self, s: If, body: list[Stmt]) -> None:
        """A choice, which may be between slices that are the same stretches."""
        sides, outs = (self.inside(s.then), self.inside(s.orelse)), list[Var]()
        for o, *xs in zip(s.outs, *(b.results for b in sides), strict=True):
            x, y = (xs[k] if xs[k] != NONE else xs[1 - k] for k in (0, 1))
            self.slices.require_same(x, y)
            outs.append(self.slices.like(x, o))
        then, orelse = (replace(b, results=tuple(map(self.slices.whole_of, b.results))) for b in sides)
        body.append(replace(s, outs=tuple(outs), then=then, orelse=orelse))

    def item(self, s: For, x: Atom, p: Var) -> tuple[Atom, Var]:
        """What a loop runs over, and what stands for an item of that: slices only where a loop has filled a list."""
        if not isinstance(x, Var) or x not in self.axes:
            return x, p
        tag, *others = self.filled.get(x, (None,))
        whole = self.slices.whole[x]
        if s.adjoint_of is None or tag is not s.adjoint_of or not isinstance(whole.type, ab.ListOf):
            self.slices.refuse(x)
        if others:
            self.filled[p] = tuple(others)
        return whole, self.slices.stand_in(p, self.axes[x], whole.type.item, self.slices.origins[x])

    def same_range(self, r: Range | None, other: Range | None) -> bool:
        """Do two loops go over the same indices?"""
        if r is None or other is None:
            return False
        return all(
            self.masks.key(x) == self.masks.key(y)
            for x, y in ((r.start, other.start), (r.stop, other.stop), (r.step, other.step))
        )
