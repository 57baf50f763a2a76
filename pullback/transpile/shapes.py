"""Which operands an operation asks for their shape alone, and what can be asked for a length at any time."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, Op, OpFunction, Var
from pullback.transpile.traversal import operators

_OPERAND: dict[OpFunction, int] = {
    prims.dim: 0,
    np.shape: 0,
    np.size: 0,
    np.ndim: 0,
    builtins.len: 0,
    np.zeros_like: 0,
    np.ones_like: 0,
    np.empty_like: 0,
    np.full_like: 0,
    runtime.zeros_of: 0,
    runtime.zeros_to_fill: 0,
    prims.spread: 1,
    runtime.unbroadcast: 1,
    runtime.last_written: 1,
    runtime.place_diagonal: 1,
    runtime.resized: 1,
    runtime.scatter_add: 1,
    runtime.scatter_add_along: 1,
    runtime.scatter_along: 1,
}
_ITS_DTYPE: frozenset[OpFunction] = frozenset(
    {np.zeros_like, np.ones_like, np.empty_like, np.full_like, runtime.zeros_of}
)


def axes_of(b: Block) -> dict[str, tuple[Var, int]]:
    """By the symbol of its length, an axis of a parameter of a function's block, or of an item of one."""
    params = {*b.params}
    for s in b.body:
        if isinstance(s, Op) and s.op is prims.item and s.args[0] in params and not s.origin.adjoint:
            params.add(s.out)
    found: dict[str, tuple[Var, int]] = {}
    for p in [*b.params, *(s.out for s in b.body if isinstance(s, Op) and s.out in params)]:
        for k, n in enumerate(ab.shape_of(p.type) or ()):
            if isinstance(n, ab.Dim) and n.offset == 0 and n.symbol != ab.ANONYMOUS:
                found.setdefault(n.symbol, (p, k))
    return found


class Asking(Protocol):
    """An operation and its operands, of Core or of a script."""

    @property
    def op(self) -> OpFunction: ...

    @property
    def args(self) -> Sequence[object]: ...


def of_shape_alone(s: Asking) -> range:
    """The positions of the operands of which an operation reads the shape, at most the dtype too, and nothing else."""
    k = _OPERAND.get(s.op)
    if k is None:
        return range(0)
    return range(k, len(s.args) if s.op is runtime.unbroadcast else min(k + 1, len(s.args)))


def asks_shapes(b: Block) -> bool:
    """Is there an operation in a block that reads the shape of an operand alone?"""
    return not operators(b).isdisjoint(_OPERAND)


def asks_dtype(s: Op) -> bool:
    """Does an operation that asks for a shape ask for the dtype as well?"""
    return s.op in _ITS_DTYPE
