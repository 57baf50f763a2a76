"""`and` and `or` of traced conditions, which need no choice between functions: both sides may be computed."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, If, Lit, Op, OpFunction, Stmt

from .facts import BINARY, COMPARE, UNARY

_LOGICAL = (np.logical_and, np.logical_or, np.logical_not)
_OF_NUMBERS: frozenset[OpFunction] = frozenset({*BINARY, *COMPARE, *UNARY, *_LOGICAL, abs, operator.getitem})


def connected(s: If, then: Block, orelse: Block) -> list[Stmt] | None:
    """What a branch becomes of which one side is a literal, as `cond and x` has it; None for another."""
    if len(s.outs) != 1 or not all(map(_is_bool, (s.cond, *then.results, *orelse.results))):
        return None
    if not _is_computed(then.body) or not _is_computed(orelse.body):
        return None
    (x,), (y,) = then.results, orelse.results
    if y == Lit(False):
        last = Op(s.outs[0], np.logical_and, (s.cond, x), (), s.origin)
    elif x == Lit(True):
        last = Op(s.outs[0], np.logical_or, (s.cond, y), (), s.origin)
    else:
        return None
    return [*then.body, *orelse.body, last]


def _is_bool(x: Atom) -> bool:
    return ab.kind_of(x.type) == "bool" and ab.rank(x.type) == 0


def _is_computed(body: Sequence[Stmt]) -> bool:
    """Is this made of operations on numbers alone?"""
    return all(isinstance(s, Op) and s.op in _OF_NUMBERS and ab.rank(s.out.type) == 0 for s in body)
