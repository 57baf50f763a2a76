"""Which arrays are C-contiguous, perhaps only if some arguments are: of these `reshape` and `ravel` give views.

    y = np.sin(x)                  y has the layout of x
    r = y[1:].ravel()              and so has y[1:]
    r[0] = 2.0                     a write to y, if x is C-contiguous: checked where the function begins
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pullback.stdlib import random
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Global, Lit, OpFunction, Slice, Var
from pullback.transpile.lower.memory import Memory, View, Whole
from pullback.transpile.storage import ARITHMETIC, Sharing, has_dtype, sharing

Condition = frozenset[Var] | None
"""The parameters that must be C-contiguous for something to be so; None: nothing is known."""

ALWAYS: Condition = frozenset()
_MADE_SO: frozenset[Any] = frozenset(
    {np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.tri, np.linspace, np.arange, prims.flatten}
    | random.FUNCTIONS
)
_LIKE_OPERANDS: frozenset[Any] = ARITHMETIC | {
    *(np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.copy, np.array, prims.astype, np.where, np.clip),
    *(np.tril, np.triu, np.sort, np.argsort, np.cumsum, np.roll, np.repeat, np.tile, np.pad, np.round, np.around),
    *(np.concatenate, np.stack, np.vstack, np.hstack, np.dot, np.outer, np.take, np.nan_to_num),
    *(np.sum, np.mean, np.max, np.min, np.prod),
}
"""Their results are C-contiguous if their operands are; other operations may keep or choose another order."""
_WITHOUT_CHANGE: frozenset[Any] = frozenset({np.expand_dims, np.squeeze, np.atleast_1d, np.atleast_2d, np.atleast_3d})


def same_object(fn: OpFunction) -> bool:
    """Does this give the array itself where that is C-contiguous?"""
    return fn is np.ascontiguousarray or fn is np.asfortranarray


def condition(memory: Memory, v: Arg, parameters: frozenset[Var]) -> Condition:
    """When an array, or everything in a tuple of operands, is C-contiguous; numbers always are."""
    match v:
        case tuple():
            return _all(condition(memory, x, parameters) for x in v)
        case Lit() | Slice() | None:
            return ALWAYS
        case Global():
            return ALWAYS if isinstance(v.type, ab.Scalar) else None
    if ab.rank(v.type) == 0 or isinstance(v.type, ab.Static):
        return ALWAYS
    place = memory.at(v)
    if isinstance(place, View):
        return condition(memory, place.of, parameters) if _keeps(place) else None
    return _of_whole(memory, place, v, parameters)


def _all(found: Iterable[Condition]) -> Condition:
    out = frozenset[Var]()
    for c in found:
        if c is None:
            return None
        out |= c
    return out


def _of_whole(memory: Memory, place: Whole, v: Var, parameters: frozenset[Var]) -> Condition:
    """When what a cell held first, and so whatever it holds, is C-contiguous."""
    owner, axes = memory.owner[place.cell], ab.rank(v.type)
    if axes is None:
        return None  # without axes it may be a number
    if owner in parameters:  # the array itself, or an item of a structure
        return frozenset({owner})
    made = None if place.cell in memory.key else memory.made.get(owner)
    if made is None or sharing(made.fn, made.resolved, made.kwargs) is not Sharing.FRESH:
        return None
    given = dict(made.kwargs)
    if not _is_ordered_as_c((*made.given, given.get("order", Lit("C")))):
        return None
    if made.fn in _MADE_SO or made.fn is np.copy and "order" in given:
        return ALWAYS
    if axes == 1:
        return ALWAYS  # what is new and has one axis lies in one piece
    if made.fn in _LIKE_OPERANDS or isinstance(made.fn, np.ufunc):
        return condition(memory, made.given, parameters)
    return None


def _is_ordered_as_c(args: Iterable[Arg]) -> bool:
    """Is none of these the name of an order other than C?"""
    return not any(isinstance(x, Lit) and isinstance(x.value, str) and x.value != "C" for x in args)


def gives_view(fn: OpFunction, rest: tuple[Arg, ...], kwargs: Mapping[str, Arg], of: ab.Type) -> bool:
    """Is `fn(of, *rest, **kwargs)` a view of a C-contiguous array, itself C-contiguous, or the array itself?"""
    if not ab.rank(of) or not _is_ordered_as_c((*rest, *kwargs.values())):
        return False
    if fn is np.reshape or fn is np.ravel:
        return not kwargs.keys() - {"shape", "newshape", "order"}
    if fn is np.ascontiguousarray or fn is np.asfortranarray and ab.rank(of) == 1:
        dtype = kwargs.get("dtype", rest[0] if rest else Lit(None))
        return len(rest) + len(kwargs) <= 1 and has_dtype(of, dtype) is True
    return False


def _keeps(place: View) -> bool:
    """Is this view of a C-contiguous array C-contiguous?"""
    if place.kind is Sharing.MAYBE:
        return gives_view(place.fn, place.rest, dict(place.kwargs), place.of.type)
    if place.fn in _WITHOUT_CHANGE or place.fn is np.reshape:
        return True
    if place.fn is operator.getitem:
        return _is_leading(place.rest[0])
    return ab.rank(place.of.type) == 1 and place.fn in (np.transpose, np.matrix_transpose)


def _is_leading(index: Arg) -> bool:
    """Does an index take integers on the first axes, a piece of the next one, and all of the others?"""
    parts = index if isinstance(index, tuple) else (index,)
    whole = False  # have we come to the axes of the view?
    for k, p in enumerate(parts):
        if isinstance(p, Lit) and p.value is None:
            continue
        if isinstance(p, Lit) and p.value is Ellipsis:
            return not parts[k + 1 :] or whole and all(map(_is_all, parts[k + 1 :]))
        if not isinstance(p, Slice):
            if whole:
                return False
            continue
        if p.step not in (None, Lit(None), Lit(1)) or whole and not _is_all(p):
            return False
        whole = True
    return True


def _is_all(p: Arg) -> bool:
    """Is a part of an index `:`, or None?"""
    if isinstance(p, Slice):
        return all(x in (None, Lit(None)) for x in (p.lower, p.upper)) and p.step in (None, Lit(None), Lit(1))
    return isinstance(p, Lit) and p.value is None
