"""Convolutions and pooling in JAX: calls of `lax` where one says it all, of helpers where not."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from pullback.stdlib.nn import checks, ctc, normalised
from pullback.stdlib.nn import convolution as conv
from pullback.stdlib.nn import pooling as pool
from pullback.transpile import abstract as ab
from pullback.transpile.core import Lit

from .expressions import Expressions
from .facts import type_of
from .forms import Form
from .script import Apply, Expr
from .syntax import call, constant, name


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
    around = _around(options.get("padding", Lit(0)), axes)
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
    y = call(function, *map(write, e.args[:2]), write(steps), _written(write, around), **more)
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


def _for_each(x: Expr, axes: int) -> tuple[Expr, ...] | None:
    """An option for each axis: of one integer that many; None for what is not known to be one or several."""
    if _is_integer(x):
        return (x,) * axes
    return x if isinstance(x, tuple) and all(map(_is_integer, x)) else None


def _around(x: Expr, axes: int) -> str | tuple[Expr, ...] | None:
    """Padding as `lax` takes it, a word or a pair for each axis; None where that is not known."""
    if isinstance(x, Lit) and (x.value in ("same", "valid") or x == Lit(0)):
        return "SAME" if x.value == "same" else "VALID"
    sides = (x,) * axes if _is_integer(x) else x
    if not isinstance(sides, tuple):
        return None
    pairs = tuple((k, k) if _is_integer(k) else k for k in sides)
    return pairs if all(isinstance(pair, tuple) and all(map(_is_integer, pair)) for pair in pairs) else None


def _written(write: Expressions, around: str | tuple[Expr, ...]) -> Any:
    return constant(around) if isinstance(around, str) else ast.List([write(pair) for pair in around], ast.Load())


def _pooled(write: Expressions, e: Apply) -> Any:
    """`lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")`; of means a sum, divided."""
    options, axes = dict(e.kwargs), 1 if e.op in (pool.max_pool1d, pool.average_pool1d) else 2
    is_mean = e.op in (pool.average_pool1d, pool.average_pool2d)
    size = _for_each(e.args[1] if len(e.args) > 1 else Lit(2), axes)
    steps = size if options.get("stride", Lit(None)) == Lit(None) else _for_each(options["stride"], axes)
    around, layout = _around(options.get("padding", Lit(0)), axes), options.get("layout", Lit("NC"))
    plain = options.get("cover_all", Lit(False)) == Lit(False) and ab.kind_of(type_of(e.args[0])) == "float"
    count = _product(size) if is_mean else 1
    if size is None or steps is None or around is None or not plain or not isinstance(layout, Lit):
        return _helper("average_pool" if is_mean else "max_pool")(write, e)
    if is_mean and (around != "VALID" or count is None):
        return _helper("average_pool")(write, e)

    def whole(each: Any, fill: Expr) -> Any:
        return (fill, fill, *each) if str(layout.value)[1] == "C" else (fill, *each, fill)

    lax = write.space.member("jax", "lax")
    start = constant(0.0) if is_mean else ast.UnaryOp(ast.USub(), name(f"{write.space.arrays()}.inf"))
    border = around if isinstance(around, str) else whole(around, (Lit(0), Lit(0)))
    windows = write(whole(size, Lit(1))), write(whole(steps, Lit(1))), _written(write, border)
    joined = name(f"{lax}.{'add' if is_mean else 'max'}")
    found = call(f"{lax}.reduce_window", write(e.args[0]), start, joined, *windows)
    return ast.BinOp(found, ast.Div(), constant(float(count))) if is_mean and count else found


def _product(size: tuple[Expr, ...] | None) -> int | None:
    """How many elements a window has, if that is known."""
    found = [k.value for k in size or () if isinstance(k, Lit) and isinstance(k.value, int)]
    return math.prod(found) if size is not None and len(found) == len(size) else None


def _of_jax(function: str) -> Form:
    """A call of the function of `jax.nn` of that name."""

    def form(write: Expressions, e: Apply) -> Any:
        path = f"{write.space.member('jax', 'nn')}.{function}"
        return call(path, *map(write, e.args), **{k: write(x) for k, x in e.kwargs})

    return form


FORMS: Mapping[Any, Form] = {
    **{f: _helper(f.__name__) for f in (ctc.ctc_loss, ctc.ctc_loss_grad, ctc.ctc_loss_hvp)},
    **dict.fromkeys((conv.conv1d, conv.conv2d), _convolved),
    **dict.fromkeys((conv.conv_transpose1d, conv.conv_transpose2d), _helper("conv_transpose")),
    **dict.fromkeys((conv.conv1d_weight_grad, conv.conv2d_weight_grad), _helper("conv_weight_grad")),
    **dict.fromkeys((pool.max_pool1d, pool.max_pool2d, pool.average_pool1d, pool.average_pool2d), _pooled),
    **dict.fromkeys((pool.max_pool1d_grad, pool.max_pool2d_grad), _helper("max_pool_grad")),
    **dict.fromkeys((pool.max_pool1d_at, pool.max_pool2d_at), _helper("max_pool_at")),
    **dict.fromkeys((pool.average_pool1d_grad, pool.average_pool2d_grad), _helper("average_pool_grad")),
    checks.known_labels: _helper("known_labels"),
    **{f: _of_jax(f.__name__) for f in (normalised.sigmoid, normalised.softmax, normalised.log_softmax)},
}
