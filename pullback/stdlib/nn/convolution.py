"""Convolutions of one and two axes, their transposes, and their gradients in the kernel.

    y = conv2d(x, w, b, stride=2, padding=1)          x: (N, C, H, W), w: (O, C, kh, kw), b: (O,)

What windows see is copied into a matrix, of a row for each element of a window, and multiplied by the kernel: a
convolution is a product of matrices. Its gradient in the kernel is another one, and that in the image is a third one,
whose rows are added where the windows have read. That is done for as many windows at once as the cache has room for.
As everywhere in deep learning the kernel is not turned around.

Kernels have the layout of the image, with the number of outputs O and of inputs I of a group: OIW and OIHW where
channels come first, WIO and HWIO where they come last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.runtime.windows import geometry, kernel_layout, places_of, require_layout, smallest_output
from pullback.stdlib.nn.images import at_offset, batch_first, batch_last, with_border, without_border


def conv1d(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    layout: str = "NCW",
) -> Any:
    """The convolution of signals (N, C, W) with kernels (O, C / groups, k), or of NWC with WIO.

    As `conv2d`, of one axis.
    """
    require_layout("conv1d", x, layout, ("NCW", "NWC"))
    return convolved("conv1d", x, w, b, stride, padding, dilation, groups, layout)


def conv2d(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    layout: str = "NCHW",
) -> Any:
    """The convolution of images (N, C, H, W) with kernels (O, C / groups, kh, kw), or of NHWC with HWIO.

    `padding`: zeros around the image, a number for all sides, one or a pair (before, after) for each axis, "valid" for
    none, "same" for as many as give ceil(n / stride) outputs. `dilation`: the steps between what a window reads.
    `groups`: each group of outputs sees its own group of channels. The bias `b` is one number for each output.

    Raises ValueError, with the shapes, where these do not fit.
    """
    require_layout("conv2d", x, layout, ("NCHW", "NHWC"))
    return convolved("conv2d", x, w, b, stride, padding, dilation, groups, layout)


def conv_transpose1d(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    output_size: Any = None,
    dilation: Any = 1,
    groups: int = 1,
    layout: str = "NCW",
) -> Any:
    """The transpose of `conv1d`; as `conv_transpose2d`, of one axis."""
    require_layout("conv_transpose1d", x, layout, ("NCW", "NWC"))
    size = output_padding, output_size
    return transposed("conv_transpose1d", x, w, b, stride, padding, *size, dilation, groups, layout)


def conv_transpose2d(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    output_size: Any = None,
    dilation: Any = 1,
    groups: int = 1,
    layout: str = "NCHW",
) -> Any:
    """The transpose of `conv2d` with the same kernel and the same options: what that reads, this writes.

    The kernel is the one of that convolution, so its O is the number of channels of `x`, and I that of a group of the
    result. Where the convolution makes `x` of images of several sizes, this is one of the smallest size, or larger by
    `output_padding`, or of `output_size`; with padding="same" it is `stride` times as large as `x`.
    """
    require_layout("conv_transpose2d", x, layout, ("NCHW", "NHWC"))
    size = output_padding, output_size
    return transposed("conv_transpose2d", x, w, b, stride, padding, *size, dilation, groups, layout)


def conv1d_weight_grad(
    x: Any,
    ct: Any,
    *,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    layout: str = "NCW",
) -> Any:
    """The cotangent of the kernel of `conv1d` from that of its result."""
    require_layout("conv1d_weight_grad", x, layout, ("NCW", "NWC"))
    return weight_grad("conv1d_weight_grad", x, ct, kernel_size, stride, padding, dilation, groups, layout)


def conv2d_weight_grad(
    x: Any,
    ct: Any,
    *,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    layout: str = "NCHW",
) -> Any:
    """The cotangent of the kernel of `conv2d` from that of its result."""
    require_layout("conv2d_weight_grad", x, layout, ("NCHW", "NHWC"))
    return weight_grad("conv2d_weight_grad", x, ct, kernel_size, stride, padding, dilation, groups, layout)


def convolved(
    name: str, x: Any, w: Any, b: Any, stride: Any, padding: Any, dilation: Any, groups: int, layout: str
) -> Any:
    """A convolution of any number of axes: for each block of windows a product of matrices for each group."""
    kernel = kernel_first(name, w, groups, layout)
    require_channels(name, x, w, kernel.shape[1] * groups, groups, layout)
    around, counts, steps, gaps = geometry(name, places_of(x, layout), kernel.shape[2:], stride, padding, dilation)
    inner = with_border(batch_last(x, layout), around, 0)
    y = np.empty((groups, len(kernel) // groups, *counts, len(x)), np.result_type(x, w))
    for block in blocks(counts, kernel[0].size * groups * len(x)):
        seen = columns(inner, kernel.shape[2:], block, steps, gaps, groups)
        part = y[(..., *block, slice(None))].reshape(*y.shape[:2], seen.shape[2])
        np.matmul(kernel.reshape(*y.shape[:2], seen.shape[1]), seen, out=part)
    return with_bias(name, y.reshape(len(kernel), *counts, len(x)), b, layout)


def transposed(
    name: str,
    x: Any,
    w: Any,
    b: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    output_size: Any,
    dilation: Any,
    groups: int,
    layout: str,
) -> Any:
    """The transpose of a convolution of any number of axes: products are added where `columns` reads."""
    kernel = kernel_first(name, w, groups, layout)
    require_channels(name, x, w, len(kernel), groups, layout)
    have, size = places_of(x, layout), kernel.shape[2:]
    if output_size is None:
        output_size = smallest_output(name, have, size, stride, padding, output_padding, dilation)
    lengths = tuple([int(n) for n in output_size])
    around, counts, steps, gaps = geometry(name, lengths, size, stride, padding, dilation)
    if counts != have:
        hint = "output_padding is less than stride"
        raise ValueError(f"{name}: x is {have} in size, a convolution of {lengths} gives {counts}; {hint}")
    inputs = groups * kernel.shape[1]
    matrices = np.swapaxes(kernel.reshape(groups, len(kernel) // groups, kernel[0].size), 1, 2)
    padded = [n + sum(pair) for n, pair in zip(lengths, around, strict=True)]
    y = np.zeros((inputs, *padded, len(x)), np.result_type(x, w))
    image = batch_last(x, layout)
    for block in blocks(counts, kernel[0].size * groups * len(x)):
        given = image[(slice(None), *block)]
        parts = matrices @ given.reshape(groups, len(kernel) // groups, given[0].size)
        add_windows(y, parts.reshape(inputs, *size, *given.shape[1:]), block, steps, gaps)
    return with_bias(name, without_border(y, around), b, layout)


def weight_grad(
    name: str, x: Any, ct: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, groups: int, layout: str
) -> Any:
    """The cotangent of a kernel: the sum over blocks of windows of a product of matrices for each group."""
    size, (channels, outputs) = tuple(kernel_size), (a.shape[layout.index("C")] for a in (x, ct))
    if channels % groups or outputs % groups or len(x) != len(ct):
        raise ValueError(f"{name}: x and ct have the shapes {x.shape} and {ct.shape} ({layout}), with groups={groups}")
    around, counts, steps, gaps = geometry(name, places_of(x, layout), size, stride, padding, dilation)
    if counts != places_of(ct, layout):
        raise ValueError(f"{name}: ct is {places_of(ct, layout)} in size, the convolution gives {counts}")
    inner = with_border(batch_last(x, layout), around, 0)
    kernel, image = np.zeros((outputs, channels // groups, *size), np.result_type(x, ct)), batch_last(ct, layout)
    for block in blocks(counts, kernel[0].size * groups * len(x)):
        seen = columns(inner, size, block, steps, gaps, groups)
        given = image[(slice(None), *block)]
        rows = given.reshape(groups, outputs // groups, seen.shape[2])
        kernel += (rows @ np.swapaxes(seen, 1, 2)).reshape(kernel.shape)
    return kernel if layout[1] == "C" else np.moveaxis(kernel, (0, 1), (-1, -2))


def kernel_first(name: str, w: Any, groups: int, layout: str) -> Any:
    """A kernel as (outputs, inputs, places…). Raises ValueError where there are not as many outputs for each group."""
    form = kernel_layout(layout)
    if np.ndim(w) != len(form):
        raise ValueError(f"{name}: w has the shape {np.shape(w)}, {form} has {len(form)} axes")
    kernel = w if layout[1] == "C" else np.moveaxis(w, (-1, -2), (0, 1))
    if groups < 1 or len(kernel) % groups:
        have = f"w has {len(kernel)} outputs ({form} {w.shape})"
        raise ValueError(f"{name}: {have}, which groups={groups} does not divide")
    return kernel


def require_channels(name: str, x: Any, w: Any, expected: int, groups: int, layout: str) -> None:
    """Raise ValueError for an image of another number of channels than the kernel is for."""
    have, form = x.shape[layout.index("C")], f"{kernel_layout(layout)} {w.shape}"
    if have != expected:
        wanted = f"w expects {expected} ({form}) with groups={groups}"
        raise ValueError(f"{name}: x has {have} channels ({layout}), {wanted}")


def blocks(counts: tuple[int, ...], elements: int) -> Iterator[Any]:
    """Slices of the windows, whole rows where possible, of so many that what they see stays in the cache."""
    room = max(2**18 // max(elements, 1), 1)
    lengths: list[int] = []
    for n in reversed(counts):
        lengths.insert(0, min(n, room))
        room = max(room // n, 1)
    for at in np.ndindex(*[-(-n // m) for n, m in zip(counts, lengths, strict=True)]):
        yield [slice(i * m, min(i * m + m, n)) for i, m, n in zip(at, lengths, counts, strict=True)]


def columns(
    x: Any, size: tuple[int, ...], block: list[slice], steps: tuple[int, ...], gaps: tuple[int, ...], groups: int
) -> Any:
    """For each group a matrix with a row for each element of a window, and a column for each window of a block."""
    first, *along, last = x.strides
    inside = [stride * gap for stride, gap in zip(along, gaps, strict=True)]
    between = [stride * step for stride, step in zip(along, steps, strict=True)]
    starts = [slice(part.start * step, None) for part, step in zip(block, steps, strict=True)]
    counts = [part.stop - part.start for part in block]
    shape, strides = (len(x), *size, *counts, x.shape[-1]), (first, *inside, *between, last)
    windows = np.lib.stride_tricks.as_strided(x[(slice(None), *starts)], shape, strides, writeable=False)
    rows, places = len(x) // groups, x.shape[-1]
    for k, n in zip(size, counts, strict=True):
        rows, places = rows * k, places * n
    return windows.reshape(groups, rows, places)


def add_windows(out: Any, parts: Any, block: list[slice], steps: tuple[int, ...], gaps: tuple[int, ...]) -> None:
    """The transpose of `columns`: what each window has at each of its elements is added where that was read."""
    starts = [slice(part.start * step, None) for part, step in zip(block, steps, strict=True)]
    counts = tuple([part.stop - part.start for part in block])
    there = out[(slice(None), *starts)]
    for offset in np.ndindex(*parts.shape[1 : len(block) + 1]):
        there[at_offset(offset, counts, steps, gaps)] += parts[(slice(None), *offset)]


def with_bias(name: str, y: Any, b: Any, layout: str) -> Any:
    """A result of (channel, places…, batch) in its layout, with the bias of each channel."""
    if b is not None:
        if np.shape(b) != (len(y),):
            raise ValueError(f"{name}: b has the shape {np.shape(b)}, there are {len(y)} outputs")
        shift = np.reshape(b, (-1, *[1] * (y.ndim - 1)))
        y = np.add(y, shift, out=y) if np.result_type(y, b) == y.dtype else y + shift
    return batch_first(y, layout)
