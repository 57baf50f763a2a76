"""What emission knows about operations: which share storage with their operands, which cost nothing to write again."""

from __future__ import annotations

import builtins
import copy
import operator
from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np

from pullback import runtime
from pullback.stdlib import random, registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, OpFunction, Slice, Var
from pullback.transpile.storage import is_of_a_solver

from .script import Apply, Cut, Expr

BINARY: dict[Callable[..., Any], str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "**",
    operator.matmul: "@",
    operator.and_: "&",
    operator.or_: "|",
    operator.xor: "^",
    operator.lshift: "<<",
    operator.rshift: ">>",
}
COMPARE: dict[Callable[..., Any], str] = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
    operator.is_: "is",
    operator.is_not: "is not",
}
UNARY: dict[Callable[..., Any], str] = {
    operator.neg: "-",
    operator.pos: "+",
    operator.invert: "~",
    operator.not_: "not ",
}
MAKERS = frozenset({prims.make_tuple, prims.make_list, prims.make_dict})

CONVERSIONS: frozenset[Any] = frozenset({builtins.float, builtins.complex, prims.astype})
STARTS: frozenset[Any] = frozenset({np.zeros_like, np.ones_like, np.zeros, np.ones, prims.spread})
_FRESH_NAMES = """
    zeros ones empty full zeros_like ones_like full_like empty_like arange linspace logspace eye identity tri tril triu
    vander array copy concatenate stack vstack hstack repeat tile pad roll take take_along_axis sort argsort bincount
    searchsorted sum mean var std prod max min amax amin argmax argmin any all cumsum cumprod trace median
    count_nonzero nonzero nansum nanmean nanmax nanmin dot inner outer matmul tensordot kron convolve where clip
    interp sign isclose allclose append dstack block delete insert resize diagflat ediff1d compress extract select
    choose cross correlate trapezoid unwrap cov corrcoef vander polyval polyadd polysub geomspace ptp quantile
    percentile partition argpartition nanmedian nanquantile nanpercentile nanprod nanvar nanstd nancumsum nancumprod
    cumulative_sum cumulative_prod
""".split()
_FRESH_OF_MATRICES = """
    inv det solve cholesky svdvals eigvalsh eigvals pinv norm cond matrix_norm vector_norm matrix_power multi_dot vecdot
    tensordot outer matmul cross trace tensorinv tensorsolve
""".split()


def update_item(a: Any, index: Any, value: Any, *, op: Any, via: tuple[tuple[Any, ...], ...] = ()) -> Any:
    """The array `a` after `a[index] op= value`, as a new value; an element that the index repeats changes once."""
    out = copy.copy(a)
    view = prims.through(out, via)
    view[index] = op(view[index], value)
    return out


LIST_CHANGES: frozenset[Any] = frozenset(
    {prims.appended, prims.shortened, prims.replaced, prims.inserted, prims.removed, prims.put_part}
)
WRITES: frozenset[Any] = frozenset({prims.set_item, prims.add_item, prims.add_at_key, update_item}) | LIST_CHANGES
AUGMENTED: frozenset[Any] = frozenset(BINARY.keys() - {operator.matmul})
"""Operators whose augmented assignment does in place what they do, on arrays of one dtype and shape."""
EVERYTHING = ((Lit(...),), (Slice(),))
"""Indices of whole arrays."""
FRESH: frozenset[Any] = frozenset(
    [
        *(getattr(np, name) for name in _FRESH_NAMES if hasattr(np, name)),
        *random.FUNCTIONS,
        *(getattr(np.linalg, name) for name in _FRESH_OF_MATRICES),
        *(getattr(np.fft, name) for name in np.fft.__all__ if callable(getattr(np.fft, name))),
        *BINARY,
        *COMPARE,
        *UNARY,
        prims.spread,
        prims.astype,
        prims.flatten,
        *WRITES,
        prims.dim,
        np.size,
        np.ndim,
        builtins.len,
        builtins.sum,
        builtins.float,
        builtins.int,
        builtins.bool,
        np.ndarray.copy,
        copy.deepcopy,
        runtime.cofactors,
        runtime.carried_back,
        runtime.of_running_products,
        runtime.through_cholesky,
        runtime.last_written,
        runtime.place_diagonal,
        runtime.product_of_others,
        runtime.read_written,
        runtime.resized,
        runtime.scatter_add,
        runtime.scatter_add_along,
        runtime.scatter_along,
        runtime.places_in_order,
        runtime.places_below,
        runtime.zeros_of,
        runtime.zeros_to_fill,
    ]
)
_READ_ONLY: frozenset[Any] = frozenset({np.broadcast_to, np.diagonal, np.linalg.diagonal, np.diag})
_READS: frozenset[Any] = frozenset({operator.getitem, prims.item})
_CHEAP: frozenset[Any] = frozenset({prims.dim, prims.item, np.size, np.ndim, builtins.len})
_CHEAP_INTEGER: frozenset[Any] = frozenset({operator.add, operator.sub, operator.mul, operator.neg, operator.floordiv})


def is_array(t: ab.Type) -> bool:
    """May a value of this type have storage that others can see: an array, or a structure of them?"""
    return not isinstance(t, ab.Scalar | ab.Static)


def type_of(e: Expr) -> ab.Type:
    """Type of an expression, where it stands for a Core value."""
    match e:
        case Var():
            return e.type
        case Lit():
            return e.type
        case tuple():
            return ab.Seq("tuple", tuple(type_of(x) for x in e))
    out = getattr(e, "out", None)
    return out.type if isinstance(out, Var) else ab.UNKNOWN


def through(e: Expr, via: Iterable[tuple[Expr, ...]]) -> Expr:
    """The view of an array that each step, a function and its further arguments, takes of the one before."""
    for step in via:
        assert isinstance(step[0], Lit)
        kind = ab.Array(getattr(type_of(e), "dtype", None))
        e = Apply(cast(OpFunction, step[0].value), (e, *step[1:]), (), Var("", kind))
    return e


def as_shape(e: Expr) -> Expr:
    """`x.shape` for a tuple of the lengths of all axes of `x`."""
    asked = [x for x in e if isinstance(x, Apply) and x.op is prims.dim] if isinstance(e, tuple) else []
    if not asked or not isinstance(x := asked[0].args[0], Var) or len(asked) != ab.rank(x.type):
        return e
    every = tuple((x, Lit(k)) for k in range(len(asked)))
    return Apply(np.shape, (x,)) if tuple(a.args for a in asked) == every and e == tuple(asked) else e


def as_part_of_shape(e: Expr) -> Expr:
    """`x.shape[2:]` for a tuple of the lengths of axes of `x` that follow each other."""
    asked = [x for x in e if isinstance(x, Apply) and x.op is prims.dim] if isinstance(e, tuple) else []
    if not asked or len(asked) != len(e) or not isinstance(asked[0].args[1], Lit):  # type: ignore[arg-type]
        return e
    x, first, rank = asked[0].args[0], asked[0].args[1].value, ab.rank(type_of(asked[0].args[0]))
    if not isinstance(first, int) or any(
        not _same(x, a.args[0]) or a.args[1] != Lit(first + k) for k, a in enumerate(asked)
    ):
        return e
    last = first + len(asked)
    part = Cut(Lit(first) if first else None, Lit(last) if last != rank else None, None)
    return Apply(operator.getitem, (Apply(np.shape, (x,)), part))


def _same(a: Expr, b: Expr) -> bool:
    """Are these one variable, or the same attribute or item of one?"""
    if isinstance(a, Apply) and isinstance(b, Apply):
        return a.op is b.op and a.op in _READS and len(a.args) == len(b.args) and all(map(_same, a.args, b.args))
    return a is b or isinstance(a, Lit) and a == b


def is_advanced(index: object) -> bool:
    """May this index select elements by integer or boolean arrays, so that the result is a copy?"""
    return any(_may_gather(part) for part in (index if isinstance(index, tuple) else (index,)))


def is_gather(index: object) -> bool:
    """May this index name one element twice, so that adding through it needs `np.add.at`?"""
    parts = index if isinstance(index, tuple) else (index,)
    return any(_may_gather(part) and ab.kind_of(_part_type(part)) != "bool" for part in parts)


def _part_type(part: object) -> ab.Type:
    return type_of(part) if not isinstance(part, Slice | Cut) else ab.INT  # type: ignore[arg-type]


def _may_gather(part: object) -> bool:
    if isinstance(part, Slice | Cut):
        return False
    t = _part_type(part)
    if isinstance(t, ab.Scalar):
        return t.kind == "bool"
    return not (isinstance(t, ab.Static) and (t.value is None or t.value is Ellipsis or isinstance(t.value, str)))


def may_be_a_structure(t: ab.Type, index: object) -> bool:
    """May what is read at this index be a list or dict, whose `+=` does not add to its items?"""
    of_arrays = isinstance(index, tuple) and (len(index) != 1 or index[0] in (Lit(...), Lit(None)))
    return isinstance(t, ab.Unknown) and not of_arrays


def is_fresh(op: Any, args: tuple[Any, ...]) -> bool:
    """Is an array that this operation returns always a new one?"""
    if op is operator.getitem:
        return is_surely_advanced(args[1])
    if is_of_a_solver(op, args):
        return True
    if op is builtins.sum and len(args) > 1:  # of no items it is the start
        return not is_array(type_of(args[1]))
    return isinstance(op, np.ufunc) or op in FRESH or registry.is_fresh(op)


def is_surely_advanced(index: object) -> bool:
    """Is one of an index' parts proven to be an array or a list?"""
    parts = index if isinstance(index, tuple) else (index,)
    return any(
        not isinstance(part, Slice | Cut)
        and isinstance(t := _part_type(part), ab.Array | ab.ListOf | ab.Seq)
        and t != ab.Array("int64", ())
        for part in parts
    )


def is_read_only(op: Any) -> bool:
    """May an array that this operation returns refuse to be written?"""
    return op in _READ_ONLY


def is_cheap(op: Any, args: tuple[Any, ...], out: ab.Type) -> bool:
    """May this operation be written again at every use: does it cost next to nothing and cannot fail?"""
    if op in _CHEAP:
        return op is not prims.item or isinstance(args[1], Lit)
    if op in _CHEAP_INTEGER and isinstance(out, ab.Scalar) and out.kind == "int" and out.dtype is None:
        return op is not operator.floordiv or isinstance(args[1], Lit) and args[1].value != 0
    return False


def is_plain_transpose(op: Any, args: tuple[Any, ...], kwargs: tuple[Any, ...]) -> bool:
    """Does this operation print as `x.T`?"""
    return op is np.transpose and len(args) == 1 and not kwargs and isinstance(type_of(args[0]), ab.Array)


# the operands that the result of a helper may be, or share memory with
HELPER_ALIASES: dict[Callable[..., Any], tuple[int, ...]] = {
    runtime.unbroadcast: (0,),
    runtime.add_trees: (0, 1),
    runtime.match_kinds: (0,),
    runtime.fitted: (0,),
    runtime.to_fill: (0,),
    runtime.pass_through: (1,),
    prims.copies: (0,),
    prims.add_at_key: (0, 2),
}
