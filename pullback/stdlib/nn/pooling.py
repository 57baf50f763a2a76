"""Pooling: the largest or the mean element of each window of an image.

    y = max_pool2d(x, 2)                  x: (N, C, H, W), windows of 2 x 2 that follow each other
    y = average_pool2d(x, 3, stride=2, padding=1)

Of equal largest elements of a window the first one, by rows, has the derivative.
"""

from __future__ import annotations

from typing import Any

from pullback.runtime.windows import require_layout
from pullback.stdlib.nn.pooled import at_largest, averaged, averaged_grad, largest, largest_grad


def max_pool1d(
    x: Any,
    window: Any = 2,
    *,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    layout: str = "NCW",
) -> Any:
    """The largest element of each window; as `max_pool2d`, of one axis."""
    require_layout("max_pool1d", x, layout, ("NCW", "NWC"))
    return largest("max_pool1d", x, window, stride, padding, cover_all, layout)


def max_pool1d_grad(
    ct: Any,
    x: Any,
    out: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    layout: str = "NCW",
) -> Any:
    """The cotangent of `x` from that of `out = max_pool1d(x)`: each where the window has its first largest element."""
    return largest_grad("max_pool1d_grad", ct, x, out, window, stride, padding, cover_all, layout)


def max_pool1d_at(
    v: Any,
    x: Any,
    out: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    layout: str = "NCW",
) -> Any:
    """What `v` has where `out = max_pool1d(x)` has found the first largest element of each window."""
    return at_largest("max_pool1d_at", v, x, out, window, stride, padding, cover_all, layout)


def average_pool1d(
    x: Any,
    window: Any = 2,
    *,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    count_include_pad: bool = True,
    layout: str = "NCW",
) -> Any:
    """The mean of each window; as `average_pool2d`, of one axis."""
    require_layout("average_pool1d", x, layout, ("NCW", "NWC"))
    return averaged("average_pool1d", x, window, stride, padding, cover_all, count_include_pad, layout)


def average_pool1d_grad(
    ct: Any,
    *,
    size: Any,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    count_include_pad: bool = True,
    layout: str = "NCW",
) -> Any:
    """The cotangent of an image of a size from that of `average_pool1d`."""
    how = window, stride, padding, cover_all, count_include_pad
    return averaged_grad("average_pool1d_grad", ct, size, *how, layout)


def max_pool2d(
    x: Any,
    window: Any = 2,
    *,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    layout: str = "NCHW",
) -> Any:
    """The largest element of each window. `stride` is as `window` unless it is given.

    `padding`: as of `conv2d`, less than the window; what is around is smaller than everything. `cover_all`: there is a
    window more where the last one would leave elements out, unless it would begin after them.

    Raises ValueError, with the shapes, where these do not fit.
    """
    require_layout("max_pool2d", x, layout, ("NCHW", "NHWC"))
    return largest("max_pool2d", x, window, stride, padding, cover_all, layout)


def max_pool2d_grad(
    ct: Any,
    x: Any,
    out: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    layout: str = "NCHW",
) -> Any:
    """The cotangent of `x` from that of `out = max_pool2d(x)`: each where the window has its first largest element."""
    return largest_grad("max_pool2d_grad", ct, x, out, window, stride, padding, cover_all, layout)


def max_pool2d_at(
    v: Any,
    x: Any,
    out: Any,
    *,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    layout: str = "NCHW",
) -> Any:
    """What `v` has where `out = max_pool2d(x)` has found the first largest element of each window."""
    return at_largest("max_pool2d_at", v, x, out, window, stride, padding, cover_all, layout)


def average_pool2d(
    x: Any,
    window: Any = 2,
    *,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    count_include_pad: bool = True,
    layout: str = "NCHW",
) -> Any:
    """The mean of each window, with what `max_pool2d` takes. What is around is 0.

    `count_include_pad`: the sum is divided by the elements of the window with those of the padding, else without.
    """
    require_layout("average_pool2d", x, layout, ("NCHW", "NHWC"))
    return averaged("average_pool2d", x, window, stride, padding, cover_all, count_include_pad, layout)


def average_pool2d_grad(
    ct: Any,
    *,
    size: Any,
    window: Any = 2,
    stride: Any = None,
    padding: Any = 0,
    cover_all: bool = False,
    count_include_pad: bool = True,
    layout: str = "NCHW",
) -> Any:
    """The cotangent of an image of a size from that of `average_pool2d`."""
    how = window, stride, padding, cover_all, count_include_pad
    return averaged_grad("average_pool2d_grad", ct, size, *how, layout)
