"""The operands of an operation, of which some may be tuples of operands."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import cast

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Op
from pullback.transpile.infer import type_of

# with operands of two axes at most these broadcast nothing
_PRODUCTS = (operator.matmul, np.matmul, np.dot, np.inner, np.outer, np.vdot, np.linalg.solve, np.linalg.lstsq)


def fits(s: Op) -> bool:
    """Has the cotangent of each operand at most the operand's own axes, so that nothing is left to sum over?"""
    ranks = [ab.rank(type_of(a)) for a in flatten(s.args)[0] if not isinstance(type_of(a), ab.Static)]
    if s.op in _PRODUCTS:
        return all(r in (1, 2) for r in ranks)
    known = ab.shape_of(s.out.type) is not None or isinstance(s.out.type, ab.Seq)
    return len(ranks) == 1 and s.op is not np.broadcast_to and known


def type_of_operand(a: Arg) -> ab.Type:
    """The type of an operand, which may be a tuple of operands."""
    return ab.Seq("tuple", tuple(map(type_of_operand, a))) if isinstance(a, tuple) else type_of(a)


def unfitted(a: Arg) -> ab.Type:
    """The type of a cotangent before it is un-broadcast to the shape of its operand."""
    return ab.Seq("tuple", tuple(map(unfitted, a))) if isinstance(a, tuple) else ab.UNKNOWN


def flatten(args: tuple[Arg, ...]) -> tuple[tuple[Atom, ...], tuple[int, ...]]:
    """Operands with tuples of operands laid out flat, and the position each one comes from."""
    flat: list[Atom] = []
    slots: list[int] = []
    for i, a in enumerate(args):
        for x in _atoms(a):
            flat.append(x)
            slots.append(i)
    return tuple(flat), tuple(slots)


def _atoms(a: Arg) -> Iterator[Atom]:
    if isinstance(a, tuple):
        for x in a:
            yield from _atoms(x)
    else:
        yield cast(Atom, a)
