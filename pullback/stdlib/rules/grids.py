"""Functions given on a grid: interpolation, differences, integrals, convolution, phases."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import places_below, scatter_add, unbroadcast
from pullback.stdlib.registry import Unsupported, rule, static
from pullback.stdlib.rules.building import part


def filled(ct: Any, a: Any, v: Any, mode: Any, later: Any) -> Any:
    """The cotangent of the full convolution of `a` and `v` from that of the part of it that starts `later`."""
    if mode == "full":
        return ct
    short = min(a.shape[0], v.shape[0]) - 1
    if mode == "valid":
        return np.pad(ct, (short, short))
    start = (short + later) // 2
    return np.pad(ct, (start, short - start))


@static
def full_name(mode: str) -> str:
    """The name of a mode of a convolution, which may be its first letter."""
    names = {"f": "full", "s": "same", "v": "valid"}
    if mode not in (*names, *names.values()):
        raise Unsupported(f"a convolution with the mode {mode!r}", "Use full, same or valid.")
    return names.get(mode, mode)


@rule(np.convolve, whole=True)
def convolve(ct: Any, out: Any, a: Any, v: Any, *, mode: Any = "full") -> Any:
    whole = filled(ct, a, v, full_name(mode), 0)
    return np.correlate(whole, v), np.correlate(whole, a)


@rule(np.correlate, whole=True)
def correlate(ct: Any, out: Any, a: Any, v: Any, *, mode: Any = "valid") -> Any:
    whole = filled(ct, a, v, full_name(mode), a.shape[0] < v.shape[0])
    return np.convolve(whole, v, "valid"), np.flip(np.correlate(whole, a))


@rule(np.interp)
def interp(
    ct: Any, out: Any, x: Any, xp: Any, fp: Any, *, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    if period is None:
        return interpolated(ct, x, xp, fp, left, right)
    places = np.mod(xp, period)
    order = np.argsort(places)
    around = np.concatenate((order[-1:], order, order[:1]))
    inner = np.take(places, order)
    points = np.concatenate((inner[-1:] - abs(period), inner, inner[:1] + abs(period)))
    d, dpoints, dvalues = interpolated(ct, np.mod(x, period), points, np.take(fp, around), None, None)
    return d, scatter_add(dpoints, xp, around, None), scatter_add(dvalues, fp, around, None)


def interpolated(ct: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any) -> Any:
    """The cotangents of places, points and values of interpolation between points in order."""
    low = places_below(x, xp)
    high = np.minimum(low + 1, np.size(xp) - 1)
    steps = later(np.diff(xp), 0, xp)  # to each point, of which there may be one
    steps = steps + (steps == 0)
    w = np.clip((x - np.take(xp, low)) / np.take(steps, high), 0.0, 1.0)
    d = ct * ((x >= xp[0]) & (x <= xp[-1])) * np.take(later(np.diff(fp), 0, fp) / steps, high)
    to_points = ct
    if left is not None:
        to_points = to_points * (x >= xp[0])
    if right is not None:
        to_points = to_points * (x <= xp[-1])
    to_high = to_points * w
    dxp = -scatter_add(d - d * w, xp, low, None) - scatter_add(d * w, xp, high, None)
    dfp = scatter_add(to_points - to_high, fp, low, None) + scatter_add(to_high, fp, high, None)
    return d, dxp, dfp


@rule(np.unwrap, ct="passed")
def unwrap(ct: Any, out: Any, p: Any, *, discont: Any = None, axis: Any = -1, period: Any = 0.0) -> Any:
    return ct


def along(x: Any, rank: Any, axis: Any) -> Any:
    """A line with axes of length 1 for the others of an array."""
    return np.reshape(x, (*[1 for _ in range(axis % rank)], -1, *[1 for _ in range(rank - 1 - axis % rank)]))


def later(x: Any, axis: Any, like: Any) -> Any:
    """`x` after a zero along an axis, of which `like` has one element at least."""
    return np.concatenate((np.zeros_like(part(like, None, 1, axis)), x), axis)


def earlier(x: Any, axis: Any, like: Any) -> Any:
    """`x` before a zero along an axis, of which `like` has one element at least."""
    return np.concatenate((x, np.zeros_like(part(like, None, 1, axis))), axis)


@rule(np.trapezoid, whole=True)
def trapezoid(ct: Any, out: Any, y: Any, x: Any = None, dx: Any = None, *, axis: Any = -1) -> Any:
    axis = axis % y.ndim
    half = 0.5 * ct if y.ndim == 1 else 0.5 * np.expand_dims(ct, axis)
    if x is None:
        steps = np.full_like(part(y, 1, None, axis), half if dx is None else half * dx)
        dy = later(steps, axis, y) + earlier(steps, axis, y)
        return dy if dx is None else (dy, None, np.sum(half * (part(y, 1, None, axis) + part(y, None, -1, axis))))
    dy, moved = of_areas(half, y, x, axis)
    return dy, moved, None


def of_areas(half: Any, y: Any, x: Any, axis: Any) -> Any:
    """What samples and their places get from half the cotangents of the areas between each two of them."""
    by_step = half * (part(y, 1, None, axis) + part(y, None, -1, axis))
    if np.ndim(x) == 1 and y.ndim > 1:
        steps = half * along(np.diff(x), y.ndim, axis)
        by_step = np.ravel(np.sum(by_step, axis=other_axes(y.ndim, axis)))
        moved = later(by_step, 0, x) - earlier(by_step, 0, x)
    elif y.ndim > 1:  # which broadcast against each other
        steps, both = half * np.diff(x, axis=axis), x + y
        moved = later(by_step, axis, both) - earlier(by_step, axis, both)
        dy = later(steps, axis, both) + earlier(steps, axis, both)
        return unbroadcast(dy, y), unbroadcast(moved, x)
    else:
        steps = half * np.diff(x)
        moved = later(by_step, 0, x) - earlier(by_step, 0, x)
    return later(steps, axis, y) + earlier(steps, axis, y), moved


@static
def other_axes(rank: int, axis: int) -> tuple[int, ...]:
    """All axes but one."""
    return tuple(k for k in range(rank) if k != axis % rank)
