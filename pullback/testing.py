"""`test_rule` checks a rule for an operation as it stands, with no transpiler; for those who write rules."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.checking.measuring import STEPS, Measured, directions, measured, random_cotangent, tolerance
from pullback.checking.trees import identical, is_float, leaves, map_leaves
from pullback.runtime import unbroadcast
from pullback.stdlib import registry


def test_rule(
    op: registry.Op,
    *inputs: Any,
    seed: int = 0,
    rtol: float = 1e-6,
    only: Sequence[int] | None = None,
    **static: Any,
) -> None:
    """Check the rules of `op` at the call `op(*inputs, **static)`. Raises AssertionError with what is wrong.

    For each subset of the inputs that hold floats: the derivative along a random direction, with a random cotangent,
    must agree with central differences at one of several steps, within `rtol` of the size of its terms. A rule must
    leave its operands alone, give the same twice, stay in float32 where these are float32, and take one number for a
    cotangent where it says so. An elementwise rule is also called with one operand broadcast against the others.
    Raises LookupError where `op` has no rule.

    `only`: the positions of the inputs in which there is a derivative at this point, where not in all.
    """
    floats = tuple(i for i, x in enumerate(inputs) if any(map(is_float, leaves(x))) and (only is None or i in only))
    if registry.find_forward(op) is None:
        _find(op, floats)
    for size in range(1, len(floats) + 1):
        for active in itertools.combinations(floats, size):
            _Call(op, inputs, active, static, np.random.default_rng(seed), rtol).check()
    for narrow in _broadcast(op, inputs, floats):
        _Call(op, narrow, floats, static, np.random.default_rng(seed), rtol).check()


test_rule.__test__ = False  # type: ignore[attr-defined]


def _find(op: registry.Op, active: tuple[int, ...]) -> registry.Rule:
    found = registry.find(op, active)
    if found is None:
        raise LookupError(f"{op!r} has no rule for the inputs {active}")
    return found


def cotangents(
    op: registry.Op, inputs: Sequence[Any], active: tuple[int, ...], ct: Any, **static: Any
) -> tuple[Any, ...]:
    """What the rule gives for each input, not yet un-broadcast or cast; elementwise partials times `ct`."""
    found = _find(op, active)
    out = op(*inputs, **static)
    given = found.fn(out, *inputs, **static) if found.kind == "elementwise" else found.fn(ct, out, *inputs, **static)
    each = given if len(inputs) > 1 else (given,)
    if found.kind == "elementwise":
        each = tuple(None if partial is None else ct * partial for partial in each)
    return tuple(each[: len(inputs)])


def cotangent_of(out: Any, rng: np.random.Generator) -> Any:
    """A random cotangent; that of a Python integer, which is a float for other operands, is a float."""
    return random_cotangent(map_leaves(lambda x: float(x) if isinstance(x, int) else x, out), rng)


def fitted(g: Any, x: Any) -> Any:
    """A cotangent summed and repeated to the shapes of `x`, leaf by leaf."""
    if isinstance(x, list | tuple):
        g = (None,) * len(x) if g is None else g
        _require(len(g) == len(x), f"there are {len(g)} cotangents for {len(x)} items")
        return type(x)(map(fitted, g, x))
    return np.zeros(np.shape(x)) if g is None else np.broadcast_to(unbroadcast(g, x), np.shape(x))


def float_leaves(x: Any) -> Iterator[Any]:
    """The floats and arrays of floats in an input."""
    return filter(is_float, leaves(x))


def _broadcast(op: registry.Op, inputs: Sequence[Any], floats: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """The inputs of an elementwise rule with the last axis of one of them cut to length 1, to broadcast."""
    found = registry.find(op, floats)
    wide = [i for i in floats if isinstance(inputs[i], np.ndarray) and inputs[i].ndim and inputs[i].shape[-1] > 1]
    if found is not None and found.kind == "elementwise" and len(wide) > 1:
        for i in wide:
            yield (*inputs[:i], inputs[i][..., :1], *inputs[i + 1 :])


@dataclass(frozen=True)
class _Call:
    """One call of an operation of which some inputs are differentiated, and what is checked of its rules."""

    op: Any
    inputs: Sequence[Any]
    active: tuple[int, ...]
    static: dict[str, Any]
    rng: np.random.Generator
    rtol: float

    def check(self) -> None:
        """Everything."""
        if registry.find_forward(self.op) is not None:
            self.check_forward()
        if registry.find(self.op, self.active) is not None or registry.find_forward(self.op) is None:
            self.check_reverse()
            self.check_small_cotangents()
            self.check_single_precision()

    def require(self, ok: bool, message: str) -> None:
        """Raise AssertionError, with the operation, if something is not as it must be."""
        which = f"input {self.active[0]}" if len(self.active) == 1 else f"inputs {self.active}"
        _require(ok, f"the rule of {getattr(self.op, '__name__', self.op)!r} in {which}: {message}")

    def reverse(self, inputs: Sequence[Any], ct: Any) -> tuple[Any, ...]:
        return cotangents(self.op, inputs, self.active, ct, **self.static)

    def check_reverse(self) -> None:
        """Against differences, twice, with operands and cotangent left alone."""
        before = copy.deepcopy(self.inputs)
        out = self.op(*self.inputs, **self.static)
        ct = cotangent_of(out, self.rng)
        kept = copy.deepcopy(ct)
        gs, again = self.reverse(self.inputs, ct), self.reverse(self.inputs, ct)
        self.require(identical([gs[i] for i in self.active], [again[i] for i in self.active]), _OTHERWISE)
        self.require(identical(self.inputs, before), "an operand was written to")
        self.require(identical(ct, kept), "the cotangent was written to")
        gradients = [fitted(gs[i], self.inputs[i]) for i in self.active]
        finite = all(np.all(np.isfinite(g)) for g in float_leaves(gradients))
        self.require(finite, f"a cotangent is not finite: {gradients}")
        tangents = directions([self.inputs[i] for i in self.active], self.rng)
        m = self.measured(tangents, ct, None, gradients)
        self.require(self.fits(m, m.reverse), _off(m, m.reverse))

    def check_forward(self) -> None:
        """Its tangent against differences, twice, with operands and tangents left alone."""
        found = registry.find_forward(self.op)
        assert found is not None
        before = copy.deepcopy(self.inputs)
        out = self.op(*self.inputs, **self.static)
        moving = directions([self.inputs[i] for i in self.active], self.rng)
        at = dict(zip(self.active, moving, strict=True))
        tangents = tuple(at.get(i) for i in range(len(self.inputs)))
        kept = copy.deepcopy(tangents)
        dout, again = (found.fn(tangents, out, *self.inputs, **self.static) for _ in range(2))
        self.require(identical(dout, again), _OTHERWISE)
        self.require(identical(self.inputs, before), "an operand was written to")
        self.require(identical(tangents, kept), "a tangent was written to")
        m = self.measured(moving, cotangent_of(out, self.rng), dout, None)
        self.require(self.fits(m, m.forward), _off(m, m.forward))

    def measured(self, tangents: Sequence[Any], ct: Any, dout: Any, gradients: Any) -> Measured:
        def moved(*xs: Any) -> Any:
            at = dict(zip(self.active, xs, strict=True))
            return self.op(*(at.get(i, x) for i, x in enumerate(self.inputs)), **self.static)

        return measured(moved, [self.inputs[i] for i in self.active], tangents, ct, dout, gradients, STEPS)

    def fits(self, m: Measured, x: float | None) -> bool:
        rtol = self.rtol if m.eps <= np.finfo(float).eps else max(self.rtol, tolerance(m.eps))
        return m.fits(x, rtol)

    def check_small_cotangents(self) -> None:
        """One number for every element, where a rule takes that, is worth an array of it."""
        found, out = _find(self.op, self.active), self.op(*self.inputs, **self.static)
        if found.kind != "reverse" or found.ct in ("whole", "parts") or not np.shape(out):
            return
        gs = self.reverse(self.inputs, np.full_like(out, 0.7))
        small = self.reverse(self.inputs, 0.7) if found.ct != "passed" else (0.7,) * len(self.inputs)
        for i in self.active:
            x = self.inputs[i]
            for g, h, leaf in zip(_flat(gs[i], x), _flat(small[i], x), float_leaves(x), strict=True):
                h = np.broadcast_to(h, np.shape(out)) if found.ct == "elementwise" else h
                same = np.allclose(fitted(h, leaf), fitted(g, leaf), rtol=1e-12, atol=0.0)
                self.require(same, "one number for a cotangent gives something else than an array of it")

    def check_single_precision(self) -> None:
        """With arrays of float32 the rule stays in float32, and agrees with itself in float64."""
        if all(isinstance(x, float) and not isinstance(x, np.generic) for x in self.floats(self.inputs)):
            return
        single, double = _cast(self.inputs, np.float32), _cast(_cast(self.inputs, np.float32), np.float64)
        out = self.op(*single, **self.static)
        if not all(np.result_type(x) == np.float32 for x in float_leaves(out)):
            return
        ct = map_leaves(
            lambda x: None if x is None else np.asarray(x, np.float32)[()] if np.ndim(x) == 0 else x.astype(np.float32),
            cotangent_of(self.op(*double, **self.static), self.rng),
        )
        low, high = self.reverse(single, ct), self.reverse(double, _cast(ct, np.float64))
        for i in self.active:
            exact = float_leaves(fitted(high[i], double[i]))
            for g, e, x in zip(float_leaves(low[i]), exact, float_leaves(single[i]), strict=False):
                kept = type(x) is float or type(g) is float or g.dtype == np.float32
                self.require(kept, f"gives {np.asarray(g).dtype}, not float32, for operands of float32")
                near = np.broadcast_to(unbroadcast(g, x), np.shape(x))
                size = np.max(np.abs(e), initial=0.0)
                close = np.allclose(near, e, rtol=1e-3, atol=1e-4 * size + 1e-6)
                self.require(close, f"gives {near} in float32, and {e} in float64")

    def floats(self, inputs: Sequence[Any]) -> list[Any]:
        """The leaves that are differentiated."""
        return [leaf for i in self.active for leaf in float_leaves(inputs[i])]


_OTHERWISE = "a second call gives another result"


def _require(ok: bool, message: str) -> None:
    if not ok:
        raise AssertionError(message)


def _off(m: Measured, x: float | None) -> str:
    return f"the derivative along a random direction is {x}, differences give {m.settled()}"


def _cast(tree: Any, dtype: Any) -> Any:
    """NumPy's floats in another precision; Python's stay."""
    return map_leaves(lambda x: x.astype(dtype) if is_float(x) and hasattr(x, "astype") else x, tree)


def _flat(g: Any, x: Any) -> Iterator[Any]:
    """The cotangents of the floating leaves of an input; one number may stand for all."""
    if isinstance(x, list | tuple):
        for k, item in enumerate(x):
            yield from _flat(g[k] if isinstance(g, list | tuple) else g, item)
    elif is_float(x):
        yield g
