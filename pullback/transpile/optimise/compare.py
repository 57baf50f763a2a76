"""The derivative of a maximum asks which operand it was: where nothing else needs the maximum, the operands tell."""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import replace

import numpy as np

from pullback.transpile.core import (
    Arg,
    Block,
    Def,
    For,
    If,
    Op,
    OpFunction,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, operators, own_reads, variables

# maximum(x, c) > c just where x > c, also for NaN, and so on
_SAME: dict[OpFunction, OpFunction] = {operator.gt: np.maximum, operator.lt: np.minimum}


def compare_operands(b: Block) -> Block:
    """A block in which no maximum is computed only to be compared with one of its operands.

    Before: `t = maximum(x, 0.0); hit = t > 0.0`. After: `t = maximum(x, 0.0); hit = x > 0.0`, and nothing reads `t`.
    """
    if operators(b).isdisjoint(_SAME):
        return b
    made: dict[Var, Op] = {}
    uses: Counter[Var] = Counter()
    _count(b, made, uses)
    return _rewrite(b, made, uses)


def _count(b: Block, made: dict[Var, Op], uses: Counter[Var]) -> None:
    uses.update(variables(b.results))
    for s in b.body:
        uses.update(own_reads(s))
        uses.update(variables(s.stop) if isinstance(s, For | While) else ())
        if isinstance(s, Op):
            made[s.out] = s
        for inner in blocks(s):
            _count(inner, made, uses)


def _rewrite(b: Block, made: dict[Var, Op], uses: Counter[Var]) -> Block:
    return Block(b.params, tuple(_statement(s, made, uses) for s in b.body), b.results)


def _statement(s: Stmt, made: dict[Var, Op], uses: Counter[Var]) -> Stmt:
    match s:
        case Op():
            other = _other(s, made, uses)
            return s if other is None else replace(s, args=(other, s.args[1]))
        case If():
            return replace(s, then=_rewrite(s.then, made, uses), orelse=_rewrite(s.orelse, made, uses))
        case For() | While():
            return replace(s, body=_rewrite(s.body, made, uses))
        case Def():
            return replace(s, block=_rewrite(s.block, made, uses))
    return s


def _other(s: Op, made: dict[Var, Op], uses: Counter[Var]) -> Arg | None:
    """The operand that a maximum, read here alone, could be replaced by."""
    if s.op not in _SAME or not s.origin.adjoint or not isinstance(s.args[0], Var) or uses[s.args[0]] != 1:
        return None
    maximum = made.get(s.args[0])
    if maximum is None or maximum.op is not _SAME[s.op] or maximum.kwargs or s.args[1] not in maximum.args:
        return None
    x, y = maximum.args
    return y if x == s.args[1] else x
