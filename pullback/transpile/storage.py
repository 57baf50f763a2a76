"""What an operation's result shares with its operands: nothing, or the memory of one that it is a view of."""

from __future__ import annotations

import operator
from enum import Enum
from typing import Any

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Kwargs, Lit, OpFunction, Slice, Var

ARITHMETIC: frozenset[OpFunction] = frozenset(
    {
        *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow),
        *(operator.matmul, operator.neg, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne),
        *(operator.invert, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift, operator.pos),
        abs,
    }
)

REDUCTIONS: frozenset[OpFunction] = frozenset(
    {sum, np.sum, np.mean, np.var, np.std, np.prod, np.max, np.min, np.dot, np.inner}
)

_FRESH_NAMES = """
    zeros ones empty full zeros_like ones_like full_like empty_like arange linspace logspace eye identity tri tril triu
    vander array copy concatenate stack vstack hstack column_stack repeat tile pad roll take take_along_axis sort
    argsort bincount searchsorted any all cumsum cumprod trace median count_nonzero argmax argmin
    nansum nanmean nanmax nanmin outer tensordot kron convolve where clip interp sign isclose allclose shape size ndim
    unique diff cross amin amax
""".split()

_FRESH: frozenset[OpFunction] = (
    ARITHMETIC
    | REDUCTIONS
    | {getattr(np, name) for name in _FRESH_NAMES}
    | {len, float, int, bool, round, prims.dim, prims.astype, prims.spread}
)


class Sharing(Enum):
    """`VIEW`: the memory of the first operand; `MAYBE`: that or a copy, as the layout has it; `UNKNOWN`: any of it."""

    FRESH = "fresh"
    VIEW = "view"
    READ_ONLY = "read-only view"
    MAYBE = "view or copy"
    SAME = "same object"
    UNKNOWN = "unknown"


_VIEWS: frozenset[Any] = frozenset(
    {np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze, np.flip, np.fliplr, np.flipud}
)
_READ_ONLY: frozenset[Any] = frozenset({np.diagonal, np.broadcast_to})
_MAYBE: frozenset[Any] = frozenset({np.reshape, np.ravel, np.ascontiguousarray, np.asfortranarray, np.real, np.imag})


def sharing(fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs) -> Sharing:
    """What the result of `fn(*args, **kwargs)` shares with its first operand."""
    if fn is operator.getitem:
        return of_index(args[1])
    if fn in _FRESH or isinstance(fn, np.ufunc):
        return Sharing.UNKNOWN if "copy" in dict(kwargs) else Sharing.FRESH
    if fn in _VIEWS:
        return Sharing.VIEW
    if fn in _READ_ONLY:
        return Sharing.READ_ONLY
    if fn is np.einsum and len(args) > 2:
        return Sharing.FRESH
    first = args[0] if args else None
    is_array = isinstance(first, Var) and isinstance(first.type, ab.Array)
    if fn is np.asarray and len(args) == 1 and not kwargs and is_array:
        return Sharing.SAME
    if fn in (np.real, np.imag) and isinstance(first, Var) and isinstance(first.type, ab.Array):
        if first.type.dtype is not None and np.dtype(first.type.dtype).kind == "f":
            return Sharing.SAME if fn is np.real else Sharing.READ_ONLY
    if fn is np.reshape and isinstance(first, Var) and ab.rank(first.type) == 1 and not kwargs:
        return Sharing.VIEW  # one stride can always be split
    return Sharing.MAYBE if fn in _MAYBE else Sharing.SAME if fn is prims.alias else Sharing.UNKNOWN


def of_index(index: Arg) -> Sharing:
    """What `x[index]` shares with the array `x`: integer arrays and masks copy, integers and slices do not."""
    parts = index if isinstance(index, tuple) else (index,)
    unknown = False
    for p in parts:
        if isinstance(p, Slice):
            continue
        t = getattr(p, "type", None)
        if isinstance(p, Lit) and (p.value is None or p.value is Ellipsis):
            continue
        if isinstance(t, ab.Scalar) and t.kind == "int":
            continue
        if isinstance(t, ab.Array) and ab.rank(t) not in (None, 0) or isinstance(t, ab.Scalar) and t.kind == "bool":
            return Sharing.FRESH
        unknown = True
    return Sharing.MAYBE if unknown else Sharing.VIEW
