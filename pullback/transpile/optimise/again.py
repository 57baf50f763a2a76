"""What backward code computes again: operations that cost no more than a place on a tape, and what they need."""

from __future__ import annotations

import math
import operator

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, If, Lit, Op, OpFunction, Slice, Var
from pullback.transpile.optimise.forward import LONG, Forward
from pullback.transpile.optimise.remaking import CHEAP, FREE
from pullback.transpile.traversal import reads

# of integers and truth values, these cost as little as a place on a tape
_COUNTING: frozenset[OpFunction] = frozenset(
    {
        *(operator.add, operator.sub, operator.mul, operator.neg, operator.floordiv, operator.mod, abs, min, max),
        *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge, operator.not_),
    }
)


def remake(
    f: Forward,
    v: Var,
    local: set[Var],
    have: set[Var],
    again: dict[Var, Op | If],
    ops: frozenset[OpFunction],
    steps: int,
    wanted: Var | None = None,
) -> bool:
    """Add to `again` the operations that make `v` from `have` and from names of outer scopes; False if it cannot be.

    `wanted`: what it is made for.
    """
    if v in have or v not in local and v not in f.asked or v in again:
        return True
    s, wanted = f.made.get(v), wanted or v
    if s is None or steps == 0 or not may_be_made_again(s, ops):
        return False
    trial = dict(again)
    for a in reads(s):
        if not is_near(f, a, wanted, local) or not remake(f, a, local, have, trial, ops, steps - 1, wanted):
            return False
    again.update(trial)
    again[v] = s
    return True


def is_near(f: Forward, a: Var, v: Var, local: set[Var]) -> bool:
    """May `v` be made of `a`? Not if that is larger than all of `v`, and would be kept around it for this alone."""
    if a in local or a not in f.where or a in f.read or size_of(a) <= size_of(v) * f.times(v, a):
        return True
    s = f.made.get(a)
    return s is not None and may_be_made_again(s, FREE) and all(is_near(f, x, v, local) for x in reads(s))


def may_be_made_again(s: Op | If, ops: frozenset[OpFunction]) -> bool:
    """Is this one of these operations, or one that costs nothing, as is `a and b` of integers?"""
    if isinstance(s, If):
        inner = [t for b in (s.then, s.orelse) for t in b.body]
        return all(map(_counts, (*s.outs, *s.then.results, *s.orelse.results))) and all(
            isinstance(t, Op | If) and all(map(_counts, t.outs)) and may_be_made_again(t, FREE) for t in inner
        )
    if s.op in FREE:
        return True
    if s.op in ops:
        return s.op in CHEAP or ab.rank(s.out.type) not in (None, 0)
    if s.op is operator.getitem:
        return _is_basic(s.args[1])
    return s.op in _COUNTING and all(map(_counts, (s.out, *s.args)))


def _counts(x: Arg) -> bool:
    """Is this an integer or a truth value?"""
    return isinstance(x, Var | Lit) and isinstance(x.type, ab.Scalar) and x.type.kind in ("int", "bool")


def _is_basic(index: object) -> bool:
    """Does this index make a view or read one element, rather than gather?"""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(i, (Slice, Lit)) or (isinstance(i, Var) and isinstance(i.type, ab.Scalar)) for i in parts)


def size_of(v: Var) -> int:
    """How large a value is by all that is known: only to be compared with others."""
    return math.prod(n if isinstance(n, int) else LONG for n in ab.shape_of(v.type) or ())
