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
from pullback.stdlib.registry import Op, fresh, linear, rule
from pullback.stdlib.rules.convolution import size_of

linear(max_pool1d_grad, max_pool1d_at, max_pool2d_grad, max_pool2d_at)
linear(average_pool1d, average_pool1d_grad, average_pool2d, average_pool2d_grad)
fresh(max_pool1d, max_pool1d_grad, max_pool1d_at, max_pool2d, max_pool2d_grad, max_pool2d_at)
fresh(average_pool1d, average_pool1d_grad, average_pool2d, average_pool2d_grad)


def of_windows(window: Any, stride: Any, padding: Any, cover_all: Any, layout: Any) -> Any:
    """The options of pooling."""
    return {"window": window, "stride": stride, "padding": padding, "cover_all": cover_all, "layout": layout}


def of_largest(pool: Op, pool_grad: Op, at: Op, usual: str) -> None:
    """The rules of pooling by the largest; `usual` is the layout of images where none is given."""

    @rule(pool, whole=True)
    def cotangent(
        ct: Any,
        out: Any,
        x: Any,
        *,
        window: Any = 2,
        stride: Any = None,
        padding: Any = 0,
        cover_all: Any = False,
        layout: Any = usual,
    ) -> Any:
        return pool_grad(ct, x, out, **of_windows(window, stride, padding, cover_all, layout))

    @rule.forward(pool)
    def tangent(
        tangents: Any,
        out: Any,
        x: Any,
        *,
        window: Any = 2,
        stride: Any = None,
        padding: Any = 0,
        cover_all: Any = False,
        layout: Any = usual,
    ) -> Any:
        return at(tangents[0], x, out, **of_windows(window, stride, padding, cover_all, layout))


def of_places(op: Op, transposed: Op, usual: str) -> None:
    """The rule of what is read or put where the largest elements are: its transpose."""

    @rule(op, whole=True)
    def cotangents(
        ct: Any,
        out: Any,
        moved: Any,
        x: Any,
        result: Any,
        *,
        window: Any = 2,
        stride: Any = None,
        padding: Any = 0,
        cover_all: Any = False,
        layout: Any = usual,
    ) -> Any:
        return transposed(ct, x, result, **of_windows(window, stride, padding, cover_all, layout)), None, None


def of_means(pool: Op, pool_grad: Op, usual: str) -> None:
    """The rules of pooling by means, and of its gradient."""

    @rule(pool, whole=True)
    def cotangent(
        ct: Any,
        out: Any,
        x: Any,
        *,
        window: Any = 2,
        stride: Any = None,
        padding: Any = 0,
        cover_all: Any = False,
        count_include_pad: Any = True,
        layout: Any = usual,
    ) -> Any:
        how = of_windows(window, stride, padding, cover_all, layout)
        return pool_grad(ct, size=size_of(x, layout), count_include_pad=count_include_pad, **how)

    @rule(pool_grad, whole=True)
    def cotangent_of_gradient(
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
        layout: Any = usual,
    ) -> Any:
        how = of_windows(window, stride, padding, cover_all, layout)
        return pool(ct, count_include_pad=count_include_pad, **how)


of_largest(max_pool1d, max_pool1d_grad, max_pool1d_at, "NCW")
of_largest(max_pool2d, max_pool2d_grad, max_pool2d_at, "NCHW")
for grad, at, layout in ((max_pool1d_grad, max_pool1d_at, "NCW"), (max_pool2d_grad, max_pool2d_at, "NCHW")):
    of_places(grad, at, layout)
    of_places(at, grad, layout)
of_means(average_pool1d, average_pool1d_grad, "NCW")
of_means(average_pool2d, average_pool2d_grad, "NCHW")
