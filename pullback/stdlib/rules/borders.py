"""`np.pad`: a cotangent goes back to what the border around an array was made from."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import unpadded
from pullback.stdlib.registry import Unsupported, rule, static
from pullback.stdlib.rules import order_statistics, reductions
from pullback.stdlib.rules.building import part
from pullback.stdlib.rules.grids import along

_REPEATING = ("edge", "reflect", "symmetric", "wrap")
_MADE = ("linear_ramp", "maximum", "mean", "median", "minimum")


@static
def require_mode(mode: Any) -> None:
    """Refuse borders of another kind."""
    if mode not in ("constant", "empty", *_REPEATING, *_MADE):
        modes = ", ".join(("constant", *_REPEATING, *_MADE))
        raise Unsupported(f"np.pad with the mode {mode!r}", f"Use one of {modes}, or np.concatenate.")


def side(width: Any, axis: Any, end: Any) -> Any:
    """How wide a border is before the first element of an axis (`end` 0), or after the last one (-1)."""
    if not isinstance(width, list | tuple):
        return width
    if isinstance(width[0], list | tuple):
        return side(width[axis] if len(width) > 1 else width[0], axis, end)
    return width[end]


@rule(np.pad, whole=True)
def pad(
    ct: Any, out: Any, array: Any, *, pad_width: Any, mode: Any = "constant", constant_values: Any = 0,
    stat_length: Any = None, end_values: Any = 0, reflect_type: Any = "even",
) -> Any:  # fmt: skip
    require_mode(mode)
    if mode == "constant" or mode == "empty":
        starts = [side(pad_width, k, 0) for k in range(array.ndim)]
        return ct[tuple([slice(starts[k], starts[k] + array.shape[k]) for k in range(array.ndim)])]
    if mode in _MADE:
        return of_axes(ct, out, array, array.ndim - 1, pad_width, mode, stat_length)
    return unpadded(ct, pad_width, mode, reflect_type="odd") if reflect_type == "odd" else unpadded(ct, pad_width, mode)


def of_axes(ct: Any, out: Any, array: Any, axis: Any, pad_width: Any, mode: Any, length: Any) -> Any:
    """The cotangent without the borders along an axis and those before it: `np.pad` makes one after the other."""
    if axis < 0:
        return ct
    before, after = side(pad_width, axis, 0), side(pad_width, axis, -1)
    stop = before + array.shape[axis]
    inside, d = part(out, before, stop, axis), part(ct, before, stop, axis)
    if mode == "linear_ramp":
        if before != 0:
            ramp = along(np.arange(before, dtype=ct.dtype) / before, ct.ndim, axis)
            d = d + at_start(part(ct, None, before, axis) * ramp, inside, axis)
        if after != 0:
            ramp = along(np.arange(after - 1, -1, -1, dtype=ct.dtype) / after, ct.ndim, axis)
            d = d + at_end(part(ct, stop, None, axis) * ramp, inside, axis)
    else:
        if before != 0:
            low = np.sum(part(ct, None, before, axis), axis=axis, keepdims=True)
            d = d + of_first(low, part(out, None, 1, axis), inside, mode, side(length, axis, 0), axis)
        if after != 0:
            high = np.sum(part(ct, stop, None, axis), axis=axis, keepdims=True)
            d = d + of_last(high, part(out, -1, None, axis), inside, mode, side(length, axis, -1), axis)
    return of_axes(d, inside, array, axis - 1, pad_width, mode, length)


def at_start(border: Any, inside: Any, axis: Any) -> Any:
    """What the elements of an axis get from a border that has all from the first one of them."""
    return np.sum(border, axis=axis, keepdims=True) * along(np.arange(inside.shape[axis]) == 0, inside.ndim, axis)


def at_end(border: Any, inside: Any, axis: Any) -> Any:
    """What they get from one that has all from the last one of them."""
    return np.flip(at_start(border, inside, axis), axis)


def of_first(ct: Any, number: Any, inside: Any, mode: Any, length: Any, axis: Any) -> Any:
    """What lines get from a number for each: the mean of all, for example, or of as many as are given at the start."""
    if length is None:
        return of_number(ct, number, inside, mode, axis)
    of, rest = part(inside, None, length, axis), part(inside, length, None, axis)
    d = np.broadcast_to(of_number(ct, number, of, mode, axis), of.shape)
    return np.concatenate((d, np.zeros_like(rest)), axis)


def of_last(ct: Any, number: Any, inside: Any, mode: Any, length: Any, axis: Any) -> Any:
    """The same at the end."""
    if length is None:
        return of_number(ct, number, inside, mode, axis)
    start = max(inside.shape[axis] - length, 0)
    of, rest = part(inside, start, None, axis), part(inside, None, start, axis)
    d = np.broadcast_to(of_number(ct, number, of, mode, axis), of.shape)
    return np.concatenate((np.zeros_like(rest), d), axis)


def of_number(ct: Any, number: Any, of: Any, mode: Any, axis: Any) -> Any:
    """The cotangent of lines from that of a number for each."""
    if mode == "mean":
        return reductions.mean(ct, number, of, axis=axis, keepdims=True)
    if mode == "median":
        return order_statistics.median(ct, number, of, axis=axis, keepdims=True)
    return reductions.max_(ct, number, of, axis=axis, keepdims=True)


@rule.forward(np.pad)
def moved_pad(
    tangents: Any, out: Any, array: Any, *, pad_width: Any, mode: Any = "constant", constant_values: Any = 0,
    stat_length: Any = None, end_values: Any = 0, reflect_type: Any = "even",
) -> Any:  # fmt: skip
    if mode == "constant":
        return np.pad(tangents[0], pad_width)
    if mode in ("maximum", "minimum", "median"):
        return moved_axes(tangents[0], out, array, array.ndim - 1, pad_width, mode, stat_length)
    if mode == "mean" and stat_length is not None:
        return np.pad(tangents[0], pad_width, mode, stat_length=stat_length)
    if reflect_type == "odd":
        return np.pad(tangents[0], pad_width, mode, reflect_type=reflect_type)
    return np.pad(tangents[0], pad_width, mode)


def moved_axes(moved: Any, out: Any, array: Any, axis: Any, pad_width: Any, mode: Any, length: Any) -> Any:
    """The tangent with the borders along an axis and those before it."""
    if axis < 0:
        return moved
    before, after = side(pad_width, axis, 0), side(pad_width, axis, -1)
    inside = part(out, before, before + array.shape[axis], axis)
    d = moved_axes(moved, inside, array, axis - 1, pad_width, mode, length)
    n = array.shape[axis]
    stop = n if length is None else side(length, axis, 0)
    start = 0 if length is None else max(n - side(length, axis, -1), 0)
    first, last = part(inside, None, stop, axis), part(inside, start, None, axis)
    low = moved_number(part(d, None, stop, axis), part(out, None, 1, axis), first, mode, axis)
    high = moved_number(part(d, start, None, axis), part(out, -1, None, axis), last, mode, axis)
    return np.concatenate((np.repeat(low, before, axis=axis), d, np.repeat(high, after, axis=axis)), axis)


def moved_number(moved: Any, number: Any, of: Any, mode: Any, axis: Any) -> Any:
    """The tangent of a number for each line."""
    return np.sum(of_number(1.0, number, of, mode, axis) * moved, axis=axis, keepdims=True)


@rule(unpadded)
def unpadded_(ct: Any, out: Any, g: Any, pad_width: Any, mode: Any, *, reflect_type: Any = "even") -> Any:
    if reflect_type == "odd":
        return np.pad(ct, pad_width, mode, reflect_type=reflect_type), None, None
    return np.pad(ct, pad_width, mode), None, None
