"""Types of quantiles, and of what else puts elements into an order."""

from __future__ import annotations

import numpy as np

from pullback.transpile.abstract import Array, Scalar, Type
from pullback.transpile.core import Lit
from pullback.transpile.infer.lengths import Shape
from pullback.transpile.infer.reduce import reduced_shape
from pullback.transpile.infer.sampling import sample_of, sampled, scalar_of
from pullback.transpile.infer.table import Call, Undecided, as_array, known_shape, shape_function, type_of


@shape_function(np.quantile, np.percentile, np.nanquantile, np.nanpercentile)
def quantile(call: Call) -> Type:
    """Quantiles over axes: those at a line of places lie along a first axis."""
    a, q = call.array(0, "a"), call.array(1, "q")
    samples = sample_of(Array(a.dtype, (1,))), sample_of(call.type(1, "q"))
    method = call.static(5, "method", "linear")
    if None in samples or not isinstance(method, str):
        raise Undecided
    t = sampled(call.op, tuple(s for s in samples if s is not None), (("method", method),))
    dtype = t.dtype or "float64" if isinstance(t, Scalar | Array) else None
    shape: Shape = (*known_shape(q), *reduced_shape(call, a, call.static(2, "axis", None)))
    return Array(dtype, shape) if shape else scalar_of(dtype)


@shape_function(np.nanmedian)
def nanmedian(call: Call) -> Type:
    """A median, over all axes or some."""
    a = call.array(0, "a")
    sample = sample_of(Array(a.dtype, (1,)))
    t = None if sample is None else sampled(np.nanmedian, (sample,))
    shape = reduced_shape(call, a, call.static(1, "axis", None))
    dtype = t.dtype if isinstance(t, Scalar | Array) else None
    return Array(dtype, shape) if shape else scalar_of(dtype)


@shape_function(np.partition, np.argpartition)
def partition(call: Call) -> Type:
    """The same elements in an order, or their places."""
    a = as_array(type_of(call.args[0]))
    dtype = a.dtype if call.op is np.partition else "int64"
    return Array(dtype, a.shape if call.arg(2, "axis", Lit(-1)) != Lit(None) else None)


@shape_function(np.nanargmax, np.nanargmin)
def place(call: Call) -> Type:
    """The place of an element, in each line along an axis."""
    shape = reduced_shape(call, call.array(0, "a"), call.static(1, "axis", None))
    return Array("int64", shape) if shape else scalar_of("int64")
