"""`np.gradient`: differences of neighbours on a grid, over the distances of its points."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import rule, static
from pullback.stdlib.rules.building import part
from pullback.stdlib.rules.grids import along, earlier, later


@static
def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """The axes along which there are differences."""
    given = range(rank) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(k % rank for k in given)


def evenly(ct: Any, h: Any, axis: Any) -> Any:
    """What an array gets from its differences along an axis over twice the distance, one distance at the ends."""
    first, inner, last = part(ct, None, 1, axis), part(ct, 1, -1, axis), part(ct, -1, None, axis)
    c = np.concatenate((2.0 * first, inner, 2.0 * last), axis) / (2.0 * h)
    before = np.concatenate((-part(c, None, 1, axis), part(c, None, -1, axis)), axis)
    after = np.concatenate((part(c, 1, None, axis), -part(c, -1, None, axis)), axis)
    return before - after


def unevenly(ct: Any, x: Any, axis: Any) -> Any:
    """The same, where the points of the grid are given."""
    steps = along(np.diff(x), ct.ndim, axis)
    left, right = part(steps, None, -1, axis), part(steps, 1, None, axis)
    inner = part(ct, 1, -1, axis)
    both = left + right
    to_left = -inner * right / (left * both)
    to_right = inner * left / (right * both)
    first = part(ct, None, 1, axis) / part(steps, None, 1, axis)
    last = part(ct, -1, None, axis) / part(steps, -1, None, axis)
    to_own = np.concatenate((-first, inner * (right - left) / (left * right), last), axis)
    to_earlier = earlier(np.concatenate((to_left, -last), axis), axis, ct)
    return to_own + to_earlier + later(np.concatenate((first, to_right), axis), axis, ct)


def back(ct: Any, spacing: Any, axis: Any, order: Any) -> Any:
    """The cotangent of an array from that of its gradient along one axis."""
    if order == 1:
        return evenly(ct, spacing, axis) if np.ndim(spacing) == 0 else unevenly(ct, spacing, axis)
    first, last = part(ct, None, 1, axis), part(ct, -1, None, axis)
    inner = np.concatenate((np.zeros_like(first), part(ct, 1, -1, axis), np.zeros_like(last)), axis)
    rest = np.zeros_like(part(ct, 3, None, axis))
    if np.ndim(spacing) == 0:
        d, start = evenly(inner, spacing, axis), np.array([-1.5, 2.0, -0.5], dtype=ct.dtype) / spacing
        end = -np.flip(start)
    else:
        d, steps = unevenly(inner, spacing, axis), np.diff(spacing)
        start, end = parabola(steps[0], steps[1]), -np.flip(parabola(steps[-1], steps[-2]))
    from_start = np.concatenate((first * along(start, ct.ndim, axis), rest), axis)
    return d + from_start + np.concatenate((rest, last * along(end, ct.ndim, axis)), axis)


def parabola(h: Any, k: Any) -> Any:
    """The slope of a parabola at the first one of three points, in its three values."""
    return np.array([-(2.0 * h + k) / (h * (h + k)), (h + k) / (h * k), -h / (k * (h + k))])


def spacing_of(varargs: Any, k: Any) -> Any:
    """The distance of points along the axis `k`, or their places."""
    return 1.0 if len(varargs) == 0 else varargs[0] if len(varargs) == 1 else varargs[k]


@rule(np.gradient, active=(0,), whole=True)
def gradient(ct: Any, out: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    axes = axes_of(axis, f.ndim)
    if len(axes) == 1:
        d = back(ct, spacing_of(varargs, 0), axes[0], edge_order)
    else:
        d = sum([back(ct[k], spacing_of(varargs, k), axes[k], edge_order) for k in range(len(axes))])
    return (d, *[None for _ in varargs]) if len(varargs) > 0 else d
