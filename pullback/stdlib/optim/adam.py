"""Adam and its kin: a mean gradient over the size of gradients, both made up for their start at 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from pullback.stdlib.optim import formulas
from pullback.stdlib.optim.base import BY_LIKE, Optimizer, Run, Shape, Slots, Start, same


@dataclass(frozen=True)
class _WithMeans(Optimizer):
    """The settings that these share."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return same(shape, 0.0, 0.0)

    def _means(self) -> tuple[float, float, float]:
        return self.beta1, self.beta2, self.epsilon


@dataclass(frozen=True)
class Adam(_WithMeans):
    """By the mean gradient over the root of the mean square, or with `amsgrad` of the largest one so far."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, epsilon=1e-7),
        "chainer": dict(rate=1e-3, epsilon=1e-8),
        "mxnet": dict(rate=1e-3, epsilon=1e-8),
    }

    amsgrad: bool = False

    def _start(self, shape: Shape) -> Start:
        return same(shape, *[0.0] * (2 + self.amsgrad))

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        step = formulas.amsgrad_step if self.amsgrad else formulas.adam_step
        return run(step)(w, g, *slots, t, rate, *self._means())


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay; like Chainer's, that is not multiplied with the rate."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, epsilon=1e-7, weight_decay=0.004),
        "chainer": dict(rate=1e-3, epsilon=1e-8, weight_decay=0.01),
    }

    decoupled: bool = field(default=True, kw_only=True)

    def _decay_rate(self, rate: Any) -> Any:
        return 1.0 if self.like == "chainer" else rate


@dataclass(frozen=True)
class AdaBound(_WithMeans):
    """Adam whose rates are held in bounds that close upon `final_rate`, which follows the rate where that changes."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"chainer": dict(rate=1e-3, epsilon=1e-8)}

    final_rate: float = 0.1
    gamma: float = 1e-3

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        final = self.final_rate * rate / self._rate_at(0)
        return run(formulas.adabound_step)(w, g, *slots, t, rate, final, self.gamma, *self._means())


@dataclass(frozen=True)
class Adamax(_WithMeans):
    """Adam by the largest size in place of the mean square."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, epsilon=1e-7),
        "mxnet": dict(rate=2e-3, epsilon=0.0),
    }

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.adamax_step)(w, g, *slots, t, rate, *self._means())


@dataclass(frozen=True)
class Nadam(_WithMeans):
    """Adam with Nesterov's momentum, which grows on a schedule of its own."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, epsilon=1e-7, schedule_decay=1.0),
        "mxnet": dict(rate=1e-3, epsilon=1e-8, schedule_decay=0.004),
    }

    schedule_decay: float = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return *same(shape, 0.0, 0.0), (1.0, None)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.nadam_step)(w, g, *slots, t, rate, *self._means(), self.schedule_decay)


@dataclass(frozen=True)
class LAMB(_WithMeans):
    """Adam's direction with weight decay, as long as the parameter itself."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, epsilon=1e-7),
        "mxnet": dict(rate=1e-3, epsilon=1e-6),
    }

    def _moved(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, decay: Any, t: Any) -> Any:
        if self.decoupled:
            return super()._moved(run, w, g, slots, rate, decay, t)
        return run(formulas.lamb_step)(w, g, *slots, t, rate, *self._means(), decay)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.lamb_step)(w, g, *slots, t, rate, *self._means())
