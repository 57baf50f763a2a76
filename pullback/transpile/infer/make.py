"""Types of new arrays and of conversions: `zeros`, `full_like`, `arange`, `asarray`, `astype`."""

from __future__ import annotations

import numpy as np

from pullback.transpile import prims
from pullback.transpile.abstract import Array, Length, Scalar, Seq, Type, Unknown, shape_of
from pullback.transpile.core import Arg, Lit
from pullback.transpile.infer import lengths
from pullback.transpile.infer.sampling import sample_of, sampled, scalar_of
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    as_array,
    integer,
    integers,
    length_value,
    same_shape_as,
    shape_function,
    static_value,
)

NOT_GIVEN = Lit(None)


def dtype_of(x: Arg, default: str | None) -> str | None:
    """The dtype that an argument names; the default where it is None, and None where it is not known."""
    try:
        value = static_value(x)
    except Undecided:
        return None
    if value is None:
        return default
    try:
        return np.dtype(value).name  # type: ignore[call-overload,no-any-return]
    except TypeError:
        return None


def _made(dtype: str | None, x: Arg) -> Type:
    try:
        return Array(dtype, integers(x))
    except Undecided:
        return Array(dtype)


@shape_function(np.zeros, np.ones, np.empty)
def filled(call: Call) -> Type:
    """A new array of a given shape."""
    return _made(dtype_of(call.arg(1, "dtype", NOT_GIVEN), "float64"), call.arg(0, "shape"))


@shape_function(np.full)
def full(call: Call) -> Type:
    """A new array of a given shape, with the dtype of what fills it."""
    value = as_array(call.type(1, "fill_value")).dtype
    return _made(dtype_of(call.arg(2, "dtype", NOT_GIVEN), value), call.arg(0, "shape"))


@shape_function(np.zeros_like, np.ones_like, np.empty_like, np.full_like)
def filled_like(call: Call) -> Type:
    """A new array of the shape and, unless another is given, the dtype of a value."""
    like = call.array(0, "a")
    dtype = dtype_of(call.arg(2 if call.op is np.full_like else 1, "dtype", NOT_GIVEN), like.dtype)
    if "shape" in call.kwargs:
        return _made(dtype, call.kwargs["shape"])
    return Array(dtype, like.shape)


@shape_function(np.eye, np.identity)
def eye(call: Call) -> Type:
    """A matrix with ones on a diagonal."""
    n = integer(call.arg(0, "n" if call.op is np.identity else "N"))
    if call.op is np.identity:
        return Array(dtype_of(call.arg(1, "dtype", NOT_GIVEN), "float64"), (n, n))
    columns = call.arg(1, "M", NOT_GIVEN)
    m = n if columns == NOT_GIVEN else integer(columns)
    return Array(dtype_of(call.arg(3, "dtype", NOT_GIVEN), "float64"), (n, m))


@shape_function(np.tri)
def tri(call: Call) -> Type:
    """A matrix with ones on and below a diagonal."""
    n = integer(call.arg(0, "N"))
    columns = call.arg(1, "M", NOT_GIVEN)
    m = n if columns == NOT_GIVEN else integer(columns)
    return Array(dtype_of(call.arg(3, "dtype", NOT_GIVEN), "float64"), (n, m))


@shape_function(np.linspace)
def linspace(call: Call) -> Type:
    """Evenly spaced numbers."""
    start, stop = call.type(0, "start"), call.type(1, "stop")
    if call.flag(4, "retstep") or not isinstance(start, Scalar) or not isinstance(stop, Scalar):
        raise Undecided
    samples = sample_of(start), sample_of(stop)
    t = sampled(np.linspace, tuple(s for s in samples if s is not None))
    dtype = dtype_of(call.arg(5, "dtype", NOT_GIVEN), t.dtype if isinstance(t, Array) else None)
    return Array(dtype, (integer(call.arg(2, "num", Lit(50))),))


@shape_function(np.arange)
def arange(call: Call) -> Type:
    """Numbers from a start up to a stop."""
    given = [*call.args[:3], *(call.kwargs[k] for k in ("start", "stop", "step") if k in call.kwargs)]
    arrays = [call.array(i) for i in range(min(len(call.args), 3))]
    numbers = [sample_of(Array(a.dtype, (1,))) for a in arrays]
    t = sampled(_common, tuple(s for s in numbers if s is not None))
    dtype = dtype_of(call.arg(3, "dtype", NOT_GIVEN), t.dtype if isinstance(t, Array) else None)
    if len(given) != len(call.args[:3]):
        return Array(dtype, (lengths.anonymous(),))
    try:
        return Array(dtype, (_count(*map(integer, given)),))
    except Undecided:
        return Array(dtype, (lengths.anonymous(),))


def _common(*operands: object) -> object:
    return np.zeros(1, np.result_type(*operands))  # type: ignore[arg-type]


def _count(start: Length, stop: Length | None = None, step: Length = 1) -> Length:
    """How many numbers `arange` gives."""
    if stop is None:
        start, stop = 0, start
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int) and step:
        return len(range(start, stop, step))
    n = lengths.subtract(stop, start)
    if step != 1:
        return lengths.derived("arange({},{},{})", start, stop, step)
    if isinstance(n, int):
        return max(n, 0)
    return n if n.not_one else lengths.derived("max({},0)", n)


@shape_function(np.array, np.asarray)
def asarray(call: Call) -> Type:
    """The array of a value, in its own dtype or a given one."""
    a = call.array(0, "object" if call.op is np.array else "a")
    given = call.arg(1, "dtype", NOT_GIVEN)
    return Array(dtype_of(given, a.dtype), a.shape)


@shape_function(prims.astype)
def astype(call: Call) -> Type:
    """A value in another dtype; a 0-d array comes back as a NumPy scalar."""
    t = call.type(0, "x")
    dtype = dtype_of(call.arg(1, "dtype"), "float64")
    if isinstance(t, Unknown):
        return Array(dtype)
    a = as_array(t)
    return scalar_of(dtype) if a.shape == () else Array(dtype, a.shape)


@shape_function(prims.spread)
def spread(call: Call) -> Type:
    """A new array of the shape of another one."""
    like = call.type(1, "like")
    dtype = call.array(0, "x").dtype
    return same_shape_as(like, dtype)


@shape_function(np.size)
def size(call: Call) -> Type:
    """The number of elements, a Python integer."""
    a = call.array(0, "a")
    if len(call.args) > 1 or call.kwargs or a.shape is None:
        return Scalar("int")
    return length_value(lengths.product(a.shape))


@shape_function(np.ndim)
def ndim(call: Call) -> Type:
    """The number of axes, a Python integer."""
    a = call.array(0, "a")
    return Scalar("int", value=None if a.shape is None else len(a.shape))


@shape_function(np.shape)
def shape(call: Call) -> Type:
    """The lengths of the axes, a tuple."""
    known = shape_of(call.array(0, "a"))
    if known is None:
        raise Undecided
    return Seq("tuple", tuple(length_value(n) for n in known))
