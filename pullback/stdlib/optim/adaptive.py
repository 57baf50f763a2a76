"""Optimisers that step by the sizes of former gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pullback.stdlib.optim import formulas
from pullback.stdlib.optim.base import BY_LIKE, Optimizer, Run, Shape, Slots, Start, same


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """By the root of the sum of all squares; `inside` adds epsilon before the root."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, initial=0.1, epsilon=1e-7, inside=True),
        "chainer": dict(rate=1e-3, initial=0.0, epsilon=1e-8, inside=False),
        "mxnet": dict(rate=0.01, initial=0.0, epsilon=1e-7, inside=True),
    }

    epsilon: float = BY_LIKE
    initial: float = BY_LIKE
    inside: bool = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return same(shape, self.initial)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.adagrad_step)(w, g, *slots, rate, self.epsilon, self.inside)


@dataclass(frozen=True)
class AdaDelta(Optimizer):
    """By the size of former steps over that of former gradients."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, decay=0.95, epsilon=1e-7),
        "chainer": dict(rate=1.0, decay=0.95, epsilon=1e-6),
        "mxnet": dict(rate=1.0, decay=0.9, epsilon=1e-5),
    }

    decay: float = BY_LIKE
    epsilon: float = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return same(shape, 0.0, 0.0)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.adadelta_step)(w, g, *slots, rate, self.decay, self.epsilon)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """By the root of the mean square, or of the variance if `centered`; `inside` adds epsilon before the root."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, decay=0.9, epsilon=1e-7, inside=True),
        "chainer": dict(rate=0.01, decay=0.99, epsilon=1e-8, inside=False),
        "mxnet": dict(rate=1e-3, decay=0.9, epsilon=1e-8, inside=True),
    }

    decay: float = BY_LIKE
    momentum: float = 0.0
    epsilon: float = BY_LIKE
    centered: bool = False
    inside: bool = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return same(shape, *[0.0] * (1 + self.centered + (self.momentum != 0.0)))

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        step = run(formulas.centered_rmsprop_step if self.centered else formulas.rmsprop_step)
        kept, velocity = slots[: 1 + self.centered], slots[1 + self.centered :]
        moved, *kept = step(w, g, *kept, rate, self.decay, self.epsilon, self.inside)
        if not velocity:
            return moved, *kept
        v = self.momentum * velocity[0] + (moved - w)
        return w + v, *kept, v


@dataclass(frozen=True)
class FTRL(Optimizer):
    """Follow the regularised leader: with `l1` many parameters are exactly 0."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {
        "keras": dict(rate=1e-3, l1=0.0, beta=0.0, initial=0.1),
        "mxnet": dict(rate=0.1, l1=0.01, beta=1.0, initial=0.0),
    }

    l1: float = BY_LIKE
    l2: float = 0.0
    beta: float = BY_LIKE
    initial: float = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return same(shape, self.initial, 0.0)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        if isinstance(rate, int | float) and rate == 0.0:
            raise ValueError("FTRL has no step with a rate of 0")
        return run(formulas.ftrl_step)(w, g, *slots, rate, self.l1, self.l2, self.beta)


@dataclass(frozen=True)
class SMORMS3(Optimizer):
    """By how much the gradients agree, over a memory that follows from that."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"chainer": dict(rate=1e-3, epsilon=1e-16)}

    epsilon: float = BY_LIKE

    def _start(self, shape: Shape) -> Start:
        return same(shape, 1.0, 0.0, 0.0)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.smorms3_step)(w, g, *slots, rate, self.epsilon)


@dataclass(frozen=True)
class MSVAG(Optimizer):
    """By the mean gradient, less where it varies."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"chainer": dict(rate=0.1)}

    beta: float = 0.9

    def _start(self, shape: Shape) -> Start:
        return same(shape, 0.0, 0.0)

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        return run(formulas.msvag_step)(w, g, *slots, t, rate, self.beta)


@dataclass(frozen=True)
class Adafactor(Optimizer):
    """By the mean squares of rows and columns, in proportion to the parameter; little is remembered of a matrix."""

    DEFAULTS: ClassVar[dict[str, dict[str, Any]]] = {"keras": dict(rate=1e-3)}

    decay: float = -0.8
    epsilon: float = 1e-30
    floor: float = 1e-3

    def _start(self, shape: Shape) -> Start:
        if len(shape) < 2:
            return same(shape, 0.0)
        return (0.0, shape[:-1]), (0.0, shape[:-2] + shape[-1:])

    def _step(self, run: Run, w: Any, g: Any, slots: Slots, rate: Any, t: Any) -> Any:
        step = formulas.adafactor_step if len(slots) == 1 else formulas.adafactor_matrix_step
        return run(step)(w, g, *slots, t, rate, self.decay, self.epsilon, self.floor)
