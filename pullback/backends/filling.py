"""Core to Core, for JAX: a write of a whole array is a new array.

Before::

    x2 = set_item(x, (:,), 0.25); y2 = add_item(y, (...,), d)

After::

    x2 = full_like(x, 0.25); y2 = y + d

That is what it means; and where such a write is read backwards, XLA aborts ("Invalid binary instruction opcode map").
"""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Block, Lit, Op, Program, Slice, Stmt, Var
from pullback.transpile.rewriting import with_blocks, with_functions


def filled(program: Program) -> Program:
    """A program that writes into parts of arrays only."""
    return with_functions(program, _block)


def _block(b: Block) -> Block:
    return replace(b, body=tuple(_written(s) if isinstance(s, Op) else with_blocks(s, _block) for s in b.body))


def _written(s: Op) -> Stmt:
    match s:
        case Op(op=prims.set_item, args=(Var() as a, index, Var() | Lit() as value), kwargs=()) if _is_whole(index):
            if ab.rank(a.type) == 0:
                return s
            if _are_alike(a.type, value.type):
                return replace(s, op=prims.alias, args=(value,))
            return replace(s, op=np.full_like, args=(a, value))
        case Op(op=prims.add_item, args=(Var() as a, index, Var() | Lit() as value), kwargs=()) if _is_whole(index):
            if _are_alike(a.type, value.type):
                return replace(s, op=operator.add, args=(a, value))
    return s


def _is_whole(index: Arg) -> bool:
    """Does an index name all of an array, in its order?"""
    parts = index if isinstance(index, tuple) else (index,)
    return all(p in (Slice(), Lit(Ellipsis)) for p in parts)


def _are_alike(t: ab.Type, u: ab.Type) -> bool:
    """Are these arrays of one shape and one dtype?"""
    same = isinstance(t, ab.Array) and isinstance(u, ab.Array) and t.dtype is not None and t.dtype == u.dtype
    return same and ab.same_shape(t, u)
