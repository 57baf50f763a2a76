"""Sums over products of arrays that are spread along each other's axes: what they are is a product of matrices.

Written out, the whole product is made first, an array of the size of all axes together. The user's own statements stay
as they are; those that differentiate them need not be as slow.
"""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import dataclass, replace
from string import ascii_lowercase

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Block, For, Kwargs, Lit, Op, OpFunction, Stmt, Var, While
from pullback.transpile.infer import infer, type_of
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.spreading import new_axes, places
from pullback.transpile.traversal import blocks, operations, own_reads, variables

Axes = tuple[int | None, ...]


@dataclass(frozen=True)
class Factor:
    """A factor of a product: for each axis of this the axis of the array `base`, or None where it is repeated.

    `scale`: by what `base` is still to be multiplied or divided, or that it is to be negated.
    """

    base: Atom
    axes: Axes
    scale: tuple[Op, ...] = ()

    def fill(self, rank: int) -> Factor:
        """The same in a product of more axes."""
        return replace(self, axes=(None,) * (rank - len(self.axes)) + self.axes)


def contract(b: Block, forward: Block) -> Block:
    """Backward code that sums no product of arrays which are spread along each other's axes. It reads `forward`.

    Before: `t = expand_dims(d, axis=1); p = t * w[None]; dx = np.sum(p, axis=2)`. After: `dx = d @ w.T`.
    """
    made = dict((*operations(forward), *operations(b)))
    if not any(s.op is np.sum and s.origin.adjoint for s in made.values()):
        return b
    uses: Counter[Var] = Counter()
    _count(b, uses)
    return _Contracting(made, uses).block(b)


def _count(b: Block, uses: Counter[Var]) -> None:
    uses.update(variables(b.results))
    for s in b.body:
        uses.update(own_reads(s))
        uses.update(variables(s.stop) if isinstance(s, For | While) else ())
        for inner in blocks(s):
            _count(inner, uses)


class _Contracting:
    """`uses`: how often each name is read; a product that is read by sums alone is never made."""

    def __init__(self, made: dict[Var, Op], uses: Counter[Var]) -> None:
        self.made = made
        self.found: dict[Var, tuple[Op, Factor, Factor]] = {}
        readers: Counter[Var] = Counter()
        for s in made.values():
            p, _ = self.product(s)
            if p is not None and (pair := self.pair(s, p)) is not None:
                self.found[s.out] = p, *pair
                readers[p.out] += 1
        for out, (p, *_) in list(self.found.items()):
            if readers[p.out] < uses[p.out]:
                del self.found[out]

    def block(self, b: Block) -> Block:
        """A block with its sums replaced."""
        body: list[Stmt] = []
        for s in b.body:
            if isinstance(s, Op) and s.out in self.found:
                body += self.contracted(s)
            else:
                body.append(with_blocks(s, self.block))
        return Block(b.params, tuple(body), b.results)

    def product(self, s: Op) -> tuple[Op | None, bool]:
        """The product over which a backward statement sums, and whether it is its negative."""
        if s.op is not np.sum or not s.origin.adjoint or len(s.args) != 1 or _axes(s) is None:
            return None, False
        p, negated = self.maker(s.args[0]), False
        if p is not None and p.op is operator.neg:
            p, negated = self.maker(p.args[0]), True
        return (p if p is not None and p.op is operator.mul and p.origin.adjoint else None), negated

    def maker(self, x: Arg) -> Op | None:
        return self.made.get(x) if isinstance(x, Var) else None

    def pair(self, s: Op, p: Op) -> tuple[Factor, Factor] | None:
        """The factors of a product that has a shorter form; None if it has none, or that is not proven."""
        rank, summed = ab.rank(p.out.type), _axes(s)
        if rank is None or summed is None:
            return None
        a, b = (self.factor(x) for x in p.args)
        if a is None or b is None:
            return None
        a, b = a.fill(rank), b.fill(rank)
        pairs = list(zip(a.axes, b.axes, strict=True))
        if any(i is None and j is None for i, j in pairs) or all(None not in pair for pair in pairs):
            return None
        if any(None in pairs[k] for k in summed):
            return None
        shapes = ab.shape_of(type_of(a.base)), ab.shape_of(type_of(b.base))
        for i, j in pairs:
            n, m = (None if k is None or shape is None else shape[k] for k, shape in zip((i, j), shapes, strict=True))
            if n == 1 or m == 1 or n is not None and m is not None and not ab.same_length(n, m):
                return None
        return a, b

    def factor(self, x: Arg) -> Factor | None:
        """What an operand of a product is, seen through operations that spread, turn and scale."""
        if not isinstance(x, Var) or ab.kind_of(x.type) not in ("float", "complex") or not ab.rank(x.type):
            return None
        s = self.made.get(x)
        inner = None if s is None else self.through(s)
        return Factor(x, tuple(range(ab.rank(x.type) or 0))) if inner is None else inner

    def through(self, s: Op) -> Factor | None:
        """What an operation makes a factor of, if it spreads an array, turns it, or scales a spread one by a number."""
        array = next((x for x in s.args if ab.rank(type_of(x)) not in (0, None)), None)
        inner = None if array is None else self.factor(array)
        if inner is None:
            return None
        new = new_axes(s)
        if new is not None:
            axes = iter(inner.axes)
            rank = len(new) + len(inner.axes)
            return replace(inner, axes=tuple([None if k in new else next(axes) for k in range(rank)]))
        if s.op is np.transpose and len(s.args) == 1 and not s.kwargs:
            return replace(inner, axes=inner.axes[::-1])
        if None in inner.axes and s.origin.adjoint and _scales(s):
            return replace(inner, scale=(*inner.scale, s))
        return None

    def contracted(self, s: Op) -> list[Stmt]:
        """The statements that give the same as a sum over a product."""
        p, a, b = self.found[s.out]
        summed, negated = _axes(s) or (), self.product(s)[1]
        written = _Written(s)
        one, other = (_Lettered.of(written.scaled(x), x.axes) for x in (a, b))
        kept = "".join(x for k, x in enumerate(ascii_lowercase[: ab.rank(p.out.type)]) if k not in summed)
        total = written.product(one, other, kept)
        if negated:
            total = written(operator.neg, total)
        if dict(s.kwargs).get("keepdims") == Lit(True):
            total = written(np.expand_dims, total, kwargs=(("axis", _axis(summed)),))
        return written.as_result(total)


@dataclass(frozen=True)
class _Lettered:
    """An array with a letter for each of its axes, that of the axis of the product."""

    base: Atom
    letters: str

    @staticmethod
    def of(base: Atom, axes: Axes) -> _Lettered:
        """The letters of the axes of `base`, which are those of the product at these places."""
        place = {i: ascii_lowercase[k] for k, i in enumerate(axes) if i is not None}
        return _Lettered(base, "".join(place[i] for i in range(len(place))))


class _Written:
    """The statements that stand for the sum `s`."""

    def __init__(self, s: Op) -> None:
        self.s = s
        self.body: list[Op] = []

    def __call__(self, op: OpFunction, *args: Arg, kwargs: Kwargs = ()) -> Var:
        out = Var("", infer(op, args, dict(kwargs)))
        self.body.append(Op(out, op, args, kwargs, self.s.origin))
        return out

    def as_result(self, total: Var) -> list[Stmt]:
        """The statements, of which the last one binds what the sum has bound."""
        assert self.body[-1].out is total
        return [*self.body[:-1], replace(self.body[-1], out=self.s.out)]

    def scaled(self, x: Factor) -> Atom:
        """The array of a factor, with what it is scaled by."""
        base = x.base
        for s in x.scale:
            base = self(s.op, *(y if ab.rank(type_of(y)) == 0 else base for y in s.args), kwargs=s.kwargs)
        return base

    def product(self, a: _Lettered, b: _Lettered, kept: str) -> Var:
        """The product of two arrays, summed over the axes that are not kept."""
        common = [x for x in a.letters if x in b.letters]
        batch = "".join(x for x in common if x in kept)
        for one, other in ((a, b), (b, a)):
            free = "".join(x for x in one.letters + other.letters if x not in common)
            if kept != batch + free:
                continue
            if len(common) - len(batch) == 1 and all(_is_stack(x, batch, len(free), common) for x in (one, other)):
                if not batch and len(one.letters) == 1 and other.letters[0] not in common:
                    continue  # a matrix times a vector, not the vector times the matrix turned
                return self(operator.matmul, self.turned(one, batch, common, -1), self.turned(other, batch, common, 0))
            if not batch:
                return self.tensordot(one, other, common)
        return self(np.einsum, Lit(f"{a.letters},{b.letters}->{kept}"), a.base, b.base)

    def turned(self, x: _Lettered, batch: str, common: list[str], place: int) -> Atom:
        """The matrices of a factor with the axis that is summed over at a place, the first or the last."""
        own = x.letters[len(batch) :]
        if own[place] in common:
            return x.base
        return self(np.swapaxes, x.base, Lit(-1), Lit(-2)) if batch else self(np.transpose, x.base)

    def tensordot(self, a: _Lettered, b: _Lettered, common: list[str]) -> Var:
        """A product over several axes."""
        pairs = [(a.letters.index(x), b.letters.index(x)) for x in common]
        axes = tuple(tuple(map(Lit, side)) for side in zip(*pairs, strict=True))
        return self(np.tensordot, a.base, b.base, kwargs=(("axes", axes),))


def _is_stack(x: _Lettered, batch: str, free: int, common: list[str]) -> bool:
    """Is an array a stack of matrices, or one vector or matrix, of which one axis is summed over?"""
    own = x.letters[len(batch) :]
    ranks = (2,) if batch else (1, 2)
    return x.letters.startswith(batch) and len(own) in ranks and sum(c in common for c in own) == 1


def _axes(s: Op) -> tuple[int, ...] | None:
    """The axes that a statement sums over, counted from the front; None where it has other arguments, or all axes."""
    kwargs, rank = dict(s.kwargs), ab.rank(type_of(s.args[0]))
    if not kwargs.keys() <= {"axis", "keepdims"} or rank is None:
        return None
    return places(kwargs.get("axis", Lit(None)), rank)


def _axis(axes: tuple[int, ...]) -> Arg:
    return Lit(axes[0]) if len(axes) == 1 else tuple(map(Lit, axes))


def _scales(s: Op) -> bool:
    """Is this a negative, or a product or quotient with a number?"""
    if s.op is operator.neg:
        return True
    if s.op is operator.truediv:
        return ab.rank(type_of(s.args[1])) == 0
    return s.op is operator.mul and any(ab.rank(type_of(x)) == 0 for x in s.args)
