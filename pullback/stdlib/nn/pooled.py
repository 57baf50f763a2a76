"""Pooling of any number of axes: one array operation for each place of a window, over all windows at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.runtime.windows import elements_in_windows, places_of, pooling_geometry
from pullback.stdlib.nn.images import at_offset, batch_first, batch_last, with_border, without_border


def bordered(x: Any, around: list[tuple[int, int]], value: Any) -> Any:
    """`x` with a border, itself where there is none."""
    return with_border(x, around, value) if any(map(any, around)) else x


def lowest(x: Any) -> Any:
    """What is not larger than any element of `x`."""
    return -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min


def largest(name: str, x: Any, window: Any, stride: Any, padding: Any, cover_all: bool, layout: str) -> Any:
    """The largest element of each window."""
    how = pooling_geometry(name, places_of(x, layout), window, stride, padding, cover_all)
    size, steps, counts, _, around = how
    inner = bordered(batch_last(x, layout), around, lowest(x))
    out = None
    for offset in np.ndindex(*size):
        part = inner[at_offset(offset, counts, steps, (1,) * len(size))]
        out = part.copy("K") if out is None else np.maximum(out, part, out=out)
    return batch_first(out, layout)


def first_largest(
    inner: Any, out: Any, size: tuple[int, ...], counts: tuple[int, ...], steps: tuple[int, ...]
) -> Iterator[Any]:
    """For each place of a window its index, and for which windows it is the first largest element."""
    free = np.ones_like(out, bool)
    for offset in np.ndindex(*size):
        index = at_offset(offset, counts, steps, (1,) * len(size))
        hit = inner[index] == out
        hit &= free
        free ^= hit
        yield index, hit


def largest_grad(
    name: str, ct: Any, x: Any, out: Any, window: Any, stride: Any, padding: Any, cover_all: bool, layout: str
) -> Any:
    """The cotangent of what the largest elements were taken of."""
    how = pooling_geometry(name, places_of(x, layout), window, stride, padding, cover_all)
    size, steps, counts, _, around = how
    inner, ct, out = bordered(batch_last(x, layout), around, lowest(x)), batch_last(ct, layout), batch_last(out, layout)
    found = np.zeros_like(inner, dtype=ct.dtype)
    apart = all(s >= k for s, k in zip(steps, size, strict=True))
    for index, hit in first_largest(inner, out, size, counts, steps):
        if apart:
            np.multiply(hit, ct, out=found[index])
        else:
            found[index] += hit * ct
    return batch_first(without_border(found, around), layout)


def at_largest(
    name: str, v: Any, x: Any, out: Any, window: Any, stride: Any, padding: Any, cover_all: bool, layout: str
) -> Any:
    """What another image has where the largest elements are."""
    how = pooling_geometry(name, places_of(x, layout), window, stride, padding, cover_all)
    size, steps, counts, _, around = how
    inner, out = bordered(batch_last(x, layout), around, lowest(x)), batch_last(out, layout)
    v = bordered(batch_last(v, layout), around, 0)
    found = np.zeros_like(out, dtype=v.dtype)
    for index, hit in first_largest(inner, out, size, counts, steps):
        found += hit * v[index]
    return batch_first(found, layout)


def numbers_of_elements(how: Any, count_include_pad: bool, lengths: tuple[int, ...], dtype: Any) -> Any:
    """How many elements each window has: one number where all have as many, else an array to divide by."""
    size, steps, counts, given, _ = how
    found = elements_in_windows(lengths, size, steps, counts, given, count_include_pad)
    out: Any = 1
    for k, (n, line) in enumerate(zip(size, found, strict=True)):
        whole = all(m == n for m in line)
        out = out * (n if whole else np.array(line, dtype).reshape(-1, *[1] * (len(size) - k)))
    return out


def averaged(
    name: str,
    x: Any,
    window: Any,
    stride: Any,
    padding: Any,
    cover_all: bool,
    count_include_pad: bool,
    layout: str,
) -> Any:
    """The mean of each window: sums along one axis after the other, divided."""
    lengths = places_of(x, layout)
    how = pooling_geometry(name, lengths, window, stride, padding, cover_all)
    size, steps, counts, _, around = how
    total = bordered(batch_last(x, layout), around, 0)
    for axis, (k, s, m) in enumerate(zip(size, steps, counts, strict=True)):
        parts = [total[(slice(None),) * (axis + 1) + (slice(i, i + (m - 1) * s + 1, s),)] for i in range(k)]
        total = sum(parts[1:], parts[0])
    dtype = x.dtype if x.dtype.kind in "fc" else float
    return batch_first(total / numbers_of_elements(how, count_include_pad, lengths, dtype), layout)


def averaged_grad(
    name: str,
    ct: Any,
    size: Any,
    window: Any,
    stride: Any,
    padding: Any,
    cover_all: bool,
    count_include_pad: bool,
    layout: str,
) -> Any:
    """The cotangent of what means were taken of: each divided, and added to all elements of its window."""
    lengths = tuple([int(n) for n in size])
    how = pooling_geometry(name, lengths, window, stride, padding, cover_all)
    shape, steps, counts, _, around = how
    if counts != places_of(ct, layout):
        raise ValueError(f"{name}: ct is {places_of(ct, layout)} in size, the pooling of {lengths} gives {counts}")
    part = batch_last(ct, layout) / numbers_of_elements(how, count_include_pad, lengths, ct.dtype)
    for axis, (n, k, s, m, pair) in enumerate(zip(lengths, shape, steps, counts, around, strict=True)):
        before = (slice(None),) * (axis + 1)
        whole = np.zeros((*part.shape[: axis + 1], n + sum(pair), *part.shape[axis + 2 :]), part.dtype)
        for i in range(k):
            whole[(*before, slice(i, i + (m - 1) * s + 1, s))] += part
        part = whole
    return batch_first(without_border(part, around), layout)
