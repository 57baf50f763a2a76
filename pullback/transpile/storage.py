"""What an operation's result shares with its operands: nothing, or the memory of one that it is a view of."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import Any, cast

import numpy as np

from pullback import runtime
from pullback.stdlib import random, registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Callback, Global, Kwargs, Lit, OpFunction, Slice, Var

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
    unique cross amin amax vdot sinc fix nan_to_num nonzero argwhere flatnonzero array_equal digitize isin isneginf
    isposinf isreal iscomplex indices diag_indices tril_indices triu_indices unravel_index ravel_multi_index
    append dstack block delete insert resize diagflat ediff1d compress extract select choose correlate gradient
    trapezoid unwrap cov corrcoef polyval polyadd polysub geomspace ptp quantile percentile partition argpartition
    nanmedian nanquantile nanpercentile nanprod nanvar nanstd nanargmax nanargmin nancumsum nancumprod meshgrid lexsort
    bartlett blackman hamming hanning
""".split()

_FRESH_OF_MATRICES = """
    inv det slogdet solve cholesky qr svd svdvals eigh eigvalsh eig eigvals pinv lstsq norm cond matrix_norm vector_norm
    multi_dot vecdot tensordot outer matmul cross trace tensorinv tensorsolve matrix_rank
""".split()

_FRESH: frozenset[OpFunction] = frozenset((
    *ARITHMETIC, *(REDUCTIONS - {sum}), *(getattr(np, name) for name in _FRESH_NAMES), *random.FUNCTIONS,
    *(getattr(np.linalg, name) for name in _FRESH_OF_MATRICES), *(getattr(np.fft, name) for name in np.fft.__all__),
    *(getattr(np, name) for name in ("cumulative_sum", "cumulative_prod") if hasattr(np, name)),  # NumPy 2.1
    len, float, int, bool, round, prims.dim, prims.astype, prims.spread, prims.flatten, runtime.cofactors,
    runtime.through_cholesky, runtime.of_running_products, runtime.scatter_along, runtime.places_in_order,
    runtime.places_below, runtime.resized,
))  # fmt: skip


class Sharing(Enum):
    """`VIEW`: the memory of the first operand; `MAYBE`: that or a copy, as the layout has it; `UNKNOWN`: any of it."""

    FRESH = "fresh"
    VIEW = "view"
    READ_ONLY = "read-only view"
    MAYBE = "view or copy"
    SAME = "same object"
    UNKNOWN = "unknown"


_VIEWS: frozenset[Any] = frozenset(
    {
        *(np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze),
        *(np.matrix_transpose, np.linalg.matrix_transpose),
        *(np.flip, np.fliplr, np.flipud, np.rot90),
    }
)
_READ_ONLY: frozenset[Any] = frozenset({np.diagonal, np.linalg.diagonal, np.broadcast_to})
_MAYBE: frozenset[Any] = frozenset({np.reshape, np.ravel, np.ascontiguousarray, np.asfortranarray, np.real, np.imag})


def sharing(fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs) -> Sharing:
    """What the result of `fn(*args, **kwargs)` shares with its first operand."""
    if fn is operator.getitem:
        found = of_index(args[1])
        return Sharing.MAYBE if found is Sharing.VIEW and _may_be_a_number(args) else found
    if is_of_a_solver(fn, args):
        return Sharing.FRESH
    if fn in _FRESH or isinstance(fn, np.ufunc) or registry.is_fresh(fn):
        return Sharing.UNKNOWN if "copy" in dict(kwargs) else Sharing.FRESH
    if fn in _VIEWS:
        return Sharing.VIEW
    if fn in _READ_ONLY:
        return Sharing.READ_ONLY
    special = _SPECIAL.get(fn)
    if special is not None:
        return special(args, dict(kwargs))
    return Sharing.MAYBE if fn in _MAYBE else Sharing.SAME if fn is prims.alias else Sharing.UNKNOWN


def is_of_a_solver(fn: OpFunction, args: Sequence[object]) -> bool:
    """Is this what a solver makes that is given a function? A fixed point may be where the search began."""
    first = args[0] if args else None
    is_given = isinstance(first, Lit) and isinstance(first.value, Callback)
    return is_given and getattr(fn, "__name__", "") != "fixed_point"


def _may_be_a_number(args: tuple[Arg, ...]) -> bool:
    """Does an index of integers give an element, which is a number, or a row? Not known if the rank is not."""
    t, index = _type(args[0]), args[1] if isinstance(args[1], tuple) else (args[1],)
    integers = all(isinstance(getattr(i, "type", None), ab.Scalar) for i in index)
    return isinstance(t, ab.Array) and ab.rank(t) is None and integers


Special = Callable[[tuple[Arg, ...], dict[str, Arg]], Sharing]


def _total(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    """`sum(xs, start)`: the start itself where there is no item."""
    return Sharing.UNKNOWN if len(args) > 1 and not isinstance(_type(args[1]), ab.Scalar) else Sharing.FRESH


def _einsum(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    return Sharing.FRESH if len(args) > 2 else Sharing.UNKNOWN


def _asarray(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    """`np.asarray(x, dtype)`: the array itself where it has that dtype, else a copy."""
    t = _type(args[0])
    if isinstance(args[0], tuple) or isinstance(t, ab.Seq | ab.ListOf):
        return Sharing.FRESH
    if ab.rank(t) == 0 or not isinstance(t, ab.Array) or kwargs.keys() - {"dtype"}:
        return Sharing.UNKNOWN
    same = has_dtype(t, kwargs.get("dtype", args[1] if len(args) > 1 else Lit(None)))
    return Sharing.UNKNOWN if same is None else Sharing.SAME if same else Sharing.FRESH


def has_dtype(t: ab.Type, wanted: Arg) -> bool | None:
    """Is this the dtype of arrays of a type? None: not known."""
    if isinstance(wanted, Lit) and wanted.value is None:
        return True
    if not isinstance(wanted, Lit) or not isinstance(t, ab.Array) or t.dtype in (None, "bfloat16"):
        return None
    return bool(np.dtype(t.dtype) == np.dtype(cast(Any, wanted.value)))


def _part(args: tuple[Arg, ...], kwargs: dict[str, Arg], imaginary: bool) -> Sharing:
    """`np.real`, `np.imag`: of real numbers the array itself, and zeros that cannot be written."""
    if ab.kind_of(_type(args[0])) not in ("float", "int", "bool") or ab.rank(_type(args[0])) == 0:
        return Sharing.MAYBE
    return Sharing.READ_ONLY if imaginary else Sharing.SAME


def _reshape(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    one_stride = ab.rank(_type(args[0])) == 1  # which can be split
    return Sharing.VIEW if one_stride and kwargs.keys() <= {"shape"} else Sharing.MAYBE


def _round(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    return Sharing.FRESH if ab.kind_of(_type(args[0])) == "float" else Sharing.UNKNOWN


def _diag(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    """`np.diag` makes a matrix of a vector, and a view of a matrix."""
    return {1: Sharing.FRESH, 2: Sharing.READ_ONLY}.get(ab.rank(_type(args[0])) or 0, Sharing.UNKNOWN)


def _at_least(args: tuple[Arg, ...], kwargs: dict[str, Arg], axes: int) -> Sharing:
    """`np.atleast_2d(x)`: the array itself where it has so many axes, a view where it has fewer."""
    have = ab.rank(_type(args[0]))
    return Sharing.UNKNOWN if not have or len(args) > 1 else Sharing.SAME if have >= axes else Sharing.VIEW


def _split(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    """A list of views, if it is known how many."""
    at = kwargs.get("indices_or_sections")
    known = all(isinstance(x, Lit) for x in (at if isinstance(at, tuple) else (at,)))
    return Sharing.VIEW if known and len(args) == 1 else Sharing.UNKNOWN


def _diff(args: tuple[Arg, ...], kwargs: dict[str, Arg]) -> Sharing:
    return Sharing.UNKNOWN if "n" in kwargs or len(args) > 1 else Sharing.FRESH  # of order 0 it is the array itself


def _type(x: Arg) -> ab.Type:
    return ab.UNKNOWN if isinstance(x, Slice | tuple) else x.type


_SPECIAL: dict[Any, Special] = {
    sum: _total,
    np.einsum: _einsum,
    np.asarray: _asarray,
    np.real: partial(_part, imaginary=False),
    np.imag: partial(_part, imaginary=True),
    np.reshape: _reshape,
    np.round: _round,
    np.around: _round,
    np.diag: _diag,
    np.diff: _diff,
    np.atleast_1d: partial(_at_least, axes=1),
    np.atleast_2d: partial(_at_least, axes=2),
    np.atleast_3d: partial(_at_least, axes=3),
    np.split: _split,
    np.array_split: _split,
}


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


def composed(first: Arg, then: tuple[Arg, ...]) -> tuple[Arg, ...] | None:
    """One index for `x[first][then]`, where `first` is integers: `x[i][j]` is `x[i, j]`; of all of it, `x[i]`."""
    if not isinstance(first, tuple):
        return None
    if then == (Lit(...),):
        return first
    integers = all(isinstance(getattr(i, "type", None), ab.Scalar) for i in first)
    return (*first, *then) if integers else None


def may_repeat(index: Arg) -> bool:
    """May an index name an element several times: does it have arrays that are no masks?"""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [i.type for i in parts if isinstance(i, Var | Global) and ab.rank(i.type) != 0]
    return not all(isinstance(t, ab.Array) and t.dtype == "bool" for t in arrays)
