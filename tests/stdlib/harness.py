"""Checks any rule as it stands, with no transpiler: against finite differences, in both precisions, twice."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pullback.runtime import unbroadcast
from pullback.stdlib import registry

STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


def check_rule(
    op: registry.Op, *inputs: Any, seed: int = 0, rtol: float = 1e-6, only: Sequence[int] | None = None, **static: Any
) -> None:
    """Check the reverse-mode rules of `op` at a call, for each subset of its floating inputs that may be active.

    Cotangents are random; the derivative along a random direction must agree with central differences at one of several
    steps. The rule must leave its operands alone and give the same twice; float32 must stay float32. `only`: the
    positions of the inputs in which the derivative exists at this point, where not in all.
    """
    floats = [i for i, x in enumerate(inputs) if any(True for _ in float_leaves(x)) and (only is None or i in only)]
    for size in range(1, len(floats) + 1):
        for active in itertools.combinations(floats, size):
            rng = np.random.default_rng(seed)
            _check_derivative(op, inputs, active, static, rng, rtol)
            _check_single_precision(op, inputs, active, static, rng)


def cotangents(
    op: registry.Op, inputs: Sequence[Any], active: tuple[int, ...], ct: Any, **static: Any
) -> tuple[Any, ...]:
    """What the rule gives for each input, not yet un-broadcast or cast; elementwise partials times `ct`."""
    found = registry.find(op, active)
    if found is None:
        raise LookupError(f"{op!r} has no rule for the inputs {active}")
    out = op(*inputs, **static)
    given = found.fn(out, *inputs, **static) if found.kind == "elementwise" else found.fn(ct, out, *inputs, **static)
    each = given if len(inputs) > 1 else (given,)
    if found.kind == "elementwise":
        each = tuple(None if partial is None else ct * partial for partial in each)
    return tuple(each[: len(inputs)])


def fitted(g: Any, x: Any) -> Any:
    """A cotangent summed and repeated to the shapes of `x`, leaf by leaf."""
    if isinstance(x, list | tuple):
        g = (None,) * len(x) if g is None else g
        assert len(g) == len(x), "one cotangent for each item"
        return type(x)(map(fitted, g, x))
    return np.zeros(np.shape(x)) if g is None else np.broadcast_to(unbroadcast(g, x), np.shape(x))


def float_leaves(x: Any) -> Iterator[Any]:
    """The floats and float arrays in an input."""
    if isinstance(x, list | tuple):
        for item in x:
            yield from float_leaves(item)
    elif isinstance(x, float) or (isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f"):
        yield x


def map_leaves(f: Callable[..., Any], x: Any, *others: Any) -> Any:
    """`f` of each float leaf of `x` (and of the same leaves of `others`); other leaves as they are."""
    if isinstance(x, list | tuple):
        return type(x)(map_leaves(f, *items) for items in zip(x, *others, strict=True))
    return f(x, *others) if next(float_leaves(x), None) is not None else x


def direction(x: Any, rng: np.random.Generator) -> Any:
    """A random direction in which to move `x`; leaves that are no floats stay where they are."""
    if isinstance(x, list | tuple):
        return type(x)(direction(item, rng) for item in x)
    return (
        _like(x, rng.standard_normal(np.shape(x))) if next(float_leaves(x), None) is not None else np.zeros(np.shape(x))
    )


def _like(x: Any, value: Any) -> Any:
    """`value` as a number or array of the kind of `x`."""
    if isinstance(x, np.ndarray):
        return np.asarray(value)
    return float(value) if isinstance(x, float) and not isinstance(x, np.generic) else np.asarray(value)[()]


def inner(a: Any, b: Any) -> float:
    """The sum of the products of two structures."""
    if isinstance(b, list | tuple):
        return sum(inner(x, y) for x, y in zip(a, b, strict=True))
    return float(np.sum(np.asarray(a, float) * np.asarray(b, float)))


def _check_derivative(
    op: Any, inputs: Sequence[Any], active: tuple[int, ...], static: Any, rng: Any, rtol: float
) -> None:
    before = copy.deepcopy(inputs)
    out = op(*inputs, **static)
    ct = random_cotangent(out, rng)
    kept_ct = copy.deepcopy(ct)
    gs = cotangents(op, inputs, active, ct, **static)
    again = cotangents(op, inputs, active, ct, **static)
    for i in active:
        assert_same(gs[i], again[i], "a second call gives another result")
    assert_same(inputs, before, "an operand was written to")
    assert_same(ct, kept_ct, "the cotangent was written to")

    _check_small_cotangents(op, inputs, active, static, out)
    directions = {i: direction(inputs[i], rng) for i in active}
    grads = {i: fitted(gs[i], inputs[i]) for i in active}
    for i in active:
        assert all(np.all(np.isfinite(g)) for g in float_leaves(grads[i])), f"not finite: {grads[i]}"
    got = sum(inner(grads[i], directions[i]) for i in active)
    scale = sum(abs(inner(map_leaves(abs, grads[i]), map_leaves(abs, directions[i]))) for i in active)
    moves = [_difference(op, inputs, directions, static, ct, h) for h in STEPS]
    closest = min(moves, key=lambda d: abs(d - got))
    noise = 1e-11 * (abs(inner(ct, out)) + 1.0)
    assert abs(closest - got) <= rtol * scale + noise, f"{op!r} {active}: rule {got}, differences {moves}"


def _check_small_cotangents(op: Any, inputs: Sequence[Any], active: tuple[int, ...], static: Any, out: Any) -> None:
    """One number for every element, where a rule takes that, is worth an array of it."""
    found = registry.find(op, active)
    if found is None or found.kind != "reverse" or found.ct == "whole" or not np.shape(out):
        return
    gs = cotangents(op, inputs, active, np.full_like(out, 0.7), **static)
    small = cotangents(op, inputs, active, 0.7, **static) if found.ct != "passed" else (0.7,) * len(inputs)
    for i in active:
        for g, h, x in zip(
            flat_cotangents(gs[i], inputs[i]),
            flat_cotangents(small[i], inputs[i]),
            float_leaves(inputs[i]),
            strict=True,
        ):
            h = np.broadcast_to(h, np.shape(out)) if found.ct == "elementwise" else h
            np.testing.assert_allclose(fitted(h, x), fitted(g, x), rtol=1e-12)


def flat_cotangents(g: Any, x: Any) -> Iterator[Any]:
    """The cotangents of the floating leaves of an input; one number may stand for all."""
    if isinstance(x, list | tuple):
        for k, item in enumerate(x):
            yield from flat_cotangents(g[k] if isinstance(g, list | tuple) else g, item)
    elif next(float_leaves(x), None) is not None:
        yield g


def _difference(op: Any, inputs: Sequence[Any], directions: dict[int, Any], static: Any, ct: Any, h: float) -> float:
    ends = []
    for sign in (1.0, -1.0):
        moved = [
            map_leaves(lambda a, v: _like(a, a + sign * h * v), x, directions[i]) if i in directions else x
            for i, x in enumerate(inputs)
        ]
        ends.append(inner(ct, op(*moved, **static)))
    return (ends[0] - ends[1]) / (2.0 * h)


def _check_single_precision(op: Any, inputs: Sequence[Any], active: tuple[int, ...], static: Any, rng: Any) -> None:
    """With arrays of float32 the rule stays in float32, and agrees with itself in float64."""
    if not any(isinstance(x, np.ndarray | np.generic) for i in active for x in float_leaves(inputs[i])):
        return
    single = [
        map_leaves(lambda x: x.astype(np.float32) if isinstance(x, np.ndarray | np.generic) else x, x) for x in inputs
    ]
    double = [
        map_leaves(lambda x: x.astype(np.float64) if isinstance(x, np.ndarray | np.generic) else x, x) for x in single
    ]
    out = op(*single, **static)
    if not all(np.result_type(x) == np.float32 for x in float_leaves(out)):
        return
    ct = random_cotangent(op(*double, **static), rng)
    ct = map_leaves(lambda x: x.astype(np.float32) if hasattr(x, "astype") else np.float32(x), ct)
    ct64 = map_leaves(lambda x: x.astype(np.float64), ct)
    low = cotangents(op, single, active, ct, **static)
    high = cotangents(op, double, active, ct64, **static)
    for i in active:
        exact_leaves = float_leaves(fitted(high[i], double[i]))
        for g, exact, x in zip(float_leaves(low[i]), exact_leaves, float_leaves(single[i]), strict=False):
            kept = type(x) is float or type(g) is float or g.dtype == np.float32
            assert kept, f"{op!r} {active}: {g.dtype}, not float32"
            near = np.broadcast_to(unbroadcast(g, x), np.shape(x))
            size = np.max(np.abs(exact), initial=0.0)
            np.testing.assert_allclose(near, exact, rtol=1e-3, atol=1e-4 * size + 1e-6)


def random_cotangent(out: Any, rng: np.random.Generator) -> Any:
    """A random cotangent with the structure of `out`."""
    return map_leaves(lambda x: _like(x, rng.standard_normal(np.shape(x))), out)


def assert_same(a: Any, b: Any, why: str) -> None:
    """Equal, element by element."""
    if isinstance(a, list | tuple):
        for x, y in zip(a, b, strict=True):
            assert_same(x, y, why)
    else:
        assert a is b or np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f"), why
