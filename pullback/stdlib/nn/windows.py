"""Windows that slide over the axes of an image, of any number, for convolutions and for pooling.

Arrays are turned so that the batch comes last, `(C, H, W, N)`: what a window reads at one of its places is then
contiguous for a whole row of windows and the whole batch, so that it is copied, compared or added in long runs. Results
are turned back as views, which elementwise operations keep in that order of memory, so that the next layer has no work.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def batch_last(x: Any, layout: str) -> Any:
    """A view of `x` with the axes (channel, places…, batch)."""
    return np.moveaxis(x, (layout.index("C"), 0), (0, -1))


def batch_first(x: Any, layout: str) -> Any:
    """The view of `(channel, places…, batch)` that has the axes of a layout."""
    return np.moveaxis(x, (0, -1), (layout.index("C"), 0))


def places_of(x: Any, layout: str) -> tuple[int, ...]:
    """The lengths of the axes that windows slide over."""
    return x.shape[2:] if layout[1] == "C" else x.shape[1:-1]  # type: ignore[no-any-return]


def require_layout(name: str, x: Any, layout: str, layouts: tuple[str, ...]) -> None:
    """Raise ValueError for another layout than these, and for an array of another number of axes."""
    if layout not in layouts:
        raise ValueError(f"{name}: layout is {' or '.join(map(repr, layouts))}, not {layout!r}")
    if np.ndim(x) != len(layout):
        raise ValueError(f"{name}: x has the shape {np.shape(x)}, {layout} has {len(layout)} axes")


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
    if padding == "same":
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


def with_border(x: Any, around: list[tuple[int, int]], value: Any) -> Any:
    """`x` of (channel, places…, batch), contiguous, with a border of one value around its places."""
    if not any(map(any, around)):
        return np.ascontiguousarray(x)
    lengths = [n + sum(pair) for n, pair in zip(x.shape[1:-1], around, strict=True)]
    out = np.full((x.shape[0], *lengths, x.shape[-1]), value, x.dtype)
    without_border(out, around)[...] = x
    return out


def without_border(x: Any, around: list[tuple[int, int]]) -> Any:
    """The view of `x` without what `with_border` has put around it."""
    inner = [slice(first, n - last) for n, (first, last) in zip(x.shape[1:-1], around, strict=True)]
    return x[(slice(None), *inner)]


def at_offset(offset: Any, counts: tuple[int, ...], steps: tuple[int, ...], gaps: tuple[int, ...]) -> tuple[Any, ...]:
    """The index of what all windows have at one of their places, of an array of (channel, places…, batch)."""
    starts = [i * gap for i, gap in zip(offset, gaps, strict=True)]
    ends = [i + (n - 1) * s + 1 for i, n, s in zip(starts, counts, steps, strict=True)]
    return (slice(None), *map(slice, starts, ends, steps))
