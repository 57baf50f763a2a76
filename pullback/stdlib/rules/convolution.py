"""Convolutions: each of the three products that a kernel, an image and a result make gives the cotangents of another.

With `y = conv(x, w)`, the cotangent of `x` is `conv_transpose(ct, w)` and that of `w` is `conv_weight_grad(x, ct)`; the
cotangents of these are of the same three.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.nn.convolution import (
    conv1d,
    conv1d_weight_grad,
    conv2d,
    conv2d_weight_grad,
    conv_transpose1d,
    conv_transpose2d,
)
from pullback.stdlib.registry import Op, fresh, known, multilinear, rule

multilinear(conv1d_weight_grad, conv2d_weight_grad)
fresh(conv1d, conv2d, conv_transpose1d, conv_transpose2d, conv1d_weight_grad, conv2d_weight_grad)


def size_of(x: Any, layout: str) -> Any:
    """The lengths of the axes of an image that are no batch and no channels."""
    if layout[1] == "C":
        return tuple([x.shape[k] for k in range(2, x.ndim)])
    return tuple([x.shape[k] for k in range(1, x.ndim - 1)])


def size_if_open(x: Any, stride: Any, layout: str) -> Any:
    """The size of an image, if the result of its convolution does not tell; else None."""
    return None if known(stride) and stride == 1 else size_of(x, layout)


def kernel_size_of(w: Any, layout: str) -> Any:
    """The lengths of the axes of a kernel that are no outputs and no inputs."""
    if layout[1] == "C":
        return tuple([w.shape[k] for k in range(2, w.ndim)])
    return tuple([w.shape[k] for k in range(w.ndim - 2)])


def over_channels(ct: Any, layout: str) -> Any:
    """The cotangent of a bias."""
    if layout[1] == "C":
        return np.sum(ct, axis=(0, *range(2, ct.ndim)))
    return np.sum(ct, axis=tuple(range(ct.ndim - 1)))


def bias(d_b: Any, out: Any, layout: str) -> Any:
    """The tangent of a result of which only the bias moves."""
    return np.broadcast_to(np.reshape(d_b, (-1, *[1] * (out.ndim - 2))) if layout[1] == "C" else d_b, out.shape)


def shared(stride: Any, padding: Any, dilation: Any, groups: Any, layout: Any) -> Any:
    """The options that the three products share."""
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "layout": layout}


def of_convolution(conv: Op, transposed: Op, weight_grad: Op, usual: str) -> None:
    """The rules of a convolution; `usual` is the layout of images where none is given."""

    @rule(conv, whole=True)
    def cotangents(
        ct: Any,
        out: Any,
        x: Any,
        w: Any,
        b: Any = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        layout: Any = usual,
    ) -> Any:
        how = shared(stride, padding, dilation, groups, layout)
        d_x = transposed(ct, w, output_size=size_if_open(x, stride, layout), **how)
        d_w = weight_grad(x, ct, kernel_size=kernel_size_of(w, layout), **how)
        return (d_x, d_w) if b is None else (d_x, d_w, over_channels(ct, layout))

    @rule.forward(conv)
    def tangent(
        tangents: Any,
        out: Any,
        x: Any,
        w: Any,
        b: Any = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        layout: Any = usual,
    ) -> Any:
        how = shared(stride, padding, dilation, groups, layout)
        d_x, d_w, d_b = tangents[0], tangents[1], tangents[2] if len(tangents) > 2 else None
        if d_w is None:
            return bias(d_b, out, layout) if d_x is None else conv(d_x, w, d_b, **how)
        return conv(x, d_w, d_b, **how) if d_x is None else conv(d_x, w, **how) + conv(x, d_w, d_b, **how)


def of_transpose(conv: Op, transposed: Op, weight_grad: Op, usual: str) -> None:
    """The rules of the transpose of a convolution."""

    @rule(transposed, whole=True)
    def cotangents(
        ct: Any,
        out: Any,
        x: Any,
        w: Any,
        b: Any = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        output_size: Any = None,
        dilation: Any = 1,
        groups: Any = 1,
        layout: Any = usual,
    ) -> Any:
        how = shared(stride, padding, dilation, groups, layout)
        d_w = weight_grad(ct, x, kernel_size=kernel_size_of(w, layout), **how)
        d_x = conv(ct, w, **how)
        return (d_x, d_w) if b is None else (d_x, d_w, over_channels(ct, layout))

    @rule.forward(transposed)
    def tangent(
        tangents: Any,
        out: Any,
        x: Any,
        w: Any,
        b: Any = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        output_size: Any = None,
        dilation: Any = 1,
        groups: Any = 1,
        layout: Any = usual,
    ) -> Any:
        size = {"output_padding": output_padding, "output_size": output_size}
        how = {**size, **shared(stride, padding, dilation, groups, layout)}
        d_x, d_w, d_b = tangents[0], tangents[1], tangents[2] if len(tangents) > 2 else None
        if d_w is None:
            return bias(d_b, out, layout) if d_x is None else transposed(d_x, w, d_b, **how)
        rest = transposed(x, d_w, d_b, **how)
        return rest if d_x is None else transposed(d_x, w, **how) + rest


def of_weight_grad(conv: Op, transposed: Op, weight_grad: Op, usual: str) -> None:
    """The rule of the gradient of a convolution in its kernel."""

    @rule(weight_grad, whole=True)
    def cotangents(
        ct: Any,
        out: Any,
        x: Any,
        ct_of_result: Any,
        *,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        layout: Any = usual,
    ) -> Any:
        how = shared(stride, padding, dilation, groups, layout)
        d_x = transposed(ct_of_result, ct, output_size=size_if_open(x, stride, layout), **how)
        return d_x, conv(x, ct, **how)


for rules in (of_convolution, of_transpose, of_weight_grad):
    rules(conv1d, conv_transpose1d, conv1d_weight_grad, "NCW")
    rules(conv2d, conv_transpose2d, conv2d_weight_grad, "NCHW")
