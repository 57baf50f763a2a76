"""Types of interpolation, convolution, integrals, differences on grids, polynomials and other products."""

from __future__ import annotations

import numpy as np

from pullback.transpile.abstract import UNKNOWN, Array, Length, Scalar, Seq, Type, shape_of
from pullback.transpile.core import Lit, OpFunction
from pullback.transpile.infer import lengths
from pullback.transpile.infer.elementwise import of_elements
from pullback.transpile.infer.lengths import Shape, anonymous, broadcast_shapes
from pullback.transpile.infer.linear import product_dtype
from pullback.transpile.infer.sampling import sample_of, sampled, scalar_of
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    as_array,
    axes_of,
    axis_of,
    integer,
    known_shape,
    shape_function,
    type_of,
)


@shape_function(np.interp)
def interp(call: Call) -> Type:
    """A number for each place, in double precision."""
    shape = known_shape(call.array(0, "x"))
    return Array("float64", shape) if shape else scalar_of("float64")


@shape_function(np.convolve, np.correlate)
def convolve(call: Call) -> Type:
    """A convolution of two lines, or a part of it."""
    a, v = call.array(0, "a"), call.array(1, "v")
    (n,), (m,) = known_shape(a), known_shape(v)
    mode = call.static(2, "mode", "full" if call.op is np.convolve else "valid")
    full = lengths.shift(lengths.add(n, m), -1)
    length: Length = full if mode in ("full", "f") else anonymous()
    if mode not in ("full", "f") and isinstance(n, int) and isinstance(m, int):
        length = max(n, m) if mode[0] == "s" else max(n, m) - min(n, m) + 1
    return Array(product_dtype(a, v), (length,))


@shape_function(np.unwrap)
def unwrap(call: Call) -> Type:
    """Phases without jumps."""
    a = call.array(0, "p")
    sample = sample_of(Array(a.dtype, (1,)))
    t = None if sample is None else sampled(np.unwrap, (sample,))
    return Array(getattr(t, "dtype", None), a.shape)


@shape_function(np.trapezoid)
def trapezoid(call: Call) -> Type:
    """An integral along an axis."""
    y, given = call.array(0, "y"), call.arg(1, "x", Lit(None))
    i = axis_of(call.static(3, "axis", -1), len(known_shape(y)))
    rest = _without(known_shape(y), i)
    x = None if given == Lit(None) else as_array(type_of(given))
    step = call.type(2, "dx") if len(call.args) > 2 else Scalar("float")
    if x is not None:
        step = Array(x.dtype, (1,))
        rest = broadcast_shapes(rest, _without(known_shape(x), i)) or () if len(known_shape(x)) > 1 else rest
    product = of_elements(np.multiply, (Array(y.dtype, (1,)), step))
    t = of_elements(np.divide, (product, Scalar("float")))
    dtype = t.dtype if isinstance(t, Array) else None
    return Array(dtype, rest) if rest else scalar_of(dtype)


def _without(shape: Shape, i: int) -> Shape:
    return (*shape[:i], *shape[i + 1 :])


@shape_function(np.gradient)
def gradient(call: Call) -> Type:
    """Differences of neighbours along each axis, or along some: an array, or one for each axis."""
    f = call.array(0, "f")
    given = call.static(99, "axis", None)
    count = len(known_shape(f)) if given is None else len(axes_of(given, len(known_shape(f))))
    own = Array(_sampled_dtype(np.mean, f.dtype), f.shape)
    return own if count == 1 else Seq("tuple", (own,) * count)


def _sampled_dtype(op: OpFunction, *dtypes: str | None) -> str | None:
    t = sampled(op, tuple(("nd", d) for d in dtypes))
    return t.dtype if isinstance(t, Scalar | Array) else None


@shape_function(np.cross)
def cross(call: Call) -> Type:
    """Products of vectors of three elements."""
    a, b = call.array(0, "a"), call.array(1, "b")
    axis = call.static(5, "axis", None)
    places = [call.static(2 + k, f"axis{c}", -1) if axis is None else axis for k, c in enumerate("abc")]
    shapes = []
    for t, place in zip((a, b), places, strict=False):
        shape = known_shape(t)
        i = axis_of(place, len(shape))
        if shape[i] == 2:
            raise Undecided
        shapes.append((*shape[:i], *shape[i + 1 :]))
    rest = broadcast_shapes(*shapes) or ()
    i = axis_of(places[2], len(rest) + 1)
    return Array(product_dtype(a, b), (*rest[:i], 3, *rest[i:]))


@shape_function(np.cov, np.corrcoef)
def cov(call: Call) -> Type:
    """Covariances of variables, a number for each two of them."""
    m = call.array(0, "m" if call.op is np.cov else "x")
    given = call.arg(1, "y", Lit(None))
    rows = call.static(2, "rowvar", True)
    tables = [m] if given == Lit(None) else [m, as_array(type_of(given))]
    counts = [1 if len(s) == 1 else s[0 if rows else 1] for s in map(known_shape, tables)]
    n = counts[0] if len(counts) == 1 else lengths.add(*counts)
    dtype = _sampled_dtype(np.multiply, "float64", *(t.dtype for t in tables[:1]))
    if len(counts) == 1 and len(known_shape(m)) == 1:
        return scalar_of(dtype) if call.op is np.corrcoef else Array(dtype, ())
    if n == 1:
        raise Undecided
    return Array(dtype, (n, n))


@shape_function(np.vander)
def vander(call: Call) -> Type:
    """The powers of the elements of a line."""
    x = call.array(0, "x")
    (n,) = known_shape(x)
    columns = call.arg(1, "N", Lit(None))
    return Array(_sampled_dtype(np.vander, x.dtype), (n, n if columns == Lit(None) else integer(columns)))


@shape_function(np.polyval)
def polyval(call: Call) -> Type:
    """The values of a polynomial."""
    p, x = call.array(0, "p"), call.type(1, "x")
    sample = sample_of(x)
    t = None if sample is None else sampled(np.polyval, (("nd", p.dtype), sample))
    shape = shape_of(x)
    return Array(t.dtype, shape) if isinstance(t, Array) and shape else t or UNKNOWN


@shape_function(np.polyadd, np.polysub)
def polyadd(call: Call) -> Type:
    """The sum of two polynomials."""
    a, b = call.array(0, "a1"), call.array(1, "a2")
    n, m = (s[0] if s else 1 for s in map(known_shape, (a, b)))
    longer: Length = (
        max(n, m) if isinstance(n, int) and isinstance(m, int) else n if lengths.same(n, m) else anonymous()
    )
    return Array(_sampled_dtype(np.add, a.dtype, b.dtype), (longer,))


@shape_function(np.polyder, np.polyint)
def polyder(call: Call) -> Type:
    """The derivative or the integral of a polynomial."""
    p, m = call.array(0, "p"), call.static(1, "m", 1)
    (n,) = known_shape(p)
    if not isinstance(m, int):
        raise Undecided
    length: Length = lengths.shift(n, m if call.op is np.polyint else -m)
    known = call.op is np.polyint or isinstance(length, int)
    if isinstance(length, int):
        length = max(length, 0)
    return Array(_sampled_dtype(np.polyint, p.dtype), (length if known else anonymous(),))


@shape_function(np.geomspace, np.logspace)
def geomspace(call: Call) -> Type:
    """Numbers between two, evenly spaced by their logarithms."""
    start, stop = call.type(0, "start"), call.type(1, "stop")
    if not isinstance(start, Scalar) or not isinstance(stop, Scalar):
        raise Undecided
    samples = sample_of(start), sample_of(stop)
    t = sampled(call.op, tuple(s for s in samples if s is not None))
    return Array(t.dtype if isinstance(t, Array) else None, (integer(call.arg(2, "num", Lit(50))),))


@shape_function(np.bincount)
def bincount(call: Call) -> Type:
    """How often each number occurs, or the sums of their weights."""
    weighted = len(call.args) > 1 and call.args[1] != Lit(None)
    return Array("float64" if weighted else "int64", (anonymous(),))


@shape_function(np.bartlett, np.blackman, np.hamming, np.hanning)
def window(call: Call) -> Type:
    """A window of so many points."""
    return Array("float64", (integer(call.arg(0, "M")),))
