"""Images with the batch last, as convolutions and pooling of NumPy take them.

Arrays are turned so that the batch comes last, `(C, H, W, N)`: what a window reads at one of its places is then
contiguous for a whole row of windows and the whole batch, so that it is copied, compared or added in long runs. Results
are turned back as views, which elementwise operations keep in that order of memory, so that the next layer has no work.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def batch_last(x: Any, layout: str) -> Any:
    """A view of `x` with the axes (channel, places…, batch)."""
    places = range(1, x.ndim - 1)
    return np.transpose(x, (1, *[k + 1 for k in places], 0) if layout[1] == "C" else (x.ndim - 1, *places, 0))


def batch_first(x: Any, layout: str) -> Any:
    """The view of `(channel, places…, batch)` that has the axes of a layout."""
    places = range(1, x.ndim - 1)
    return np.transpose(x, (x.ndim - 1, 0, *places) if layout[1] == "C" else (x.ndim - 1, *places, 0))


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
