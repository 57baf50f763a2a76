"""Types of convolutions, of pooling, of losses, and of their gradients."""

from __future__ import annotations

import operator
from typing import Any

from pullback.stdlib.nn import checks, ctc, normalised
from pullback.stdlib.nn import convolution as conv
from pullback.stdlib.nn import pooling as pool
from pullback.transpile.abstract import INT, Array, Length, Type
from pullback.transpile.core import Arg, Lit
from pullback.transpile.infer import lengths
from pullback.transpile.infer.elementwise import elementwise, of_elements
from pullback.transpile.infer.lengths import Shape
from pullback.transpile.infer.linear import product_dtype
from pullback.transpile.infer.reduce import reduced_dtype
from pullback.transpile.infer.table import (
    Call,
    Undecided,
    integer,
    integers,
    known_shape,
    shape_function,
    type_of,
)

BY_NAME = 9
"""A position that no argument has: options are given by their names."""


def axes_of(call: Call) -> int:
    """How many axes windows slide over."""
    return 1 if "1d" in call.op.__name__ else 2


def layout_of(call: Call) -> str:
    """The layout of images."""
    return str(call.static(BY_NAME, "layout", "NCW" if axes_of(call) == 1 else "NCHW"))


def parts(call: Call, shape: Shape) -> tuple[Length, Length, Shape]:
    """The lengths of the batch and of the channels, and the others."""
    layout = layout_of(call)
    if len(shape) != axes_of(call) + 2:
        raise Undecided
    batch, *rest = shape
    return (batch, rest[0], tuple(rest[1:])) if layout[1] == "C" else (batch, rest[-1], tuple(rest[:-1]))


def image(call: Call, batch: Length, channels: Length, places: Shape) -> Shape:
    """The shape of an image in the layout of a call."""
    layout = layout_of(call)
    return (batch, channels, *places) if layout[1] == "C" else (batch, *places, channels)


def kernel(call: Call, shape: Shape) -> tuple[Length, Length, Shape]:
    """The numbers of outputs and of inputs of a kernel, and the lengths of its other axes."""
    if len(shape) != axes_of(call) + 2:
        raise Undecided
    layout = layout_of(call)
    return (shape[0], shape[1], shape[2:]) if layout[1] == "C" else (shape[-1], shape[-2], shape[:-2])


Option = Length | str | None | Shape
"""An option for one axis: a number, a word, nothing, or a pair of numbers."""


def each(call: Call, name: str, default: object) -> tuple[Any, ...]:
    """An option for each axis."""
    given = call.arg(BY_NAME, name, Lit(default))
    if isinstance(given, Lit) and isinstance(given.value, tuple | list):
        given = tuple(map(Lit, given.value))
    if isinstance(given, tuple):
        return tuple(map(_option, given))
    return (_option(given),) * axes_of(call)


def _option(x: Arg) -> Option:
    if isinstance(x, Lit) and (x.value is None or isinstance(x.value, str)):
        return x.value
    if isinstance(x, tuple) or isinstance(x, Lit) and isinstance(x.value, tuple | list):
        return integers(x)
    return integer(x)


def _dtype(call: Call, *operands: Array) -> str | None:
    bias = call.args[2] if len(call.args) > 2 else Lit(None)
    dtype = product_dtype(*operands)
    return dtype if bias == Lit(None) else product_dtype(Array(dtype, (1,)), call.array(2))


@shape_function(conv.conv1d, conv.conv2d)
def convolved(call: Call) -> Type:
    """An image with a channel for each output."""
    x, w = call.array(0, "x"), call.array(1, "w")
    batch, _, places = parts(call, known_shape(x))
    outputs, _, size = kernel(call, known_shape(w))
    options = (each(call, *given) for given in (("stride", 1), ("padding", 0), ("dilation", 1)))
    found = tuple(_count(*given) for given in zip(places, size, *options, strict=True))
    return Array(_dtype(call, x, w), image(call, batch, outputs, found))


def _count(n: Length, k: Length, stride: Length, padding: Option, dilation: Length) -> Length:
    """How many windows there are along an axis."""
    if padding == "same":
        return lengths.floor_divide(lengths.add(n, lengths.shift(stride, -1)), stride)
    extent = lengths.shift(lengths.multiply(lengths.shift(k, -1), dilation), 1)
    room = lengths.add(lengths.subtract(n, extent), lengths.add(*_around(padding)))
    return lengths.shift(lengths.floor_divide(room, stride), 1)


def _around(padding: Option) -> Shape:
    """How much longer an axis is with its border, before and after."""
    if padding == "valid":
        return 0, 0
    if padding is None or isinstance(padding, str):
        raise Undecided
    return padding if isinstance(padding, tuple) else (padding, padding)


@shape_function(conv.conv_transpose1d, conv.conv_transpose2d)
def transposed(call: Call) -> Type:
    """An image with a channel for each input of the kernel."""
    x, w = call.array(0, "x"), call.array(1, "w")
    batch, _, places = parts(call, known_shape(x))
    _, inputs, size = kernel(call, known_shape(w))
    groups = call.static(BY_NAME, "groups", 1)
    wanted = call.arg(BY_NAME, "output_size", Lit(None))
    options = (each(call, *given) for given in (("stride", 1), ("padding", 0), ("dilation", 1), ("output_padding", 0)))
    if wanted != Lit(None):
        found = integers(wanted)
    else:
        found = tuple(_smallest(*given) for given in zip(places, size, *options, strict=True))
    return Array(_dtype(call, x, w), image(call, batch, lengths.multiply(inputs, groups), found))


def _smallest(n: Length, k: Length, stride: Length, padding: Option, dilation: Length, more: Length) -> Length:
    """The length of the smallest axis of which there are so many windows."""
    if padding == "same":
        return lengths.add(lengths.multiply(n, stride), more)
    inside = lengths.multiply(lengths.shift(k, -1), dilation)
    between = lengths.multiply(lengths.shift(n, -1), stride)
    whole = lengths.subtract(lengths.add(between, inside), lengths.add(*_around(padding)))
    return lengths.shift(lengths.add(whole, more), 1)


@shape_function(conv.conv1d_weight_grad, conv.conv2d_weight_grad)
def weight_grad(call: Call) -> Type:
    """A kernel."""
    x, ct = call.array(0, "x"), call.array(1, "ct")
    (_, channels, _), (_, outputs, _) = parts(call, known_shape(x)), parts(call, known_shape(ct))
    groups = call.static(BY_NAME, "groups", 1)
    inputs = lengths.floor_divide(channels, groups)
    size = integers(call.arg(BY_NAME, "kernel_size"))
    first = layout_of(call)[1] == "C"
    return Array(product_dtype(x, ct), (outputs, inputs, *size) if first else (*size, inputs, outputs))


@shape_function(pool.max_pool1d, pool.max_pool2d, pool.average_pool1d, pool.average_pool2d)
def pooled(call: Call) -> Type:
    """An image with an element for each window."""
    x = call.array(0, "x")
    batch, channels, places = parts(call, known_shape(x))
    size = each(call, "window", 2)
    steps = size if call.arg(BY_NAME, "stride", Lit(None)) == Lit(None) else each(call, "stride", None)
    around, whole = each(call, "padding", 0), call.static(BY_NAME, "cover_all", False)
    found = tuple(_windows(*given, whole) for given in zip(places, size, steps, around, strict=True))
    dtype = x.dtype if call.op in (pool.max_pool1d, pool.max_pool2d) else quotient_dtype(x)
    return Array(dtype, image(call, batch, channels, found))


def quotient_dtype(x: Array) -> str | None:
    """The dtype of means of elements."""
    t = of_elements(operator.truediv, (Array(x.dtype, (1,)), INT))
    return t.dtype if isinstance(t, Array) else None


def _windows(n: Length, k: Length, stride: Length, padding: Option, cover_all: bool) -> Length:
    """How many windows there are along an axis. Those that cover it depend on where the last begins."""
    if not cover_all or padding == "same":
        return _count(n, k, stride, padding, 1)
    before, after = _around(padding)
    if not isinstance(n, int) or not isinstance(k, int) or not isinstance(stride, int):
        return lengths.derived("covered({},{},{},{},{})", n, k, stride, before, after)
    if not isinstance(before, int) or not isinstance(after, int):
        raise Undecided
    m = (n + before + after - k) // stride + 1
    left = m * stride < n + before and (m - 1) * stride + k < n + before + after
    return int(m + left)


@shape_function(pool.max_pool1d_grad, pool.max_pool2d_grad)
def largest_grad(call: Call) -> Type:
    """An image of the size of the one that was pooled."""
    return Array(call.array(0, "ct").dtype, call.array(1, "x").shape)


@shape_function(pool.max_pool1d_at, pool.max_pool2d_at)
def at_largest(call: Call) -> Type:
    """An image with an element for each window."""
    return Array(call.array(0, "v").dtype, call.array(2, "out").shape)


@shape_function(pool.average_pool1d_grad, pool.average_pool2d_grad)
def averaged_grad(call: Call) -> Type:
    """An image of the size of the one that was pooled."""
    ct = call.array(0, "ct")
    batch, channels, _ = parts(call, known_shape(ct))
    return Array(quotient_dtype(ct), image(call, batch, channels, integers(call.arg(BY_NAME, "size"))))


@shape_function(ctc.ctc_loss)
def ctc_loss(call: Call) -> Type:
    """A number for each sequence."""
    log_probs = call.array(0, "log_probs")
    return Array(log_probs.dtype, known_shape(log_probs)[:1])


@shape_function(ctc.ctc_loss_grad, ctc.ctc_loss_hvp)
def ctc_loss_grad(call: Call) -> Type:
    """An array of the shape of the logarithms of probabilities."""
    return call.array(1 if call.op is ctc.ctc_loss_hvp else 0, "log_probs")


shape_function(normalised.sigmoid)(elementwise)


@shape_function(normalised.softmax, normalised.log_softmax)
def of_exponentials(call: Call) -> Type:
    """An array of the same shape."""
    x = call.array(0, "x")
    return Array(reduced_dtype(call, x), x.shape)


@shape_function(checks.known_labels)
def labels(call: Call) -> Type:
    """The labels themselves."""
    return type_of(call.args[0])
