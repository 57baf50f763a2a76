"""For JAX: loops of which only the run knows how far they go, in functions that others call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_calls as calls

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

from tests.backends.jax_checks import agrees  # noqa: E402  which needs JAX

RNG = np.random.default_rng(4)
POSITIVE = 3.0 * np.abs(RNG.standard_normal((3, 4)))
CASES: list[tuple[Any, tuple[int, ...], tuple[Any, ...]]] = [
    (calls.in_a_loop, (0,), (2.0, 3)),
    (calls.in_a_loop, (0,), (2.0, 0)),
    (calls.in_branches, (0, 1), (2.0, 3.0)),
    (calls.in_branches, (0, 1), (3.0, 2.0)),
    (calls.through_two_calls, (0, 1), (2.0, 3.0)),
    (calls.in_a_while_loop, (0, 1), (2.0, 3.0)),
    (calls.in_a_triangle, (0,), (1.3, 4)),
    (calls.in_a_loop_of_python, (0, 1), ([1.0, 0.8, 0.5], 2.0)),
    (calls.in_an_own_loop_of_python, (0, 1), ([1.0, 0.8, 0.5], 2.0)),
    (calls.of_a_known_length, (0,), (POSITIVE, 2)),
    (calls.sum_of_returns, (0, 1), (0.3, 2.0, 3)),
    (calls.of_arrays, (0, 1), (POSITIVE, 0.3)),
    (calls.of_a_structure, (0,), ({"n": 2, "s": 0.9, "x": POSITIVE[0]}, 3)),
    (calls.of_many_levels, (0, 1), (0.9, 1.2)),
    (calls.of_two_results, (0, 1), (0.9, 1.2, 3)),
    (calls.of_two_loops, (0, 1), (0.9, 1.2, 3)),
]


@pytest.mark.parametrize(("f", "wrt", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], args: tuple[Any, ...]) -> None:
    agrees(f, wrt, args)


def test_what_one_loop_has_left_is_handed_on_once() -> None:
    text = pullback.grad(calls.of_two_results, backend="jax").specialize(0.9, 1.2, 3).source
    assert "return (x, y), tape\n" in text
    assert text.count("def two_results_step(") == 1


def test_a_recursion_that_hands_on_what_loops_have_left_is_refused() -> None:
    with pytest.raises(pullback.NotSupportedYet, match="in a function that calls itself") as caught:
        pullback.grad(calls.counted_down, backend="jax").specialize(2.0, 3)
    assert caught.value.line == calls.counted_down.__code__.co_firstlineno + 3
    assert caught.value.hint
