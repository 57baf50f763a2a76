"""Jacobians: forward or backward code for all directions at once, and the arrangement of what it gives.

Forward, a direction is a row of an identity matrix in the shape of the parameter; backward, in that of the result.
Code for which there is no batching runs once for each direction.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.batching.functions import Batching
from pullback.transpile.batching.values import NotBatched
from pullback.transpile.companions import Derivation
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    For,
    Function,
    Lit,
    Op,
    OpFunction,
    Origin,
    Slice,
    Stmt,
    Var,
)
from pullback.transpile.entry import pack
from pullback.transpile.forward.derivation import Pushforward
from pullback.transpile.infer import infer, type_of
from pullback.transpile.infer.lengths import anonymous
from pullback.transpile.rename import renamed
from pullback.transpile.traversal import reads, substitute


class _Code:
    """Statements under construction."""

    def __init__(self, origin: Origin) -> None:
        self.body: list[Stmt] = []
        self.origin = origin

    def __call__(self, op: OpFunction, *args: Arg, **kwargs: Arg) -> Var:
        out = Var("", infer(op, args, kwargs))
        self.body.append(Op(out, op, args, tuple(kwargs.items()), self.origin))
        return out

    def size(self, x: Atom) -> Atom:
        """The number of elements."""
        rank = _rank(x)
        return Lit(1) if rank == 0 else self(prims.dim, x, Lit(0)) if rank == 1 else self(np.size, x)

    def lengths(self, x: Atom, but: int = 0) -> tuple[Atom, ...]:
        """The shape of an array, without so many of its last axes."""
        return tuple(self(prims.dim, x, Lit(k)) for k in range(_rank(x) - but))

    def reshaped(self, x: Var, *shape: Atom) -> Var:
        return self(np.reshape, x, shape=tuple(shape))

    def identity(self, like: Atom, rows: Atom, columns: Atom, offset: Atom | None) -> Var:
        """Rows of an identity matrix, each in the shape of a value; `offset`: after so many others."""
        dtype = like.type.dtype if isinstance(like.type, ab.Array | ab.Scalar) else None
        kwargs = {} if dtype in (None, "float64") else {"dtype": Lit(np.dtype(dtype).type, text=f"np.{dtype}")}
        if offset is None:
            made = self(np.eye, rows, **kwargs)
        else:
            made = self(np.eye, rows, columns, self(operator.neg, offset), **kwargs)
        if _rank(like) == 0:
            return self(operator.getitem, made, (Slice(), Lit(0)))
        return made if _rank(like) == 1 else self.reshaped(made, rows, *self.lengths(like))


def _rank(x: Atom) -> int:
    found = ab.rank(type_of(x))
    assert found is not None
    return found


def forward(
    d: Pushforward, f: Function, wrt: Sequence[int]
) -> tuple[Block, Mapping[str, Function], list[Atom], list[Stmt]]:
    """The Jacobian of the result of `f` in each of the parameters at `wrt`, column by column.

    Returns the block without its result, the functions that it calls, the Jacobians, and the statements for these.
    """
    _check(f, [f.block.params[i] for i in wrt])
    code, tangents = d.pushed(f, wrt)
    value = code.results[0]
    d_value = code.t.whole(code.b, value)
    one = d.finish(Block((*f.block.params, *tangents), tuple(code.b.body), (d_value,)))
    c, xs = _Code(f.origin.tangent()), [f.block.params[i] for i in wrt]
    if len(xs) == 1 and _rank(xs[0]) == 0:
        seed = (
            Lit(1.0)
            if not isinstance(xs[0].type, ab.Scalar) or xs[0].type.dtype is None
            else c(np.dtype(xs[0].type.dtype).type, Lit(1.0))
        )
        m: dict[Var, Atom] = {tangents[0]: seed}
        straight = (*c.body, *substitute(one.body, m))
        return Block(f.block.params, straight, ()), d.functions, [substitute(one.results[0], m)], []
    sizes = [c.size(x) for x in xs]
    offsets: list[Atom] = [Lit(0)]
    for n in sizes:
        offsets.append(n if offsets[-1] == Lit(0) else c(operator.add, offsets[-1], n))
    count = offsets[-1]
    several = len(xs) > 1
    seeds = [
        c.identity(x, count, n, offset if several else None) for x, n, offset in zip(xs, sizes, offsets, strict=False)
    ]
    body, each, functions = _for_all(d.functions, one, tangents, seeds, count, c.body, c.origin)
    end = _Code(c.origin)
    out: list[Atom] = []
    for x, start, stop in zip(xs, offsets, offsets[1:], strict=False):
        rows = end(operator.getitem, each, (Slice(start, stop),)) if several else each
        out.append(_columns_last(end, rows, x))
    return Block(f.block.params, tuple(body), ()), functions, out, end.body


def along(d: Pushforward, f: Function, wrt: int) -> tuple[Var, Block, Mapping[str, Function], Atom, list[Stmt]]:
    """The derivatives of the result of `f` along several directions of one parameter, column by column.

    The first of what is returned is the parameter for the directions, which are its rows; the rest as of `forward`.
    """
    x = f.block.params[wrt]
    _check(f, [x])
    code, (tangent,) = d.pushed(f, [wrt])
    d_value = code.t.whole(code.b, code.results[0])
    one = d.finish(Block((*f.block.params, tangent), tuple(code.b.body), (d_value,)))
    c = _Code(f.origin.tangent())
    t = tangent.type
    shape = (anonymous(), *(ab.shape_of(t) or ()))
    rows = Var(tangent.hint, ab.Array(getattr(t, "dtype", None) or "float64", shape))
    count = c(prims.dim, rows, Lit(0))
    body, each, functions = _for_all(d.functions, one, [tangent], [rows], count, c.body, c.origin)
    end = _Code(c.origin)
    out = end(np.transpose, each) if _rank(each) == 2 else each
    return rows, Block((*f.block.params, rows), tuple(body), ()), functions, out, end.body


def _columns_last(c: _Code, rows: Var, x: Var) -> Var:
    """What there is a row of for each element of `x` has the axes of `x` as its last ones."""
    rank = _rank(rows) - 1
    if rank:
        rows = c(np.transpose, rows) if rank == 1 else c(np.moveaxis, rows, source=Lit(0), destination=Lit(-1))
    if _rank(x) == 0:
        return c(operator.getitem, rows, (Lit(...), Lit(0)) if rank else (Lit(0),))
    return rows if _rank(x) == 1 else c.reshaped(rows, *c.lengths(rows, 1), *c.lengths(x))


def reverse(
    d: Derivation, f: Function, wrt: Sequence[int]
) -> tuple[Block, Mapping[str, Function], list[Atom], list[Stmt]]:
    """As `forward`, row by row."""
    xs = [f.block.params[i] for i in wrt]
    _check(f, xs)
    result = f.block.results[0]
    dout = Var("dout", type_of(result))
    sweeps = d.sweeps(f, tuple(wrt), dout, exact=False)
    ends: list[Stmt] = []
    both = pack(ends, (sweeps.forward.results[0], *sweeps.gradients), f.origin.backwards())
    body = (*sweeps.forward.body, *sweeps.backward, *ends)
    one = d.finish(Block((*f.block.params, dout), body, (both,)))
    *statements, last = one.body
    assert isinstance(last, Op)
    value, *gradients = last.args
    c = _Code(f.origin.backwards())
    assert isinstance(value, Var)
    k = next((k for k, s in enumerate(statements) if dout in reads(s)), len(statements))
    count = c.size(value)
    seed = c.identity(value, count, count, None)
    made: list[Stmt] = [*statements[:k], *c.body]
    packed: list[Stmt] = []
    grads = gradients[0] if len(gradients) == 1 else pack(packed, tuple(gradients), c.origin)  # type: ignore[arg-type]
    rest = Block((dout,), (*statements[k:], *packed), (grads,))  # type: ignore[arg-type]
    all_, each, functions = _for_all(d.functions, rest, (dout,), [seed], count, made, c.origin)
    end = _Code(c.origin)
    parts = [each] if len(gradients) == 1 else [end(prims.item, each, Lit(k)) for k in range(len(gradients))]
    out = [p if _rank(value) == 1 else end.reshaped(p, *end.lengths(value), *end.lengths(x))
           for p, x in zip(parts, xs, strict=True)]  # fmt: skip
    return Block(f.block.params, tuple(all_), ()), functions, list(out), end.body


def _for_all(
    functions: Mapping[str, Function],
    one: Block,
    params: Sequence[Var],
    seeds: Sequence[Var],
    count: Atom,
    first: Sequence[Stmt],
    origin: Origin,
) -> tuple[list[Stmt], Var, Mapping[str, Function]]:
    """The code `one` of one direction for all of them, its result for each, and the functions that it calls."""
    batching = Batching(functions)
    try:
        b = batching.block(first, count, dict(zip(params, seeds, strict=True)), one.body, origin)
        each = b.each(one.results[0])
        assert isinstance(each, Var)
    except NotBatched:
        pass
    else:
        return b.body, each, batching.functions
    rows = [Var(p.hint, p.type) for p in params]
    m: dict[Var, Atom] = dict(zip(params, rows, strict=True))
    inner = renamed(substitute(one.body, m), m)
    (result,) = substitute(one.results, m)
    found = Var("", ab.ListOf(type_of(result)))
    loop = For((found,), None, False, (), tuple(seeds), Block((Var("", ab.INT), *rows), inner, (result,)), origin)
    c = _Code(origin)
    each = c(np.stack if _rank(result) else np.array, found)
    return [*first, loop, *c.body], each, functions


def _check(f: Function, xs: Sequence[Var]) -> None:
    """Refuse structures, and what has an unknown number of axes."""
    result = f.block.results[0]
    for x in (result, *xs):
        t = type_of(x)
        what = "the result" if x is result else f"the parameter {getattr(x, 'hint', '')!r}"
        if isinstance(t, ab.Seq | ab.ListOf | ab.Mapping):
            message = f"the Jacobian of {f.name!r} is taken, and {what} is a structure"
            raise errors.at(errors.NotSupportedYet, f.origin, message, "Use one array: join the parts in it.")
        if ab.rank(t) is None:
            message = f"the Jacobian of {f.name!r} is taken, and how many axes {what} has is not known"
            raise errors.at(errors.SignatureNeeded, f.origin, message, "Call the Jacobian, or `specialize` it.")
