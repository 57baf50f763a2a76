"""Types of reductions and of operations along one axis."""

from __future__ import annotations

import builtins
import math
import operator

import numpy as np

from pullback.stdlib.operations import weighted_average
from pullback.stdlib.scipy_rules.operations import weighted_logsumexp
from pullback.transpile.abstract import FLOAT, UNKNOWN, Array, Length, ListOf, Scalar, Seq, Type
from pullback.transpile.core import Lit
from pullback.transpile.infer.elementwise import of_elements
from pullback.transpile.infer.join import join
from pullback.transpile.infer.lengths import Shape, anonymous, count_of, is_anonymous, product, shift
from pullback.transpile.infer.sampling import sample_of, sampled, scalar_of
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    as_array,
    axes_of,
    axis_of,
    known_shape,
    shape_function,
    static_value,
    type_of,
)

REDUCTIONS = (
    np.sum, np.prod, np.mean, np.std, np.var, np.max, np.min, np.amax, np.amin, np.any, np.all, np.argmax, np.argmin,
    np.nansum, np.nanprod, np.nanmean, np.nanstd, np.nanvar, np.nanmax, np.nanmin, np.ptp, np.median, np.average,
    np.count_nonzero,
)  # fmt: skip
ACCUMULATIONS = (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod)
LATER = tuple(getattr(np, f) for f in ("cumulative_sum", "cumulative_prod") if hasattr(np, f))  # NumPy 2.1
_STATIC = ("dtype", "ddof")


def reduced_dtype(call: Call, a: Array) -> str | None:
    """The dtype of a full reduction of an array."""
    sample = sample_of(Array(a.dtype, (1,)))
    static = {name: static_value(call.kwargs[name]) for name in _STATIC if name in call.kwargs}
    if sample is None:
        return None
    t = sampled(call.op, (sample,), tuple((k, v) for k, v in static.items() if v is not None and k != "ddof"))
    return t.dtype or _python_dtype(t) if isinstance(t, Scalar | Array) else None


def _python_dtype(t: Scalar | Array) -> str | None:
    return "int64" if isinstance(t, Scalar) and t.kind == "int" else None


def reduced_shape(call: Call, a: Array, axis: object) -> Shape:
    """The shape after a reduction over static axes (None: all)."""
    keepdims = call.flag(99, "keepdims")
    if axis is None and not keepdims:
        return ()
    shape = known_shape(a)
    gone = tuple(range(len(shape))) if axis is None else axes_of(axis, len(shape))
    if keepdims:
        return tuple(1 if i in gone else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in gone)


@shape_function(*REDUCTIONS)
def reduction(call: Call) -> Type:
    """A reduction over all axes, one axis, or several."""
    a = call.array(0, "a")
    try:
        dtype = reduced_dtype(call, a)
    except Undecided:
        dtype = None
    try:
        axis = call.static(1, "axis", None)
        shape = reduced_shape(call, a, axis)
    except Undecided:
        return Array(dtype)
    if shape != () or (call.op is np.average and dtype is None):
        return Array(dtype, shape)
    if (call.op is np.count_nonzero and axis is None) or (call.op is np.median and call.flag(99, "keepdims")):
        return _of_sample(call, a)
    return scalar_of(dtype)


@shape_function(weighted_average, weighted_logsumexp)
def average(call: Call) -> Type:
    """An average over axes, or another sum with weights."""
    a, weights = call.array(0, "a"), call.array(1, "weights")
    t = sampled(np.multiply, (("nd", a.dtype), ("nd", weights.dtype)))
    dtype = getattr(t, "dtype", None)
    shape = reduced_shape(call, a, call.static(2, "axis", None))
    return Array(dtype, shape) if shape else scalar_of(dtype)


def _of_sample(call: Call, a: Array) -> Type:
    """The result as NumPy gives it for this rank, where it is not a NumPy scalar for each."""
    sample = sample_of(a)
    static = (("keepdims", True),) if call.flag(99, "keepdims") else ()
    return (sampled(call.op, (sample,), static) if sample else None) or UNKNOWN


@shape_function(*ACCUMULATIONS)
def accumulation(call: Call) -> Type:
    """`cumsum` and its like, over the flat array where no axis is given."""
    a = call.array(0, "a")
    dtype = reduced_dtype(call, a)
    axis = call.static(1, "axis", None)
    if axis is None:
        return Array(dtype, None if a.shape is None else (product(a.shape),))
    return Array(dtype, a.shape)


@shape_function(*LATER)
def cumulative(call: Call) -> Type:
    """The same, after the sum or product of nothing where it is asked for."""
    a = call.array(0, "x")
    shape = known_shape(a)
    axis = call.static(99, "axis", None)
    i = axis_of(0 if axis is None else axis, len(shape))
    length = shift(shape[i], 1) if call.flag(99, "include_initial") else shape[i]
    return Array(reduced_dtype(call, a), (*shape[:i], length, *shape[i + 1 :]))


@shape_function(np.diff)
def diff(call: Call) -> Type:
    """Differences of neighbours along an axis."""
    a = call.array(0, "a")
    shape = known_shape(a)
    n = call.static(1, "n", 1)
    i = axis_of(call.static(2, "axis", -1), len(shape))
    if not isinstance(n, int) or {"prepend", "append"} & set(call.kwargs):
        raise Undecided
    length = shape[i]
    short: Length = shift(length, -n) if not isinstance(length, int) and length.not_one and n <= 2 else anonymous()
    new = max(length - n, 0) if isinstance(length, int) else short
    return Array("bool" if a.dtype == "bool" else a.dtype, (*shape[:i], new, *shape[i + 1 :]))


@shape_function(np.linalg.norm)
def norm(call: Call) -> Type:
    """A norm over all axes or some."""
    a = call.array(0, "x")
    sample = sample_of(Array(a.dtype, (1,)))
    t = None if sample is None else sampled(np.linalg.norm, (sample,))
    dtype = t.dtype if isinstance(t, Scalar | Array) else None
    shape = reduced_shape(call, a, call.static(2, "axis", None))
    return Array(dtype, shape) if shape else scalar_of(dtype)


@shape_function(builtins.max, builtins.min)
def largest(call: Call) -> Type:
    """The largest of several operands, which is one of them, or of a sequence."""
    if "key" in call.kwargs:
        return UNKNOWN
    types = _items(type_of(call.args[0])) if len(call.args) == 1 else tuple(map(type_of, call.args))
    if "default" in call.kwargs:
        types = (*types, type_of(call.kwargs["default"]))
    if not types:
        return UNKNOWN
    out = types[0]
    for t in types[1:]:
        out = join(out, t)
    return out


def _items(t: Type) -> tuple[Type, ...]:
    match t:
        case Seq(items=items):
            return items
        case ListOf(item=item):
            return (item,)
        case Array(shape=tuple() as shape) if shape:
            return (Array(t.dtype, shape[1:]) if len(shape) > 1 else scalar_of(t.dtype),)
    raise Undecided


@shape_function(builtins.sum)
def total(call: Call) -> Type:
    """A sum from 0 on, by Python's `+`; the start itself where there may be no item."""
    start = type_of(call.arg(1, "start", Lit(0)))
    of = type_of(call.args[0])
    out = start
    if isinstance(of, Seq):
        for t in of.items:
            out = of_elements(operator.add, (out, t))
        return _no_value(out)
    for item in _items(of):
        once = of_elements(operator.add, (start, item))
        out = join(once, of_elements(operator.add, (once, item)))
        may_be_empty = not (isinstance(of, Array) and isinstance(of.shape, tuple) and of.shape[0] != 0)
        out = join(start, out) if may_be_empty else out
    return _no_value(out)


def _no_value(t: Type) -> Type:
    return Scalar(t.kind, t.dtype) if isinstance(t, Scalar) else t


@shape_function(math.prod)
def whole_product(call: Call) -> Type:
    """A product from 1 on, by Python's `*`, of a tuple or list of known length."""
    of, out = type_of(call.args[0]), type_of(call.arg(1, "start", Lit(1)))
    if not isinstance(of, Seq):
        raise Undecided
    factors = [t.value for t in (out, *of.items) if isinstance(t, Scalar) and t.value is not None]
    for t in of.items:
        out = of_elements(operator.mul, (out, t))
    known = product(factors) if len(factors) > len(of.items) else anonymous()
    return _no_value(out) if is_anonymous(known) else Scalar("int", value=known)


@shape_function(math.fsum, math.dist)
def float_total(call: Call) -> Type:
    """A sum that is a Python float whatever it is the sum of."""
    return FLOAT


@shape_function(np.sort, np.flip, np.fliplr, np.flipud, np.roll, np.triu, np.tril, np.copy)
def rearranged(call: Call) -> Type:
    """The same elements, or some of them, in the same shape."""
    a = as_array(type_of(call.args[0]))
    if a.shape == () and call.op in (np.flip, np.roll):
        return scalar_of(a.dtype) if call.op is np.flip else a
    if call.op is np.sort and (len(call.args) > 1 or call.kwargs):
        return Array(a.dtype, a.shape if call.static(1, "axis", -1) is not None else None)
    return a


@shape_function(np.argsort)
def argsort(call: Call) -> Type:
    """The order of the elements along an axis."""
    a = call.array(0, "a")
    return Array("int64", a.shape if call.static(1, "axis", -1) is not None else None)


@shape_function(np.searchsorted, np.digitize)
def place_of(call: Call) -> Type:
    """For each element its place among sorted ones."""
    v = call.array(1, "v") if call.op is np.searchsorted else call.array(0, "x")
    return scalar_of("int64") if v.shape == () else Array("int64", v.shape)


@shape_function(np.flatnonzero)
def flatnonzero(call: Call) -> Type:
    """The places of what is not zero, as many as there are."""
    return Array("int64", (count_of(call.args[0]),))


@shape_function(np.nonzero)
def nonzero(call: Call) -> Type:
    """The places of what is not zero, an array for each axis."""
    return Seq("tuple", (Array("int64", (count_of(call.args[0]),)),) * len(known_shape(call.array(0, "a"))))


@shape_function(np.argwhere)
def argwhere(call: Call) -> Type:
    """The places of what is not zero, one in each row."""
    return Array("int64", (anonymous(), len(known_shape(call.array(0, "a")))))
