"""`check_grad`: a derivative against the function, the two modes against each other, both against differences."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pullback import errors
from pullback.api import jvp, value_and_grad, vjp
from pullback.checking.measuring import (
    ROUNDING,
    STEPS,
    Measured,
    directions,
    eps_of,
    like,
    measured,
    random_cotangent,
    tolerance,
)
from pullback.checking.report import Finding, Report, Worst
from pullback.checking.statements import first_statement
from pullback.checking.trees import Tree, copied, has_floats, identical, is_float, leaves, named_leaves, pairs
from pullback.derived import Derived
from pullback.target import target_of
from pullback.wrt import Wrt, wrt_positions

Mode = Literal["forward", "reverse"]
_EVERYTHING = "everything at once"
_RANDOM = 3  # directions in which everything moves


def check_grad(
    f: Callable[..., Any],
    args: Sequence[Any],
    *,
    wrt: Wrt | None = None,
    modes: Sequence[Mode] = ("forward", "reverse"),
    condition: float = 1.0,
    rtol: float | None = None,
    steps: Sequence[float] = STEPS,
    seed: int = 0,
) -> Report:
    """Check the derivative of `f` at these arguments, which stay as they are: `.ok`, and a report to print.

    The value must be that of `f` to the bit; forward and reverse mode must agree to rounding, times `condition`; both
    must agree with central differences at one of several `steps`, relative to the size of each leaf, within `rtol`,
    along random directions in everything and in each leaf, with random cotangents. Arguments must be left as they are,
    and a second call must give the same. Where differences disagree, the first statement of the user's whose own
    derivative does is looked for. `wrt`: all arguments that hold floats, if left out.

    A derivative that is wrong is reported, not raised; what cannot be transpiled raises as `vjp` and `jvp` do. What the
    function prints is not shown, it is called some hundred times.
    """
    if not modes or not set(modes) <= {"forward", "reverse"}:
        raise errors.PullbackError(f"there are no modes {modes!r}", hint="Choose 'forward', 'reverse' or both.")
    call = _Call.of(f, args, wrt)
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        return _checked(call, tuple(modes), condition, rtol, tuple(steps), seed)


@dataclass(frozen=True)
class _Call:
    """A function and its arguments by position; `wrt` are the positions of those that move."""

    f: Callable[..., Any]
    signature: inspect.Signature
    names: tuple[str, ...]
    values: tuple[Any, ...]
    wrt: tuple[int, ...]

    @staticmethod
    def of(f: Callable[..., Any], args: Sequence[Any], wrt: Wrt | None) -> _Call:
        target = f._target if isinstance(f, Derived) else target_of(f)
        signature = inspect.signature(f)
        given = signature.bind(*args).arguments
        names, values = tuple(given), tuple(given.values())
        if wrt is None:
            found = tuple(k for k, x in enumerate(values) if has_floats(x))
            if not found:
                raise errors.WrtError(f"no argument of {target.function.__name__!r} holds floats")
        else:
            first = 0 if target.args else target.first_free(names)
            found, _ = wrt_positions(wrt, names, target.function.__name__, first)
        return _Call(f, signature, names, values, found)

    @property
    def moving(self) -> tuple[Any, ...]:
        return tuple(self.values[k] for k in self.wrt)

    @property
    def wrt_names(self) -> tuple[str, ...]:
        return tuple(self.names[k] for k in self.wrt)

    def args(self, values: Sequence[Any]) -> tuple[Any, ...]:
        return inspect.BoundArguments(self.signature, dict(zip(self.names, values, strict=True))).args

    def primal(self, *moving: Any) -> Any:
        """The function at other values of what moves."""
        at = dict(zip(self.wrt, moving, strict=True))
        return self.f(*self.args([at[k] if k in at else copied(x) for k, x in enumerate(self.values)]))


def _checked(
    call: _Call, modes: tuple[Mode, ...], condition: float, rtol: float | None, steps: tuple[float, ...], seed: int
) -> Report:
    runs = _Runs(call, modes, condition)
    findings = [runs.values(), runs.arguments(), runs.second_call()]
    if "reverse" in modes:
        findings.append(runs.kinds())
    worst = None
    if all(f.ok for f in findings):
        rtol = tolerance(eps_of(list(call.moving), runs.value)) if rtol is None else rtol
        found = runs.along_directions(np.random.default_rng(seed), steps)
        findings += [runs.value_and_grad()] if runs.whole is not None else []
        findings += _against(found, condition, rtol)
        worst = _worst(found, rtol)
    statement = None
    if has_floats(runs.value) and not all(f.ok for f in findings):
        statement = first_statement(call.f, call.args(call.values), call.wrt_names, rtol, steps)
    name = getattr(call.f, "__name__", type(call.f).__name__)
    return Report(name, call.wrt_names, tuple(findings), worst, statement)


class _Runs:
    """What the derivatives of a function give at its arguments."""

    def __init__(self, call: _Call, modes: tuple[Mode, ...], condition: float) -> None:
        self.call, self.modes, self.condition = call, modes, condition
        self.value = copied(call.f(*call.args(copied(call.values))))
        self.again = call.f(*call.args(copied(call.values)))
        self.given = copied(call.values)
        self.held = [(x, copied(x)) for x in leaves(self.given) if isinstance(x, np.ndarray)]
        self.given_values: dict[str, Any] = {}
        self.whole: Any = None
        self.ct = random_cotangent(self.value, np.random.default_rng(1))
        if "reverse" in modes:
            self.derivative = vjp(call.f, wrt=call.wrt_names)
            self.given_values["vjp"], self.pull = self.derivative(*call.args(self.given))
            self.gradients = copied(self.pull(self.ct))
            if is_float(self.value) and np.shape(self.value) == ():
                whole = value_and_grad(call.f, wrt=call.wrt_names)
                self.given_values["value_and_grad"], self.whole = whole(*call.args(self.given))
        if "forward" in modes:
            self.push = jvp(call.f, wrt=call.wrt_names)
            self.tangents = directions(call.moving, np.random.default_rng(2))
            out, dout = self.push(call.args(self.given), self.tangents)
            self.given_values["jvp"], self.dout = out, copied(dout)

    def values(self) -> Finding:
        """Is the value that of the function, to the bit?"""
        if not has_floats(self.value):
            return Finding("value", False, "holds no floats, so there is no derivative")
        if not all(np.all(np.isfinite(x)) for x in leaves(self.value) if is_float(x)):
            return Finding("value", False, "is not finite at this point, so that nothing can be compared")
        wrong = [name for name, value in self.given_values.items() if not identical(value, self.value)]
        if not identical(self.value, self.again):
            return Finding("value", False, "the function itself gives another value when it is called again")
        if wrong:
            return Finding("value", False, f"{' and '.join(wrong)} give another value than the function")
        return Finding("value", True, f"to the bit that of the function, by {', '.join(self.given_values)}")

    def arguments(self) -> Finding:
        """Are the arrays of the arguments as they were?"""
        changed = {id(x) for x, before in self.held if not identical(x, before)}
        written = [path for path, x in _named(self.call, self.given) if id(x) in changed]
        text = f"{', '.join(written)} changed by the derivative" if written else "left as they were"
        return Finding("arguments", not written, text)

    def second_call(self) -> Finding:
        """Does the derivative give the same once more?"""
        same = True
        if "reverse" in self.modes:
            same = identical(self.pull(self.ct), self.gradients)
            _, pull = self.derivative(*self.call.args(copied(self.call.values)))
            same = same and identical(pull(self.ct), self.gradients)
        if "forward" in self.modes:
            again = self.push(self.call.args(copied(self.call.values)), self.tangents)
            same = same and identical(again[1], self.dout)
        return Finding("second call", same, "gives the same" if same else "gives another derivative")

    def kinds(self) -> Finding:
        """Has each gradient the structure, shapes and dtypes of its argument?"""
        unlike = [
            name
            for name, g, x in zip(self.call.wrt_names, self.gradients, self.call.moving, strict=True)
            if not _like(g, x)
        ]
        text = f"{', '.join(unlike)}: another structure, shape or dtype" if unlike else "are like the arguments"
        return Finding("gradients", not unlike, text)

    def value_and_grad(self) -> Finding:
        """Differs the gradient of `value_and_grad` from that of `vjp` by rounding only?"""
        within = ROUNDING * eps_of(self.whole, self.value) * self.condition
        each = [
            (np.asarray(x, float), np.asarray(y, float)) for x, y in pairs(self.whole, self.pull(like(self.value, 1.0)))
        ]
        size = max((float(np.max(np.abs(x), initial=0.0)) for x, _ in each), default=0.0)
        ok = all(bool(np.all(np.abs(x - y) <= within * size)) for x, y in each)
        return Finding("value_and_grad against vjp", ok, "agree to rounding" if ok else "give other gradients")

    def along_directions(self, rng: np.random.Generator, steps: tuple[float, ...]) -> list[tuple[str, Measured]]:
        """The derivative along random directions, in everything and in each leaf, by the name of what moves."""
        names = [path for path, x in _named(self.call, self.call.values, only_wrt=True) if is_float(x)]
        alone = list(enumerate(names)) if len(names) > 1 else []
        everything = names[0] if len(names) == 1 else _EVERYTHING
        every: list[tuple[int | None, str]] = [*[(None, everything)] * _RANDOM, *alone]
        found = []
        for only, name in every:
            tangents = directions(self.call.moving, rng, only)
            ct = random_cotangent(self.value, rng)
            dout = gradients = None
            if "forward" in self.modes:
                _, dout = self.push(self.call.args(copied(self.call.values)), tangents)
            if "reverse" in self.modes:
                gradients = self.pull(ct)
            found.append((name, measured(self.call.primal, self.call.moving, tangents, ct, dout, gradients, steps)))
        return found


def _named(call: _Call, values: Sequence[Tree], only_wrt: bool = False) -> list[tuple[str, Any]]:
    """The leaves of the arguments, with their names."""
    return [
        found
        for k, (name, x) in enumerate(zip(call.names, values, strict=True))
        if not only_wrt or k in call.wrt
        for found in named_leaves(x, name)
    ]


def _like(gradient: Tree, argument: Tree) -> bool:
    each, of = [*leaves(gradient)], [*leaves(argument)]
    if len(each) != len(of):
        return False
    return all(
        np.shape(g) == np.shape(x) and np.asarray(g).dtype == np.asarray(x).dtype if is_float(x) else g is None
        for g, x in zip(each, of, strict=True)
    )


def _against(found: Sequence[tuple[str, Measured]], condition: float, rtol: float) -> list[Finding]:
    """What the derivatives along directions say of each other."""
    out = []
    if all(m.forward is not None and m.reverse is not None for _, m in found):
        ok = all(m.agree(condition) for _, m in found)
        gap = max(m.gap() for _, m in found)
        text = "agree to rounding" if ok else f"differ by {gap:.1e} of the size of their terms"
        out.append(Finding("forward against reverse", ok, text))
    for name, ways in {
        "reverse against differences": [(m, m.reverse) for _, m in found],
        "forward against differences": [(m, m.forward) for _, m in found],
    }.items():
        off = [m.error(x) for m, x in ways if x is not None]
        if off:
            ok = all(m.fits(x, rtol) for m, x in ways)
            text = f"agree within {rtol:.1e}" if ok else f"differ by {max(off):.1e} of the size of their terms"
            out.append(Finding(name, ok, text))
    return out


def _worst(found: Sequence[tuple[str, Measured]], rtol: float) -> Worst:
    """The leaf that is the farthest off; everything at once where each leaf agrees."""

    def of(leaf: str, m: Measured) -> Worst:
        farthest = max((x for x in (m.forward, m.reverse) if x is not None), key=m.error)
        return Worst(leaf, m.forward, m.reverse, m.settled(), m.error(farthest))

    return max((of(*x) for x in found), key=lambda w: (w.error > rtol, w.leaf != _EVERYTHING, w.error))
