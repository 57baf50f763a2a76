"""Convolutions and pooling in JAX: calls of `lax` where one says it all, of helpers where not."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from pullback.stdlib.nn import convolution as conv
from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit

from .expressions import Expressions
from .facts import type_of
from .forms import Form
from .script import Apply, Expr
from .syntax import call, constant


def _helper(name: str) -> Form:
    """A call of a helper, with the same arguments."""

    def form(write: Expressions, e: Apply) -> Any:
        return call(write.space.helper(name), *map(write, e.args), **{k: write(x) for k, x in e.kwargs})

    return form


def _convolved(write: Expressions, e: Apply) -> Any:
    """`lax.conv_general_dilated(x, w, (1, 1), "VALID") + b[:, None, None]`."""
    options = dict(e.kwargs)
    axes = 1 if e.op is conv.conv1d else 2
    layout = options.get("layout", Lit("NCW" if axes == 1 else "NCHW"))
    steps, gaps = (_for_each(options.get(name, Lit(1)), axes) for name in ("stride", "dilation"))
    around = _border(write, options.get("padding", Lit(0)), axes)
    if steps is None or gaps is None or around is None or not isinstance(layout, Lit) or not _is_of_one_dtype(e):
        return _helper("convolved")(write, e)
    more = {} if gaps == (Lit(1),) * axes else {"rhs_dilation": write(gaps)}
    first, places = str(layout.value)[1] == "C", str(layout.value).replace("N", "").replace("C", "")
    if not first:
        image = constant(layout.value)
        more["dimension_numbers"] = ast.Tuple([image, constant(f"{places}IO"), image], ast.Load())
    if "groups" in options and options["groups"] != Lit(1):
        more["feature_group_count"] = write(options["groups"])
    function = f"{write.space.member('jax', 'lax')}.conv_general_dilated"
    y = call(function, *map(write, e.args[:2]), write(steps), around, **more)
    if len(e.args) < 3:
        return y
    b = write(e.args[2])
    if first:
        b = ast.Subscript(b, ast.Tuple([ast.Slice(), *[constant(None)] * axes], ast.Load()), ast.Load())
    return ast.BinOp(y, ast.Add(), b)


def _is_of_one_dtype(e: Apply) -> bool:
    """Are image and kernel proven to have one dtype, as `lax` wants it?"""
    found = {getattr(type_of(x), "dtype", None) for x in e.args[:2]}
    return len(found) == 1 and None not in found


def _is_integer(x: Expr) -> bool:
    t = type_of(x)
    return isinstance(t, ab.Scalar) and t.kind == "int"


def _for_each(x: Expr, axes: int) -> Expr | None:
    """An option for each axis: of one integer that many; None for what is not known to be one or several."""
    if _is_integer(x):
        return (x,) * axes
    return x if isinstance(x, tuple) and all(map(_is_integer, x)) else None


def _border(write: Expressions, x: Expr, axes: int) -> Any:
    """Padding as `lax` takes it; None where that is not known."""
    if isinstance(x, Lit) and (x.value in ("same", "valid") or x == Lit(0)):
        return constant("SAME" if x.value == "same" else "VALID")
    sides = (x,) * axes if _is_integer(x) else x
    if not isinstance(sides, tuple):
        return None
    pairs = [(k, k) if _is_integer(k) else k for k in sides]
    if not all(isinstance(pair, tuple) and all(map(_is_integer, pair)) for pair in pairs):
        return None
    return ast.List([write(pair) for pair in pairs], ast.Load())


FORMS: Mapping[Any, Form] = {
    **dict.fromkeys((conv.conv1d, conv.conv2d), _convolved),
    **dict.fromkeys((conv.conv_transpose1d, conv.conv_transpose2d), _helper("conv_transpose")),
    **dict.fromkeys((conv.conv1d_weight_grad, conv.conv2d_weight_grad), _helper("conv_weight_grad")),
}
