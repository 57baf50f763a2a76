"""Jacobians: forward or backward code for all directions at once, and the arrangement of what it gives.

Forward, a direction is a row of an identity matrix, cut to the shapes of the parameters' leaves; backward, to those of
the result's. Code for which there is no batching runs once for each direction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.batching.functions import Batching
from pullback.transpile.batching.values import NotBatched
from pullback.transpile.companions import Derivation
from pullback.transpile.core import Atom, Block, For, Function, Lit, Origin, Stmt, Var
from pullback.transpile.entry import pack
from pullback.transpile.forward.derivation import Pushforward
from pullback.transpile.infer import type_of
from pullback.transpile.infer.lengths import anonymous
from pullback.transpile.leaves import built, leaves, read, tree
from pullback.transpile.rename import renamed
from pullback.transpile.reverse.kinds import keys_of
from pullback.transpile.seeds import Code, rank, side_of
from pullback.transpile.traversal import reads, substitute

Functions = Mapping[str, Function]


def _values(c: Code, xs: Sequence[Atom]) -> list[Atom]:
    """The leaves of values, one after the other."""
    return [read(c.emit, x, leaf) for x in xs for leaf in leaves(type_of(x))]


Entry = Callable[[Code, int, int], Atom]
"""The Jacobian of one leaf of the result in one leaf of the parameters."""


def _arranged(c: Code, f: Function, xs: Sequence[Var], entry: Entry, bare: bool) -> Atom:
    """A structure like the result of `f`, in which each leaf is one like the parameters `xs`, of entries."""
    n = sum(1 for x in xs for _ in leaves(x.type))

    def row(k: int) -> Atom:
        parts = (entry(c, k, j) for j in range(n))
        all_ = tuple(built(c.emit, x.type, parts) for x in xs)
        return all_[0] if bare else pack(c.body, all_, c.origin)

    return built(c.emit, type_of(f.block.results[0]), map(row, itertools.count()))


def forward(d: Pushforward, f: Function, wrt: Sequence[int], bare: bool) -> tuple[Block, Functions]:
    """The Jacobian of the result of `f` in the parameters at `wrt`, column by column, and the functions it calls."""
    xs = [f.block.params[i] for i in wrt]
    _check(f, xs)
    tangents = [[Var(f"d{leaf.name(x.hint)}", leaf.type) for leaf in leaves(x.type)] for x in xs]
    code = d.moved(f, {i: tree(x.type, iter(ds)) for i, x, ds in zip(wrt, xs, tangents, strict=True)})
    d_value = code.t.whole(code.b, code.results[0])
    found = tuple(read(code.b.emit, d_value, leaf) for leaf in leaves(type_of(code.results[0])))
    flat = [v for ds in tangents for v in ds]
    one = d.finish(Block((*f.block.params, *flat), tuple(code.b.body), found))
    c, end = Code(f.origin.tangent()), Code(f.origin.tangent())
    side = side_of(c, _values(c, xs))
    if side.is_number():
        m: dict[Var, Atom] = {flat[0]: _one(c, flat[0].type)}
        j = _arranged(end, f, xs, lambda _, k, __: substitute(one.results[k], m), bare)
        return Block(f.block.params, (*c.body, *substitute(one.body, m), *end.body), (j,)), d.functions
    seeds = side.seeds(c)
    body, each, functions = _for_all(d.functions, one, flat, seeds, side.count, c.body, c.origin)

    def columns(c: Code, k: int, j: int) -> Atom:
        return _columns_last(c, side.part(c, each[k], j), side.values[j])

    out = _arranged(end, f, xs, columns, bare)
    return Block(f.block.params, (*body, *end.body), (out,)), functions


def _one(c: Code, t: ab.Type) -> Atom:
    """The direction of a number."""
    if isinstance(t, ab.Scalar) and t.dtype is not None:
        return c(np.dtype(t.dtype).type, Lit(1.0))
    return Lit(1.0)


def along(d: Pushforward, f: Function, wrt: int) -> tuple[Var, Block, Functions]:
    """The derivatives of the result of `f` along several directions of one parameter, column by column.

    The first of what is returned is the parameter for the directions, which are its rows; the rest as of `forward`.
    """
    x = f.block.params[wrt]
    _check(f, [x])
    _check_arrays(f, x)
    code, (tangent,) = d.pushed(f, [wrt])
    d_value = code.t.whole(code.b, code.results[0])
    one = d.finish(Block((*f.block.params, tangent), tuple(code.b.body), (d_value,)))
    c = Code(f.origin.tangent())
    t = tangent.type
    shape = (anonymous(), *(ab.shape_of(t) or ()))
    rows = Var(tangent.hint, ab.Array(getattr(t, "dtype", None) or "float64", shape))
    count = c(prims.dim, rows, Lit(0))
    body, (each,), functions = _for_all(d.functions, one, [tangent], [rows], count, c.body, c.origin)
    end = Code(c.origin)
    out = end(np.transpose, each) if rank(each) == 2 else each
    return rows, Block((*f.block.params, rows), (*body, *end.body), (out,)), functions


def _columns_last(c: Code, rows: Var, x: Atom) -> Var:
    """What there is a row of for each element of `x` has the axes of `x` as its last ones."""
    if rank(x) == 0:
        return rows
    axes = rank(rows) - 1
    if axes:
        rows = c(np.transpose, rows) if axes == 1 else c(np.moveaxis, rows, source=Lit(0), destination=Lit(-1))
    return rows if rank(x) == 1 else c.reshaped(rows, *c.lengths(rows, 1), *c.lengths(x))


def reverse(d: Derivation, f: Function, wrt: Sequence[int], bare: bool) -> tuple[Block, Functions]:
    """As `forward`, row by row."""
    xs = [f.block.params[i] for i in wrt]
    _check(f, xs)
    out = type_of(f.block.results[0])
    douts = [Var("dout", leaf.type) for leaf in leaves(out)]
    start, end = Code(f.origin.backwards()), Code(f.origin.backwards())
    dout = built(start.emit, out, iter(douts))
    sweeps = d.sweeps(f, tuple(wrt), dout, exact=False)
    given = [read(end.emit, g, leaf) for g, x in zip(sweeps.gradients, xs, strict=True) for leaf in leaves(x.type)]
    values = _values(start, sweeps.forward.results[:1])
    body = (*sweeps.forward.body, *start.body, *sweeps.backward, *end.body)
    one = d.finish(Block((*f.block.params, *douts), body, (*values, *given)))
    k = next((k for k, s in enumerate(one.body) if not reads(s).keys().isdisjoint(douts)), len(one.body))
    c, end = Code(f.origin.backwards()), Code(f.origin.backwards())
    side = side_of(c, one.results[: len(douts)])
    seeds = side.seeds(c)
    rest = Block(tuple(douts), one.body[k:], one.results[len(douts) :])
    first = (*one.body[:k], *c.body)
    made, each, functions = _for_all(d.functions, rest, douts, seeds, side.count, first, c.origin)
    inputs = _values(end, xs)

    def rows(c: Code, k: int, j: int) -> Atom:
        found, value = side.part(c, each[j], k), side.values[k]
        if rank(value) < 2:
            return found
        return c.reshaped(found, *c.lengths(value), *c.lengths(inputs[j]))

    j = _arranged(end, f, xs, rows, bare)
    return Block(f.block.params, (*made, *end.body), (j,)), functions


def _for_all(
    functions: Functions,
    one: Block,
    params: Sequence[Var],
    seeds: Sequence[Var],
    count: Atom,
    first: Sequence[Stmt],
    origin: Origin,
) -> tuple[list[Stmt], list[Var], Functions]:
    """The code `one` of one direction for all of them, its results for each, and the functions that it calls."""
    batching = Batching(functions)
    try:
        b = batching.block(first, count, dict(zip(params, seeds, strict=True)), one.body, origin)
        each = [cast(Var, b.each(r)) for r in one.results]
    except NotBatched:
        return _one_by_one(functions, one, params, seeds, first, origin)
    return b.body, each, batching.functions


def _one_by_one(
    functions: Functions,
    one: Block,
    params: Sequence[Var],
    seeds: Sequence[Var],
    first: Sequence[Stmt],
    origin: Origin,
) -> tuple[list[Stmt], list[Var], Functions]:
    """As `_for_all`, in a loop over the directions."""
    rows = [Var(p.hint, p.type) for p in params]
    m: dict[Var, Atom] = dict(zip(params, rows, strict=True))
    inner = renamed(substitute(one.body, m), m)
    results = tuple(substitute(r, m) for r in one.results)
    found = tuple(Var("", ab.ListOf(type_of(r))) for r in results)
    loop = For(found, None, False, (), tuple(seeds), Block((Var("", ab.INT), *rows), inner, results), origin)
    c = Code(origin)
    each = [c(np.stack if rank(r) else np.array, x) for r, x in zip(results, found, strict=True)]
    return [*first, loop, *c.body], each, functions


def _check(f: Function, xs: Sequence[Var]) -> None:
    """Refuse what has an unknown number of axes, lists of unknown length, and a result without floats."""
    result = f.block.results[0]
    for x in (result, *xs):
        found = [leaf.type for leaf in leaves(type_of(x))]
        what = "the result" if x is result else f"the parameter {getattr(x, 'hint', '')!r}"
        if any(isinstance(t, ab.ListOf) for t in found):
            message = f"the Jacobian of {f.name!r} is taken, and how long a list in {what} is is not known"
            raise errors.at(errors.NotSupportedYet, f.origin, message, "Use a tuple, or one array.")
        if any(ab.rank(t) is None for t in found):
            message = f"the Jacobian of {f.name!r} is taken, and how many axes {what} has is not known"
            raise errors.at(errors.SignatureNeeded, f.origin, message, "Call the Jacobian, or `specialize` it.")
        if not found:
            message = f"the Jacobian of {f.name!r} is taken, and {what} has no floats"
            raise errors.at(errors.NotDifferentiable, f.origin, message, "A derivative needs a float result.")


def _check_arrays(f: Function, x: Var) -> None:
    """Refuse structures, where directions are the rows of an array."""
    for v in (x, f.block.results[0]):
        if keys_of(type_of(v)):
            what = "the parameter" if v is x else "the result"
            message = f"the sparse Jacobian of {f.name!r} is taken, and {what} is a structure"
            raise errors.at(errors.NotSupportedYet, f.origin, message, "Use one array: join the parts in it.")
