"""Optimisers that step along gradients, their running means or the signs of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from pullback.stdlib.optim import formulas
from pullback.stdlib.optim.base import Optimizer, Run, Shape, Slots, Start, same


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with momentum if there is one.

    With `corrected` the velocity is one of gradients, not of steps, so that a new rate holds at once for all of it.
    """

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=0.01),
        "chainer": dict(rate=0.01),
        "mxnet": dict(rate=0.01),
    }

    momentum: float = 0.0
    nesterov: bool = False
    corrected: bool = False

    def _has_velocity(self) -> bool:
        return not (isinstance(self.momentum, int | float) and self.momentum == 0.0)

    def _start(self, shape: Shape) -> Start:
        return same(shape, 0.0) if self._has_velocity() else ()

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        if not self._has_velocity():
            return (run(formulas.sgd_step)(w, g, rate),)
        if self.corrected:
            step = formulas.corrected_nesterov_step if self.nesterov else formulas.corrected_momentum_step
        elif self.nesterov:
            step = formulas.nesterov_ahead_step if self.like == "chainer" else formulas.nesterov_step
        else:
            step = formulas.momentum_step
        return run(step)(w, g, *slots, rate, self.momentum)


@dataclass(frozen=True)
class Signum(Optimizer):
    """By the sign of the mean gradient."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"mxnet": dict(rate=0.01)}

    momentum: float = 0.9

    def _start(self, shape: Shape) -> Start:
        return same(shape, 0.0)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.signum_step)(w, g, *slots, rate, self.momentum)


@dataclass(frozen=True)
class Lion(Optimizer):
    """By the sign of a mean of the mean gradient and the newest one."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"keras": dict(rate=1e-3)}

    decoupled: bool = field(default=True, kw_only=True)
    beta1: float = 0.9
    beta2: float = 0.99

    def _start(self, shape: Shape) -> Start:
        return same(shape, 0.0)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.lion_step)(w, g, *slots, rate, self.beta1, self.beta2)
