"""Types of random numbers and of keys."""

from __future__ import annotations

import numpy as np

from pullback.stdlib import random
from pullback.transpile.abstract import Array, Scalar, Type, shape_of
from pullback.transpile.core import Lit
from pullback.transpile.infer.lengths import Shape, broadcast_shapes
from pullback.transpile.infer.make import NOT_GIVEN, dtype_of
from pullback.transpile.infer.sampling import scalar_of
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    axis_of,
    integer,
    integers,
    known_shape,
    shape_function,
)

_NO_AXES = Lit(())
_INT = np.dtype(int).name


def _drawn(dtype: str | None, shape: Shape | None) -> Type:
    """An array, or a number where there are no axes."""
    return scalar_of(dtype) if shape == () else Array(dtype, shape)


@shape_function(random.key, random.fold_in)
def key(call: Call) -> Type:
    """One key."""
    del call
    return Array("uint32", (2,))


@shape_function(random.split)
def split(call: Call) -> Type:
    """Keys, one a row."""
    return Array("uint32", (*integers(call.arg(1, "num", Lit(2))), 2))


@shape_function(random.uniform, random.normal, random.exponential, random.gumbel)
def floats(call: Call) -> Type:
    """Floats of a shape."""
    dtype = dtype_of(call.arg(2, "dtype", NOT_GIVEN), "float64")
    return _drawn(dtype, integers(call.arg(1, "shape", _NO_AXES)))


@shape_function(random.truncated_normal)
def truncated_normal(call: Call) -> Type:
    """Floats of a shape, that of the bounds if none is given."""
    dtype, shape = dtype_of(call.arg(4, "dtype", NOT_GIVEN), "float64"), call.arg(3, "shape", NOT_GIVEN)
    bounds = shape_of(call.array(1, "lower")), shape_of(call.array(2, "upper"))
    return _drawn(dtype, broadcast_shapes(*bounds) if shape == NOT_GIVEN else integers(shape))


@shape_function(random.bits)
def bits(call: Call) -> Type:
    """Unsigned integers of a shape."""
    return _drawn(dtype_of(call.arg(2, "dtype", NOT_GIVEN), "uint32"), integers(call.arg(1, "shape", _NO_AXES)))


@shape_function(random.randint)
def randint(call: Call) -> Type:
    """Integers of a shape."""
    return _drawn(dtype_of(call.arg(4, "dtype", NOT_GIVEN), _INT), integers(call.arg(1, "shape")))


@shape_function(random.bernoulli)
def bernoulli(call: Call) -> Type:
    """Booleans of a shape, that of the probabilities if none is given."""
    shape = call.arg(2, "shape", NOT_GIVEN)
    if shape != NOT_GIVEN:
        return _drawn("bool", integers(shape))
    return _drawn("bool", () if len(call.args) < 2 and "p" not in call.kwargs else call.array(1, "p").shape)


@shape_function(random.permutation)
def permutation(call: Call) -> Type:
    """The numbers below an integer, or an array of the same shape."""
    x = call.type(1, "x")
    return Array(_INT, (integer(call.arg(1, "x")),)) if isinstance(x, Scalar) else call.array(1, "x")


@shape_function(random.choice)
def choice(call: Call) -> Type:
    """Numbers below an integer, or parts of an array in the place of an axis."""
    shape = integers(call.arg(2, "shape", _NO_AXES))
    if isinstance(call.type(1, "a"), Scalar):
        return _drawn(_INT, shape)
    a = call.array(1, "a")
    axis = axis_of(call.static(5, "axis", 0), len(known_shape(a)))
    return _drawn(a.dtype, (*known_shape(a)[:axis], *shape, *known_shape(a)[axis + 1 :]))


@shape_function(random.categorical)
def categorical(call: Call) -> Type:
    """Integers, one for each distribution."""
    shape = call.arg(3, "shape", NOT_GIVEN)
    if shape != NOT_GIVEN:
        return _drawn(_INT, integers(shape))
    lengths = known_shape(call.array(1, "logits"))
    if not lengths:
        raise Undecided
    axis = axis_of(call.static(2, "axis", -1), len(lengths))
    return _drawn(_INT, (*lengths[:axis], *lengths[axis + 1 :]))
