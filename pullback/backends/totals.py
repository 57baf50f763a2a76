"""Core to Core, for JAX: the products that an adjoint loop adds up are one product after it, of what it collects.

Before::

    for dh, dw = … in reverse(xs, hs): …; dz = …; dw2 = dw + transpose(h) @ dz; yield dh2, dw2

After::

    for dh = … in reverse(xs): …; dz = …; yield dh2, collect dz
    dw = tensordot(hs, dzs, ((0, 1), (0, 1)))

XLA then reads and writes the total once, not in each iteration, and has one large product in the place of many small
ones. With these go the sums of what is collected anyhow.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, For, Lit, Op, OpFunction, Program, Range, Stmt, Tag, Var
from pullback.transpile.infer import lengths
from pullback.transpile.optimise import effectful, remove_dead
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import reads, variables

from .packing import Made

_ADDS: frozenset[OpFunction] = frozenset({operator.add, np.add})
_PRODUCTS: frozenset[OpFunction] = frozenset({operator.matmul, np.matmul, np.dot})
_ZEROS: frozenset[OpFunction] = frozenset({np.zeros_like, np.zeros})


def totalled(program: Program, python: Collection[Tag], is_static: Callable[[object], bool]) -> Program:
    """A program whose adjoint loops leave it to one product to add up.

    `python`: the loops that are done while it is traced, and stay as they are.
    """
    effects = effectful(program)

    def block(b: Block) -> Block:
        body: list[Stmt] = []
        for s in b.body:
            s = with_blocks(s, block)
            if isinstance(s, For) and _collects(s, python, is_static):
                body += _Loop(s, body).apart()
            else:
                body.append(s)
        return Block(b.params, tuple(body), b.results)

    def function(b: Block) -> Block:
        changed = block(b)
        return b if changed == b else remove_dead(changed, effects)

    return with_functions(program, function)


def _collects(s: For, python: Collection[Tag], is_static: Callable[[object], bool]) -> bool:
    """Is this the adjoint of a loop, of which is known before the run how often it is done?"""
    return (
        s.adjoint_of is not None
        and s.stop is None
        and s.tag not in python
        and (s.source is None or is_static(s.source))
    )


@dataclass(frozen=True)
class _Factor:
    """A matrix or a vector of each iteration, `over` which axis of it the product sums; None for an outer product."""

    value: Var
    over: int | None


@dataclass
class _Loop:
    """One loop, and what stands before it. `stacks`: the values that it collects, or walks along, as arrays."""

    s: For
    before: list[Stmt]
    made: dict[Atom, Op] = field(default_factory=dict)
    stacks: dict[Var, Var] = field(default_factory=dict)
    after: list[Stmt] = field(default_factory=list)
    collected: list[tuple[Var, Var]] = field(default_factory=list)

    def apart(self) -> list[Stmt]:
        """The loop, and after it the totals that it added up."""
        s = self.s
        self.made = {t.out: t for t in s.body.body if isinstance(t, Op)}
        terms = {k: added for k in range(len(s.inits)) if (added := self.added(k)) is not None}
        products = {k for k, added in terms.items() if all(self.factors(t) is not None for t in added)}
        if not products:
            return [s]
        given = {f.value for k in products for t in terms[k] for f in self.factors(t) or ()}
        sums = {k for k, added in terms.items() if all(_summed(self.made.get(t), t) in given for t in added)}
        outs = list(s.outs)
        for k in sorted(products | sums):
            outs[k] = Var("", s.outs[k].type)
            self.total(k, terms[k])
        values, lists = zip(*self.collected, strict=True) if self.collected else ((), ())
        body = replace(s.body, results=(*s.body.results, *values))
        return [replace(s, outs=(*outs, *lists), body=body), *self.after]

    def added(self, k: int) -> list[Var] | None:
        """What an iteration adds to a value that goes round, if it does nothing else with it."""
        now, end, found = self.s.carried[k], self.s.body.results[k], list[Var]()
        if not isinstance(now.type, ab.Array):
            return None
        while now is not end:
            readers = [t for t in self.s.body.body if now in reads(t)]
            if len(readers) != 1 or now in variables(self.s.body.results):
                return None
            match readers[0]:
                case Op(op=op, args=(Var() as x, Var() as y)) as t if op in _ADDS and x is not y and t.origin.adjoint:
                    found.append(y if x is now else x)
                    now = t.out
                case _:
                    return None
        return found if found and list(self.s.body.results).count(end) == 1 else None

    def factors(self, term: Var) -> tuple[_Factor, _Factor] | None:
        """The factors of a product of two matrices, or of an outer product of vectors."""
        match self.made.get(term):
            case Op(op=op, args=(Var() as a, Var() as b), kwargs=()) if op in _PRODUCTS:
                pair = self.factor(a, 1), self.factor(b, 0)
                ranks = 2
            case Op(op=np.outer, args=(Var() as a, Var() as b), kwargs=()):
                pair = _Factor(a, None), _Factor(b, None)
                ranks = 1
            case _:
                return None
        alike = {f.value.type.dtype if isinstance(f.value.type, ab.Array) else None for f in pair}
        known = all(ab.rank(f.value.type) == ranks and self.can_collect(f.value) for f in pair)
        return pair if known and len(alike) == 1 and None not in alike else None

    def factor(self, x: Var, over: int) -> _Factor:
        """A factor as it is before it is transposed."""
        match self.made.get(x):
            case Op(op=np.transpose, args=(Var() as y,), kwargs=()) if ab.rank(y.type) == 2:
                return _Factor(y, 1 - over)
        return _Factor(x, over)

    def can_collect(self, x: Var) -> bool:
        """Is a value another one in each iteration?"""
        return x in self.made or x in self.s.carried or x in self.s.item_params

    def stack(self, x: Var) -> Var:
        """The array of what a value is in all iterations."""
        if x not in self.stacks:
            whole = self.walked(x)
            if whole is None:
                whole = Var(f"{x.hint or 'd'}s", ab.ListOf(x.type))
                self.collected.append((x, whole))
            if isinstance(whole.type, ab.ListOf):
                whole = Made(self.after, self.s.origin).op(np.stack, (whole,), (), _stacked(x.type), whole.hint)
            self.stacks[x] = whole
        return self.stacks[x]

    def walked(self, x: Var) -> Var | None:
        """What the loop walks along, if an item of it is all that a value is."""
        for sequence, p in zip(self.s.items, self.s.item_params, strict=True):
            if p is x and isinstance(sequence, Var):
                return self.named(sequence, x)
        match self.made.get(x), self.s.source:
            case (
                Op(op=operator.getitem, args=(Var() as whole, (Var() as index,))),
                Range(start=Lit(value=0), stop=Var() as stop, step=Lit(value=1)),
            ) if index is self.s.index and not self.can_collect(whole):
                ends = (t for t in self.before if isinstance(t, Op) and t.out is stop)
                if any(t.args in ((whole,), (whole, Lit(0))) and t.op in (len, prims.dim) for t in ends):
                    return whole
        return None

    def named(self, collected: Var, x: Var) -> Var:
        """A list of many of these, under the plural of their name where a loop above collects it."""
        plural = Var(f"{x.hint}s", collected.type)
        for k, t in enumerate(self.before):
            if x.hint and isinstance(t, For) and collected in t.outs:
                outs = tuple(plural if o is collected else o for o in t.outs)
                self.before[k : k + 1] = [replace(t, outs=outs), Op(collected, prims.alias, (plural,), (), t.origin)]
                return plural
        return collected

    def total(self, k: int, terms: list[Var]) -> None:
        """Bind what a value is after the loop."""
        s = self.s
        out, origin = s.outs[k], self.made[s.body.results[k]].origin
        made = Made(self.after, origin)
        parts: list[Atom] = [] if self.starts_from_zeros(k, terms) else [s.inits[k]]
        for t in terms:
            pair = self.factors(t)
            parts.append(self.sum(made, out.type, t) if pair is None else self.product(made, out.type, pair))
        first, *rest = parts
        for part in rest:
            first = made.op(operator.add, (first, part), (), out.type)
        self.after.append(Op(out, prims.alias, (first,), (), origin))

    def product(self, made: Made, t: ab.Type, pair: tuple[_Factor, _Factor]) -> Var:
        """The sum of the products of all iterations."""
        a, b = (self.stack(f.value) for f in pair)
        if pair[0].over is None or pair[1].over is None:
            turned = made.op(np.transpose, (a,), (), ab.UNKNOWN)
            return made.op(operator.matmul, (turned, b), (), t)
        axes: Arg = tuple((Lit(0), Lit(f.over + 1)) for f in pair if f.over is not None)
        return made.op(np.tensordot, (a, b, axes), (), t)

    def sum(self, made: Made, t: ab.Type, term: Var) -> Var:
        """The sum of the sums of all iterations."""
        s = self.made.get(term)
        value = _summed(s, term)
        assert isinstance(value, Var)
        axes: Arg = Lit(0)
        if s is not None and value is not term:
            axis = dict(s.kwargs)["axis"]
            assert isinstance(axis, Lit)
            assert isinstance(axis.value, int)
            axes = (Lit(0), Lit(axis.value + 1))
        return made.op(np.sum, (self.stack(value),), (("axis", axes),), t)

    def starts_from_zeros(self, k: int, terms: list[Var]) -> bool:
        """Are there only zeros before, of the dtype of what is added?

        It has their shape: a cotangent that stands for others has fewer axes.
        """
        zeros = any(isinstance(t, Op) and t.out is self.s.inits[k] and t.op in _ZEROS for t in self.before)
        return zeros and any(_are_alike(self.s.outs[k].type, t.type) for t in terms)


def _summed(s: Op | None, term: Var) -> Atom:
    """What is summed along one axis, counted from the first, to give a term; else the term itself."""
    match s:
        case Op(op=np.sum, args=(Var() as x,), kwargs=(("axis", Lit(value=int() as axis)),)) if axis >= 0:
            return x
    return term


def _stacked(t: ab.Type) -> ab.Type:
    """The type of the array of many of these."""
    return replace(t, shape=(lengths.anonymous(), *(t.shape or ()))) if isinstance(t, ab.Array) else ab.UNKNOWN


def _are_alike(t: ab.Type, u: ab.Type) -> bool:
    """Are these the types of arrays with as many axes and of one dtype?"""
    return isinstance(t, ab.Array) and isinstance(u, ab.Array) and t.dtype == u.dtype and ab.rank(t) == ab.rank(u)
