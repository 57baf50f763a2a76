"""Schedules against their values by hand, on numbers and on what JAX traces."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pullback.stdlib import optim

HALF = math.sqrt(0.5)
CASES: list[tuple[Any, dict[int, float]]] = [
    (optim.constant(0.5), {0: 0.5, 99: 0.5}),
    (optim.step_decay(1.0, 10, 0.5), {0: 1.0, 9: 1.0, 10: 0.5, 20: 0.25, 29: 0.25}),
    (optim.exponential(2.0, 0.5), {0: 2.0, 1: 1.0, 3: 0.25}),
    (optim.inverse(1.0, 0.5, 2.0), {0: 1.0, 2: 0.25, 6: 1 / 16}),
    (optim.polynomial(1.0, 10, 2.0), {0: 1.0, 5: 0.25, 10: 0.0, 20: 0.0}),
    (optim.polynomial(1.0, 4, end=0.2), {0: 1.0, 2: 0.6, 4: 0.2, 5: 0.2}),
    (optim.multistep(1.0, [2, 5], 0.1), {0: 1.0, 1: 1.0, 2: 0.1, 4: 0.1, 5: 0.01, 50: 0.01}),
    (optim.piecewise([2, 5], [0.1, 0.3, 0.2]), {0: 0.1, 2: 0.3, 4: 0.3, 5: 0.2, 50: 0.2}),
    (optim.cosine(1.0, 8), {0: 1.0, 2: 0.5 + HALF / 2, 4: 0.5, 8: 0.0, 9: 0.0}),
    (optim.cosine(1.0, 8, end=0.5), {0: 1.0, 4: 0.75, 8: 0.5}),
    (optim.sigmoid(2.0, -0.5, 10), {10: 1.0, 0: 2 / (1 + math.exp(-5)), 14: 2 / (1 + math.exp(2)), 10**6: 0.0}),
    (optim.warmup(0.8, 4), {0: 0.0, 1: 0.2, 4: 0.8, 5: 0.8}),
    (optim.warmup(optim.exponential(1.0, 0.5), 2, start=0.5), {0: 0.5, 1: 0.75, 2: 1.0, 3: 0.5, 4: 0.25}),
    (optim.warmup(lambda step: 1.0 / (step + 1), 2), {0: 0.0, 1: 0.5, 2: 1.0, 3: 0.5}),
]


@pytest.mark.parametrize(("schedule", "values"), CASES)
def test_values(schedule: Any, values: dict[int, float]) -> None:
    for step, expected in values.items():
        for given in (step, np.int64(step), np.array(step)):
            got = schedule(given)
            assert type(got) is float
            assert got == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_values_on_jax() -> None:
    jax = pytest.importorskip("jax")
    got = jax.jit(lambda step: [schedule(step) for schedule, _ in CASES])
    for step in sorted({step for _, values in CASES for step in values}):
        for (_, values), x in zip(CASES, got(step)):
            if step in values:
                assert x == pytest.approx(values[step], rel=1e-5, abs=1e-6)


def test_an_optimizer_asks_for_the_rate_of_the_steps_before() -> None:
    asked = []

    def rate(step: int) -> Any:
        asked.append(step)
        return np.float64(0.5) ** step

    sgd = optim.SGD(rate)
    w, state = np.float32([1.0]), sgd.init(np.float32([1.0]))
    for _ in range(3):
        w, state = sgd.update(w, np.float32([1.0]), state)
    assert asked == [0, 1, 2]
    assert w.dtype == np.float32
    assert w == [-0.75]


def test_schedules_are_values() -> None:
    assert optim.multistep(1.0, [2, 5]) == optim.multistep(1.0, (2, 5)) != optim.multistep(1.0, [2, 6])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.constant(-0.1), "the rate of a schedule is -0.1"),
        (lambda: optim.cosine(math.nan, 3), "the rate of a schedule is nan"),
        (lambda: optim.cosine(0.1, 0), "goes over 0 steps"),
        (lambda: optim.exponential(0.1, -1.0), "the factor of a schedule is -1.0"),
        (lambda: optim.multistep(0.1, [5, 2]), r"the steps of a schedule are \[5, 2\]: they must rise"),
        (lambda: optim.piecewise([2], [0.1]), "with 1 steps takes 2 rates, not 1"),
    ],
)
def test_what_no_schedule_can_be(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
