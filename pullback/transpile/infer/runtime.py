"""Types of what the helpers of `pullback.runtime` give."""

from __future__ import annotations

import operator
from dataclasses import replace

from pullback import runtime
from pullback.transpile.abstract import (
    INT,
    NONE,
    UNKNOWN,
    Array,
    ListOf,
    Mapping,
    Scalar,
    Seq,
    Static,
    Type,
    Unknown,
    differentiable,
    shape_of,
)
from pullback.transpile.core import Lit
from pullback.transpile.infer.elementwise import elementwise, of_elements
from pullback.transpile.infer.joined import border_lengths
from pullback.transpile.infer.lengths import add, broadcast_shapes, product, subtract
from pullback.transpile.infer.sampling import scalar_of
from pullback.transpile.infer.table import Call, as_array, known_shape, shape_function, type_of


@shape_function(runtime.unbroadcast)
def unbroadcast(call: Call) -> Type:
    """A cotangent in the shape of the value that it belongs to."""
    g, want = call.type(0, "g"), broadcast_shapes(*(shape_of(type_of(x)) for x in call.args[1:]))
    if isinstance(g, Unknown):
        return Array(None, want) if want else UNKNOWN
    dtype, have = as_array(g).dtype, shape_of(g)
    if want != () or have is None:
        return Array(dtype, want)
    return g if have == () else scalar_of(dtype)


@shape_function(runtime.scatter_add, runtime.scatter_add_along, runtime.scatter_along, runtime.place_diagonal)
def zeros_with(call: Call) -> Type:
    """A new array of the shape of another one."""
    return Array(call.array(0, "g").dtype, call.array(1, "like").shape)


@shape_function(runtime.at_least_one, runtime.place_to_insert)
def at_least_one(call: Call) -> Type:
    """A count that is not 0, or an index that is not negative."""
    return INT


@shape_function(runtime.order)
def order(call: Call) -> Type:
    """A list of indices."""
    return ListOf(INT)


@shape_function(runtime.product_of_others, runtime.require_real)
def same_array(call: Call) -> Type:
    """An array of the same shape."""
    return call.array(0, "x" if call.op is runtime.require_real else "a")


@shape_function(runtime.places_in_order)
def places_in_order(call: Call) -> Type:
    """An index for each element."""
    a, axis = call.array(0, "a"), call.arg(2, "axis")
    return Array("int64", (product(known_shape(a)),) if axis == Lit(None) else a.shape)


@shape_function(runtime.through_cholesky)
def through_cholesky(call: Call) -> Type:
    """A matrix for each cotangent of a factor."""
    ct, factor = call.array(0, "ct"), call.array(1, "factor")
    t = of_elements(operator.mul, (ct, factor))
    return Array(t.dtype if isinstance(t, Array) else None, ct.shape)


@shape_function(runtime.carried_back, runtime.of_running_products)
def carried_back(call: Call) -> Type:
    """An array of the shape of a cotangent."""
    g, a = call.array(0, "g"), call.array(1, "a")
    t = of_elements(operator.mul, (g, a))
    return Array(t.dtype if isinstance(t, Array) else None, g.shape)


@shape_function(runtime.simpson_weights)
def simpson_weights(call: Call) -> Type:
    """What broadcasts against samples."""
    y, x = call.array(0, "y"), call.type(1, "x")
    shape = known_shape(y)
    axis = call.static(3, "axis", -1)
    line = isinstance(x, Static) or len(shape_of(x) or ()) == 1
    return Array(y.dtype, shape[axis : axis + 1] + (1,) * (len(shape) - 1 - axis) if line else shape)


@shape_function(runtime.fraction)
def fraction(call: Call) -> Type:
    """A number for each of some values."""
    value, low = call.array(0, "value"), call.array(1, "low")
    return of_elements(operator.truediv, (value, low))


shape_function(runtime.gammainc_in_a)(elementwise)


@shape_function(runtime.halved)
def halved(call: Call) -> Type:
    """As many numbers as there were."""
    return call.type(0, "d")


@shape_function(runtime.places_below)
def places_below(call: Call) -> Type:
    """An index for each element."""
    shape = shape_of(call.type(0, "x"))
    return INT if shape == () else Array("int64", shape)


@shape_function(runtime.unpadded)
def unpadded(call: Call) -> Type:
    """An array without its border."""
    g = call.array(0, "g")
    shape = known_shape(g)
    around = border_lengths(call.arg(1, "pad_width"), len(shape))
    return Array(g.dtype, tuple(subtract(n, add(*w)) for n, w in zip(shape, around, strict=True)))


@shape_function(runtime.add_trees)
def add_trees(call: Call) -> Type:
    """The sum of two cotangents of one structure."""
    return _sum(call.type(0, "a"), call.type(1, "b"))


def _sum(a: Type, b: Type) -> Type:
    match a, b:
        case Static(value=None), _:
            return b
        case _, Static(value=None):
            return a
        case Seq(), Seq() if (a.kind, len(a.items)) == (b.kind, len(b.items)):
            return Seq(a.kind, tuple(map(_sum, a.items, b.items)))
        case Mapping(), Mapping():
            other = dict(b.items)
            return replace(a, items=tuple((k, _sum(t, other.get(k, UNKNOWN))) for k, t in a.items))
        case ListOf(), ListOf():
            return ListOf(_sum(a.item, b.item))
        case ((Scalar() | Array()), (Scalar() | Array())):
            return of_elements(operator.add, (a, b))
    return UNKNOWN


@shape_function(runtime.pass_through)
def pass_through(call: Call) -> Type:
    """A cotangent in the place of another one."""
    return call.type(1, "d")


@shape_function(runtime.match_kinds, runtime.fitted)
def match_kinds(call: Call) -> Type:
    """A cotangent with the structure of a value."""
    return call.type(1, "like")


@shape_function(runtime.to_fill)
def to_fill(call: Call) -> Type:
    """A cotangent of what is known only when the program runs."""
    del call
    return UNKNOWN


@shape_function(runtime.zeros_of)
def zeros_of(call: Call) -> Type:
    """Zeros of the structure of a value, None for leaves that are no floats."""
    return _zeros(call.type(0, "x"))


@shape_function(runtime.zeros_to_fill)
def zeros_to_fill(call: Call) -> Type:
    """Zeros of what is known only when the program runs."""
    del call
    return UNKNOWN


def _zeros(t: Type) -> Type:
    match t:
        case Seq(kind=kind, items=items):
            return Seq(kind, tuple(map(_zeros, items)))
        case ListOf(item=item):
            return ListOf(_zeros(item))
        case Mapping(items=entries):
            return replace(t, items=tuple((k, _zeros(x)) for k, x in entries))
        case Array(dtype=None) | Unknown():
            return UNKNOWN
    return t if differentiable(t) else NONE
