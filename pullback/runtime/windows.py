"""Windows that slide over the axes of an image: how many there are, and what is around. Only about lengths."""

from __future__ import annotations

from typing import Any

import numpy as np


def places_of(x: Any, layout: str) -> tuple[int, ...]:
    """The lengths of the axes that windows slide over."""
    return x.shape[2:] if layout[1] == "C" else x.shape[1:-1]  # type: ignore[no-any-return]


def require_layout(name: str, x: Any, layout: str, layouts: tuple[str, ...]) -> None:
    """Raise ValueError for another layout than these, and for an array of another number of axes."""
    if layout not in layouts:
        raise ValueError(f"{name}: layout is {' or '.join(map(repr, layouts))}, not {layout!r}")
    if len(x.shape) != len(layout):
        raise ValueError(f"{name}: x has the shape {x.shape}, {layout} has {len(layout)} axes")


def per_axis(name: str, what: str, value: Any, axes: int) -> tuple[int, ...]:
    """One positive integer for each axis, of one for all or a sequence of them."""
    found = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if len(found) != axes or not all(isinstance(k, int | np.integer) and k > 0 for k in found):
        raise ValueError(f"{name}: {what} is a positive integer or {axes} of them, not {value!r}")
    return tuple(map(int, found))


def borders(
    name: str, padding: Any, lengths: tuple[int, ...], extents: tuple[int, ...], steps: tuple[int, ...]
) -> list[tuple[int, int]]:
    """How many zeros come before and after each axis.

    With "same" there is a window for each step, and the odd zero comes after, as in XLA and TensorFlow.
    """
    if isinstance(padding, str) and padding == "same":
        over = [max((-(-n // s) - 1) * s + extent - n, 0) for n, extent, s in zip(lengths, extents, steps, strict=True)]
        return [(k // 2, k - k // 2) for k in over]
    around = 0 if isinstance(padding, str) and padding == "valid" else padding
    sides = list(around) if isinstance(around, tuple | list) else [around] * len(lengths)
    pairs = [tuple(k) if isinstance(k, tuple | list) else (k, k) for k in sides]
    counts = [k for pair in pairs for k in pair]
    good = len(pairs) == len(lengths) and all(len(pair) == 2 for pair in pairs)
    if not good or not all(isinstance(k, int | np.integer) and k >= 0 for k in counts):
        each = f"{len(lengths)} of them or of pairs"
        raise ValueError(f"{name}: padding is 'same', 'valid', an integer from 0 on or {each}, not {padding!r}")
    return [(int(first), int(last)) for first, last in pairs]


def window_counts(
    name: str,
    lengths: tuple[int, ...],
    around: list[tuple[int, int]],
    extents: tuple[int, ...],
    steps: tuple[int, ...],
) -> tuple[int, ...]:
    """How many windows there are along each axis. Raises ValueError where one is longer than the axis."""
    padded = tuple([n + sum(pair) for n, pair in zip(lengths, around, strict=True)])
    if any(extent > n for extent, n in zip(extents, padded, strict=True)):
        raise ValueError(f"{name}: a window over {extents} does not fit in the input, {padded} with its padding")
    return tuple([(n - extent) // s + 1 for n, extent, s in zip(padded, extents, steps, strict=True)])


def kernel_layout(layout: str) -> str:
    """The layout of a kernel for images of a layout: OIHW for NCHW, HWIO for NHWC."""
    return f"OI{layout[2:]}" if layout[1] == "C" else f"{layout[1:-1]}IO"


def geometry(
    name: str, lengths: tuple[int, ...], size: tuple[int, ...], stride: Any, padding: Any, dilation: Any
) -> tuple[Any, ...]:
    """The borders, the numbers of windows, their steps, and the steps inside of them, along each axis."""
    steps, gaps = (per_axis(name, *given, len(size)) for given in (("stride", stride), ("dilation", dilation)))
    extents = tuple([(k - 1) * gap + 1 for k, gap in zip(size, gaps, strict=True)])
    around = borders(name, padding, lengths, extents, steps)
    return around, window_counts(name, lengths, around, extents, steps), steps, gaps


def smallest_output(
    name: str,
    counts: tuple[int, ...],
    size: tuple[int, ...],
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
) -> list[int]:
    """The lengths of the smallest image of which a convolution makes so many outputs, and the padding more."""
    steps, gaps = (per_axis(name, *given, len(size)) for given in (("stride", stride), ("dilation", dilation)))
    more = output_padding if isinstance(output_padding, tuple | list) else (output_padding,) * len(size)
    if isinstance(padding, str) and padding == "same":
        return [n * s + k for n, s, k in zip(counts, steps, more, strict=True)]
    around = borders(name, padding, counts, size, steps)
    extents = [(n - 1) * s + (k - 1) * gap + 1 for n, s, k, gap in zip(counts, steps, size, gaps, strict=True)]
    return [n - sum(pair) + k for n, pair, k in zip(extents, around, more, strict=True)]


def pooling_geometry(
    name: str, lengths: tuple[int, ...], window: Any, stride: Any, padding: Any, cover_all: bool
) -> tuple[Any, ...]:
    """The lengths of windows, their steps and numbers, and the border: as it is given, and as windows reach over it."""
    size = per_axis(name, "window", window, len(lengths))
    steps = size if stride is None else per_axis(name, "stride", stride, len(lengths))
    given = borders(name, padding, lengths, size, steps)
    if any(k >= n for n, pair in zip(size, given, strict=True) for k in pair):
        raise ValueError(f"{name}: padding is less than the window {size}, not {padding!r}")
    counts = window_counts(name, lengths, given, size, steps)
    if not cover_all:
        return size, steps, counts, given, given
    found, around = [], []
    for n, k, s, m, (before, after) in zip(lengths, size, steps, counts, given, strict=True):
        if m * s < n + before and (m - 1) * s + k < n + before + after:
            m += 1
        found.append(m)
        around.append((before, max(after, (m - 1) * s + k - n - before)))
    return size, steps, tuple(found), given, around


def elements_in_windows(
    lengths: tuple[int, ...],
    size: tuple[int, ...],
    steps: tuple[int, ...],
    counts: tuple[int, ...],
    given: list[tuple[int, int]],
    count_include_pad: bool,
) -> list[list[int]]:
    """How many elements each window has along each axis."""
    out = []
    for n, k, s, m, (before, after) in zip(lengths, size, steps, counts, given, strict=True):
        low, high = (0, before + n + after) if count_include_pad else (before, before + n)
        out.append([min(i * s + k, high) - max(i * s, low) for i in range(m)])
    return out
