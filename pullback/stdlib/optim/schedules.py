"""Learning-rate schedules: functions of how many steps there were, which is 0 at the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pullback.stdlib.optim import rates
from pullback.stdlib.optim.twins import fitting, plain


@dataclass(frozen=True)
class Schedule:
    """A formula of `rates` with its settings."""

    formula: Callable[..., Any]
    settings: tuple[Any, ...]

    def __call__(self, step: Any) -> Any:
        return plain(fitting([step])(self.formula)(plain(step), *self.settings))


def constant(rate: float) -> Schedule:
    """The same at each step (Caffe's `fixed`)."""
    return Schedule(rates.constant_rate, (_not_negative(rate),))


def step_decay(rate: float, every: int, factor: float = 0.1) -> Schedule:
    """Times a factor after each `every` steps (Caffe's `step`)."""
    return Schedule(rates.step_rate, (_not_negative(rate), _some(every), _not_negative(factor, "factor")))


def exponential(rate: float, factor: float) -> Schedule:
    """Times a factor at each step (Caffe's `exp`)."""
    return Schedule(rates.exponential_rate, (_not_negative(rate), _not_negative(factor, "factor")))


def inverse(rate: float, gamma: float, power: float = 1.0) -> Schedule:
    """`rate / (1 + gamma step) ** power` (Caffe's `inv`)."""
    return Schedule(rates.inverse_rate, (_not_negative(rate), _not_negative(gamma, "gamma"), power))


def polynomial(rate: float, steps: int, power: float = 1.0, end: float = 0.0) -> Schedule:
    """From `rate` to `end` in so many steps, as a power of what is left of them (Caffe's `poly`)."""
    return Schedule(rates.polynomial_rate, (_not_negative(rate), _some(steps), power, _not_negative(end)))


def multistep(rate: float, at: Sequence[int], factor: float = 0.1) -> Schedule:
    """Times a factor at each of these steps (Caffe's `multistep`)."""
    return Schedule(rates.multistep_rate, (_not_negative(rate), _rising(at), _not_negative(factor, "factor")))


def piecewise(at: Sequence[int], values: Sequence[float]) -> Schedule:
    """The first rate before the first of these steps, from it on the second, and so on."""
    if len(values) != len(at) + 1:
        raise ValueError(f"a piecewise schedule with {len(at)} steps takes {len(at) + 1} rates, not {len(values)}")
    return Schedule(rates.piecewise_rate, (_rising(at), tuple(map(_not_negative, values))))


def cosine(rate: float, steps: int, end: float = 0.0) -> Schedule:
    """From `rate` to `end` in so many steps along half a cosine."""
    return Schedule(rates.cosine_rate, (_not_negative(rate), _some(steps), _not_negative(end)))


def sigmoid(rate: float, gamma: float, middle: float) -> Schedule:
    """`rate / (1 + exp(-gamma (step - middle)))`: it falls if gamma is negative (Caffe's `sigmoid`)."""
    return Schedule(rates.sigmoid_rate, (_not_negative(rate), gamma, middle))


def warmup(then: float | Callable[[Any], Any], steps: int, start: float = 0.0) -> Schedule:
    """In a straight line from `start` to where another schedule begins, in so many steps; then that schedule."""
    return Schedule(rates.warmup_rate, (_not_negative(then), _some(steps), _not_negative(start)))


def _not_negative(value: Any, called: str = "rate") -> Any:
    if isinstance(value, int | float) and not value >= 0:
        raise ValueError(f"the {called} of a schedule is {value}: it must not be negative")
    return value


def _some(steps: int) -> int:
    if not steps > 0:
        raise ValueError(f"a schedule goes over {steps} steps: it takes at least 1")
    return steps


def _rising(at: Sequence[int]) -> tuple[int, ...]:
    if list(at) != sorted(set(at)):
        raise ValueError(f"the steps of a schedule are {list(at)}: they must rise")
    return tuple(at)
