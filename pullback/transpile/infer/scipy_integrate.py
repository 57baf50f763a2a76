"""Types of what `scipy.integrate` gives for samples."""

from __future__ import annotations

from scipy import integrate

from pullback.transpile.abstract import Array, Type
from pullback.transpile.core import Lit
from pullback.transpile.infer.grids import trapezoid
from pullback.transpile.infer.lengths import shift
from pullback.transpile.infer.table import Call, axis_of, known_shape, shape_function

shape_function(integrate.trapezoid)(trapezoid)


@shape_function(integrate.simpson)
def simpson(call: Call) -> Type:
    """An integral along an axis."""
    return trapezoid(Call(call.op, call.args[:2], {k: x for k, x in call.kwargs.items() if k == "axis"}))


@shape_function(integrate.cumulative_trapezoid)
def cumulative_trapezoid(call: Call) -> Type:
    """Integrals from the first sample to each of the others, of none of them too where `initial` is given."""
    y = call.array(0, "y")
    shape = known_shape(y)
    k = axis_of(call.static(3, "axis", -1), len(shape))
    n = shape[k] if call.arg(4, "initial", Lit(None)) != Lit(None) else shift(shape[k], -1)
    whole = trapezoid(Call(call.op, call.args, {k: x for k, x in call.kwargs.items() if k != "initial"}))
    return Array(getattr(whole, "dtype", None), (*shape[:k], n, *shape[k + 1 :]))
