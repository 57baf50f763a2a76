"""Learning rates as formulas of `step`, how many steps there were."""

from __future__ import annotations

from typing import Any

import numpy as np


def constant_rate(step: Any, rate: Any) -> Any:
    """The same at each step."""
    return rate


def step_rate(step: Any, rate: Any, every: Any, factor: Any = 0.1) -> Any:
    """Times a factor after each so many steps."""
    return rate * factor ** (step // every)


def exponential_rate(step: Any, rate: Any, factor: Any) -> Any:
    """Times a factor at each step."""
    return rate * factor**step


def inverse_rate(step: Any, rate: Any, gamma: Any, power: Any = 1.0) -> Any:
    """`rate / (1 + gamma step) ** power`."""
    return rate / (1.0 + gamma * step) ** power


def polynomial_rate(step: Any, rate: Any, steps: Any, power: Any = 1.0, end: Any = 0.0) -> Any:
    """From `rate` to `end` in so many steps, as a power of what is left of them."""
    left = 1.0 - np.minimum(step, steps) / steps
    return end + (rate - end) * left**power


def multistep_rate(step: Any, rate: Any, at: Any, factor: Any = 0.1) -> Any:
    """Times a factor at each of these steps."""
    return rate * factor ** sum([1 * (step >= k) for k in at])


def piecewise_rate(step: Any, at: Any, rates: Any) -> Any:
    """The first rate until the first of these steps, then the second, and so on."""
    rate = rates[0]
    for k, following in zip(at, rates[1:], strict=True):
        rate = np.where(step >= k, following, rate)
    return rate


def cosine_rate(step: Any, rate: Any, steps: Any, end: Any = 0.0) -> Any:
    """From `rate` to `end` in so many steps along half a cosine (Loshchilov, Hutter 2017)."""
    return end + (rate - end) * 0.5 * (1.0 + np.cos(np.pi * (np.minimum(step, steps) / steps)))


def sigmoid_rate(step: Any, rate: Any, gamma: Any, middle: Any) -> Any:
    """`rate / (1 + exp(-gamma (step - middle)))`: it falls if gamma is negative."""
    return rate * 0.5 * (1.0 + np.tanh(0.5 * gamma * (step - middle)))


def warmup_rate(step: Any, then: Any, steps: Any, start: Any = 0.0) -> Any:
    """In a straight line from `start` to the begin of another schedule, in so many steps; then that schedule."""
    first = then(0) if callable(then) else then
    after = then(np.maximum(step - steps, 0)) if callable(then) else then
    return np.where(step < steps, start + (first - start) * (np.minimum(step, steps) / steps), after)
