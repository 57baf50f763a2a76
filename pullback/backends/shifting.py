"""Core to Core, for JAX: one array that is added at several shifted slices is padded once, and read at each shift.

Before::

    du2 = add_item(du, (2:,), d); du3 = add_item(du2, (1:-1,), d); du4 = add_item(du3, (:-2,), d)

After::

    p = pad(optimization_barrier(d), 2); du4 = du + (p[:-2] + p[1:-1] + p[2:])

XLA makes one loop over the array of that; of writes it makes one each. Without the barrier it would compute an element
of `d` again at each shift.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Block, Lit, Op, Program, Slice, Stmt, Var
from pullback.transpile.infer import lengths
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import reads, variables

from .packing import Made
from .traced_ops import optimization_barrier

LEAST = 3

Cuts = tuple[tuple[int, int], ...]
"""How many elements a slice leaves out at the start and at the end of each axis."""


def shifted(program: Program) -> Program:
    """A program that adds to neighbours all at once."""
    return with_functions(program, _block)


def _block(b: Block) -> Block:
    body = [with_blocks(s, _block) for s in b.body]
    times: dict[Var, int] = {}
    for vs in (*map(reads, body), variables(b.results)):
        for v in vs:
            times[v] = times.get(v, 0) + 1
    for group in _groups(body, times):
        _rewrite(body, group)
    return Block(b.params, tuple(body), b.results)


def _groups(body: Sequence[Stmt], times: dict[Var, int]) -> list[list[Op]]:
    """Additions of one array to one other, between which nobody else reads that."""
    links: dict[Var, tuple[Var, ...]] = {}
    groups: dict[tuple[Var, Var, tuple[int, ...]], list[Op]] = {}
    for s in body:
        match s:
            case Op(op=prims.add_item, args=(Var() as a, index, Var() as d)) if not s.kwargs:
                start = links.get(a, (a, a))[0] if times.get(a) == 1 else a
                links[s.out] = (start, a)
                cuts = _cuts(index, a)
                if cuts is not None and _fits(a, d, cuts):
                    groups.setdefault((start, d, tuple(map(sum, cuts))), []).append(s)
    return [group for group in groups.values() if len(group) >= LEAST]


def _cuts(index: Arg, a: Var) -> Cuts | None:
    """What a slice leaves out of an array."""
    rank = ab.rank(a.type)
    parts = index if isinstance(index, tuple) else (index,)
    if rank is None or len(parts) > rank:
        return None
    found: list[tuple[int, int]] = []
    for part in (*parts, *[Slice()] * (rank - len(parts))):
        if not isinstance(part, Slice) or part.step is not None:
            return None
        lower, upper = _literal(part.lower), _literal(part.upper)
        if lower is None or upper is None or lower < 0 or upper > 0 or part.upper == Lit(0):
            return None
        found.append((lower, -upper))
    return tuple(found)


def _literal(x: Arg | None) -> int | None:
    """A bound that is missing, or written as a literal."""
    value = 0 if x is None else x.value if isinstance(x, Lit) else None
    return value if type(value) is int else None


def _fits(a: Var, d: Var, cuts: Cuts) -> bool:
    """Has what is added just the shape and the dtype of the slice, of an array that is as long as what is cut off?"""
    s, t = a.type, d.type
    if not (isinstance(s, ab.Array) and isinstance(t, ab.Array)) or s.shape is None or t.shape is None:
        return False
    if s.dtype != t.dtype or s.dtype is None or len(s.shape) != len(t.shape):
        return False
    widths = map(sum, cuts)
    return all(
        lengths.minimum(n) >= w and lengths.same(ab.shift(n, -w), m)
        for n, m, w in zip(s.shape, t.shape, widths, strict=True)
    )


def _rewrite(body: list[Stmt], group: Sequence[Op]) -> None:
    """Let the last addition of a group do what all of them do."""
    last = group[-1]
    for s in group[:-1]:
        body[body.index(s)] = Op(s.out, prims.alias, s.args[:1], (), s.origin)
    k = body.index(last)
    a, _, d = last.args
    assert isinstance(a, Var)
    assert isinstance(d, Var)
    of_group = [cuts for s in group if (cuts := _cuts(s.args[1], a)) is not None]
    widths = [sum(cut) for cut in of_group[0]]
    made = Made([], last.origin)
    every: Arg = tuple((Lit(w), Lit(w)) for w in widths)
    lengths_around = tuple(map(ab.shift, ab.shape_of(a.type) or (), widths))
    t = ab.Array(a.type.dtype if isinstance(a.type, ab.Array) else None, lengths_around)
    once = made.op(optimization_barrier, (d,), (), d.type)
    around = made.op(np.pad, (once, Lit(widths[0]) if len(set(widths)) == 1 else every), (), t)
    total: Var | None = None
    for cuts in of_group:
        index = tuple(_part(end, lower) for lower, end in cuts)
        one = made.op(operator.getitem, (around, index), (), a.type)
        total = one if total is None else made.op(operator.add, (total, one), (), a.type)
    made.body.append(Op(last.out, operator.add, (a, total), (), last.origin))  # type: ignore[arg-type]
    body[k : k + 1] = made.body


def _part(lower: int, upper: int) -> Slice:
    return Slice(Lit(lower) if lower else None, Lit(-upper) if upper else None)
