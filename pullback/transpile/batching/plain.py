"""Operations that work element by element, and those that ask for shapes, on values for several directions."""

from __future__ import annotations

import operator

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.batching.values import Batch, NotBatched, rank_of
from pullback.transpile.core import Lit, Op, Var
from pullback.transpile.infer import type_of


def elementwise(b: Batch, s: Op) -> Var:
    rank = rank_of(s.out)
    return b.emit(s.op, tuple(b.aligned(x, rank) for x in s.args), s.kwargs, s.out)


def alias(b: Batch, s: Op) -> Var:
    """The same value."""
    if isinstance(s.args[0], Var) and s.args[0] in b.parts:
        b.parts[s.out] = b.parts[s.args[0]]
    return b.emit(prims.alias, (b.each(s.args[0]),), (), s.out)


def spread(b: Batch, s: Op) -> Var:
    """`x` repeated to the shape of another value: added to zeros of that shape."""
    x, like = (s.args[0], s.args[1]) if s.op is prims.spread else (s.args[1], s.args[0])
    if not b.has(x):
        raise NotBatched
    zeros = b.emit(np.zeros_like, (b.of[like] if isinstance(like, Var) and like in b.of else like,))
    return b.emit(operator.add, (zeros, b.aligned(x, rank_of(s.out))), (), s.out)


def like(b: Batch, s: Op) -> Var:
    """Zeros of the shape of a value."""
    return b.emit(s.op, (b.each(s.args[0]), *s.args[1:]), s.kwargs, s.out)


def dim(b: Batch, s: Op) -> Var:
    """`x.shape[k]`, which is the same for all directions."""
    x, axis = s.args
    if not isinstance(axis, Lit) or not isinstance(axis.value, int):
        raise NotBatched
    b.body.append(Op(s.out, prims.dim, (b.each(x), Lit(axis.value + (axis.value >= 0))), (), s.origin))
    return s.out


def length(b: Batch, s: Op) -> Var:
    """`len(x)`."""
    if isinstance(type_of(s.args[0]), ab.ListOf):
        b.body.append(Op(s.out, len, (b.each(s.args[0]),), (), s.origin))
    elif not isinstance(type_of(s.args[0]), ab.Array):
        raise NotBatched
    else:
        b.body.append(Op(s.out, prims.dim, (b.each(s.args[0]), Lit(1)), (), s.origin))
    return s.out
