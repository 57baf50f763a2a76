"""A derivative along one direction: by forward mode, by reverse mode, and by central differences at several steps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.checking.trees import Tree, dot, is_float, leaves, map_leaves, moved, pairs

STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
_STANDS_OUT = 1e-2  # noise, as a part of the derivative
_VANISHES = 1e-9  # of the difference at another step: of x**3 at 0
ROUNDING = 100.0  # so many times the spacing of floats may two ways to compute one number differ


@dataclass(frozen=True)
class Measured:
    """`<ct, df(v)>` in each way; `size` is the sum of the absolute values of the terms, `noise` that of a difference.

    None: not computed in this way. `eps` is the spacing of floats at 1 in the narrowest type that there is, `rounding`
    that of the value. Of the differences only those are kept in which the derivative stands out of the noise.
    """

    forward: float | None
    reverse: float | None
    differences: tuple[float, ...]
    size: float
    noise: float
    eps: float
    rounding: float

    def settled(self) -> float:
        """The difference at the step that is the farthest from rounding and from curvature: where it changes least."""
        pairs = list(itertools.pairwise(self.differences))
        return min(pairs, key=lambda p: abs(p[0] - p[1]))[1] if pairs else [*self.differences, math.nan][0]

    def error(self, x: float) -> float:
        """By how much, relative to its size, `x` is off the nearest difference; infinite where either is no number."""
        off = min((abs(d - x) for d in self.differences), default=math.inf)
        if not math.isfinite(off):
            return math.inf
        floor = max(self.noise, _VANISHES * max(map(abs, self.differences)))
        return 0.0 if off <= floor else off / self.size if self.size > 0.0 else math.inf

    def gap(self) -> float:
        """By how much, relative to their size, forward and reverse mode differ."""
        if self.forward is None or self.reverse is None:
            return 0.0
        gap = abs(self.forward - self.reverse)
        if not math.isfinite(gap):
            return math.inf
        return 0.0 if gap <= self.rounding else gap / self.size

    def agree(self, condition: float) -> bool:
        """Do forward and reverse mode agree to rounding?"""
        return self.gap() <= ROUNDING * self.eps * condition

    def fits(self, x: float | None, rtol: float) -> bool:
        """Does `x` agree with the difference at some step? What was not computed does."""
        return x is None or self.error(x) <= rtol


def tolerance(eps: float) -> float:
    """How far derivatives in this precision may be off central differences, relative to their size."""
    return max(math.sqrt(eps), 1e-6)


def eps_of(*trees: Tree) -> float:
    """The spacing of floats at 1 in the narrowest type among the leaves."""
    kinds = {np.asarray(x).dtype for x in leaves(trees) if is_float(x)}
    return max((float(np.finfo(d).eps) for d in kinds), default=float(np.finfo(float).eps))


def directions(args: Sequence[Tree], rng: np.random.Generator, only: int | None = None) -> tuple[Tree, ...]:
    """A random tangent for each argument, of its kinds and of about the size of each leaf; None where that is no float.

    `only`: the one leaf, of those that are floats, which moves; the tangents of the others are zero.
    """
    count = -1

    def tangent(x: Any) -> Any:
        nonlocal count
        if not is_float(x):
            return None
        count += 1
        made = rng.standard_normal(np.shape(x)) * _size(x)
        return like(x, made if only in (None, count) else np.zeros(np.shape(x)))

    return tuple(map_leaves(tangent, x) for x in args)


def _size(x: Any) -> float:
    """The root mean square of a leaf; 1 if that is zero or no number."""
    found = float(np.sqrt(np.mean(np.square(np.asarray(x, float))))) if np.size(x) else 1.0
    return found if math.isfinite(found) and found > 0.0 else 1.0


def random_cotangent(out: Tree, rng: np.random.Generator) -> Tree:
    """A random cotangent of a result: of its structure and kinds, None for what is no float."""
    return map_leaves(lambda x: like(x, rng.standard_normal(np.shape(x))) if is_float(x) else None, out)


def like(x: Any, value: Any) -> Any:
    """`value` as a number or array of the kind of `x`."""
    return np.asarray(value).astype(x.dtype) if isinstance(x, np.ndarray) else type(x)(value)


def differences(
    f: Callable[..., Any], args: Sequence[Tree], tangents: Sequence[Tree], ct: Tree, steps: Iterable[float] = STEPS
) -> list[tuple[float, float]]:
    """`<ct, df(tangents)>` by central differences at each step where `f` can be computed, each with its noise.

    Narrow floats are moved, and so computed with, as float64.
    """
    found: list[tuple[float, float]] = []
    for step in steps:
        ends = []
        for sign in (1.0, -1.0):
            try:
                ends.append(f(*(moved(x, t, sign * step) for x, t in zip(args, tangents, strict=True))))
            except (ArithmeticError, ValueError):  # out of its domain
                break
        else:
            difference = (dot(ct, ends[0]) - dot(ct, ends[1])) / (2.0 * step)
            noise = ROUNDING * eps_of(ends[0]) * _sum_of_sizes(ct, ends[0]) / step
            found += [(difference, noise)] if math.isfinite(difference) else []
    return found


def measured(
    f: Callable[..., Any],
    args: Sequence[Tree],
    tangents: Sequence[Tree],
    ct: Tree,
    dout: Tree | None,
    gradients: Sequence[Tree] | None,
    steps: Iterable[float] = STEPS,
) -> Measured:
    """The derivative of `f` in all its arguments, whose tangents may be None, from `dout` and from `gradients`."""
    found, eps = differences(f, args, tangents, ct, steps), eps_of(list(args), ct)
    least = min((noise for _, noise in found), default=0.0)
    forward = None if dout is None else dot(ct, dout)
    reverse = None if gradients is None else dot(gradients, list(tangents))
    size = (0.0 if dout is None else _sum_of_sizes(ct, dout)) + (
        0.0 if gradients is None else _sum_of_sizes(list(gradients), list(tangents))
    )
    kept = tuple(d for d, noise in found if size == 0.0 or noise <= max(_STANDS_OUT * size, least))
    rounding = eps * _sum_of_sizes(ct, f(*(moved(x, t, 0.0) for x, t in zip(args, tangents, strict=True))))
    return Measured(forward, reverse, kept, size, least, eps, rounding)


def _sum_of_sizes(a: Tree, b: Tree) -> float:
    return float(sum(np.sum(np.abs(np.asarray(x, dtype=float) * y)) for x, y in pairs(a, b)))
