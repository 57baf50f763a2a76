"""Pooling. What depends on where the largest elements are is linear in the rest, and does not change with these."""

from __future__ import annotations

from typing import Any

from pullback.stdlib.nn.pooling import (
    average_pool1d,
    average_pool1d_grad,
    average_pool2d,
    average_pool2d_grad,
    max_pool1d,
    max_pool1d_at,
    max_pool1d_grad,
    max_pool2d,
    max_pool2d_at,
    max_pool2d_grad,
)
from pullback.stdlib.registry import fresh, linear, rule
from pullback.stdlib.rules.convolution import size_of

linear(max_pool1d_grad, max_pool1d_at, max_pool2d_grad, max_pool2d_at)
linear(average_pool1d, average_pool1d_grad, average_pool2d, average_pool2d_grad)
fresh(max_pool1d, max_pool1d_grad, max_pool1d_at, max_pool2d, max_pool2d_grad, max_pool2d_at)
fresh(average_pool1d, average_pool1d_grad, average_pool2d, average_pool2d_grad)


def of_windows(window: Any, stride: Any, padding: Any, cover_all: Any, layout: Any) -> Any:
    """The options of pooling."""
    return {"window": window, "stride": stride, "padding": padding, "cover_all": cover_all, "layout": layout}


@rule(max_pool1d, whole=True)
def cotangent_of_max_pool1d(
    ct: Any,
    out: Any,
    x: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCW",
) -> Any:
    return max_pool1d_grad(ct, x, out, **of_windows(window, stride, padding, cover_all, layout))


@rule.forward(max_pool1d)
def tangent_of_max_pool1d(
    tangents: Any,
    out: Any,
    x: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCW",
) -> Any:
    return max_pool1d_at(tangents[0], x, out, **of_windows(window, stride, padding, cover_all, layout))


@rule(max_pool1d_grad, whole=True)
def cotangents_of_max_pool1d_grad(
    ct: Any,
    out: Any,
    ct_of_result: Any,
    x: Any,
    result: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCW",
) -> Any:
    return max_pool1d_at(ct, x, result, **of_windows(window, stride, padding, cover_all, layout)), None, None


@rule(max_pool1d_at, whole=True)
def cotangents_of_max_pool1d_at(
    ct: Any,
    out: Any,
    v: Any,
    x: Any,
    result: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCW",
) -> Any:
    return max_pool1d_grad(ct, x, result, **of_windows(window, stride, padding, cover_all, layout)), None, None


@rule(average_pool1d, whole=True)
def cotangent_of_average_pool1d(
    ct: Any,
    out: Any,
    x: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    count_include_pad: Any = True,
    layout: Any = "NCW",
) -> Any:
    how = of_windows(window, stride, padding, cover_all, layout)
    return average_pool1d_grad(ct, size=size_of(x, layout), count_include_pad=count_include_pad, **how)


@rule(average_pool1d_grad, whole=True)
def cotangent_of_average_pool1d_grad(
    ct: Any,
    out: Any,
    ct_of_result: Any,
    *,
    size: Any,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    count_include_pad: Any = True,
    layout: Any = "NCW",
) -> Any:
    how = of_windows(window, stride, padding, cover_all, layout)
    return average_pool1d(ct, count_include_pad=count_include_pad, **how)


@rule(max_pool2d, whole=True)
def cotangent_of_max_pool2d(
    ct: Any,
    out: Any,
    x: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCHW",
) -> Any:
    return max_pool2d_grad(ct, x, out, **of_windows(window, stride, padding, cover_all, layout))


@rule.forward(max_pool2d)
def tangent_of_max_pool2d(
    tangents: Any,
    out: Any,
    x: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCHW",
) -> Any:
    return max_pool2d_at(tangents[0], x, out, **of_windows(window, stride, padding, cover_all, layout))


@rule(max_pool2d_grad, whole=True)
def cotangents_of_max_pool2d_grad(
    ct: Any,
    out: Any,
    ct_of_result: Any,
    x: Any,
    result: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCHW",
) -> Any:
    return max_pool2d_at(ct, x, result, **of_windows(window, stride, padding, cover_all, layout)), None, None


@rule(max_pool2d_at, whole=True)
def cotangents_of_max_pool2d_at(
    ct: Any,
    out: Any,
    v: Any,
    x: Any,
    result: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    layout: Any = "NCHW",
) -> Any:
    return max_pool2d_grad(ct, x, result, **of_windows(window, stride, padding, cover_all, layout)), None, None


@rule(average_pool2d, whole=True)
def cotangent_of_average_pool2d(
    ct: Any,
    out: Any,
    x: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    count_include_pad: Any = True,
    layout: Any = "NCHW",
) -> Any:
    how = of_windows(window, stride, padding, cover_all, layout)
    return average_pool2d_grad(ct, size=size_of(x, layout), count_include_pad=count_include_pad, **how)


@rule(average_pool2d_grad, whole=True)
def cotangent_of_average_pool2d_grad(
    ct: Any,
    out: Any,
    ct_of_result: Any,
    *,
    size: Any,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: Any = False,
    count_include_pad: Any = True,
    layout: Any = "NCHW",
) -> Any:
    how = of_windows(window, stride, padding, cover_all, layout)
    return average_pool2d(ct, count_include_pad=count_include_pad, **how)
