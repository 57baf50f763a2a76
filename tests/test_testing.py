"""`test_rule` finds what is wrong with a rule, and passes what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from pullback.stdlib import registry
from pullback.testing import test_rule


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Rules registered inside are gone afterwards."""
    kept = dict(registry._RULES)
    yield
    registry._RULES.clear()
    registry._RULES.update(kept)


def twice(x: Any) -> Any:
    return 2.0 * x


def scale(x: Any, y: Any) -> Any:
    return x * y


def wrong_factor(out: Any, x: Any) -> Any:
    return 3.0


def widening(out: Any, x: Any) -> Any:
    return np.full(np.shape(x), 2.0)


def writing(out: Any, x: Any) -> Any:
    x += 1.0
    return 2.0


def remembering(calls: list[int] = []) -> Callable[..., Any]:  # noqa: B006
    def rule(out: Any, x: Any) -> Any:
        calls.append(0)
        return 2.0 * np.ones_like(x) * len(calls)

    return rule


def not_finite(out: Any, x: Any) -> Any:
    return x * np.nan


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize(
    ("fn", "why"),
    [
        (wrong_factor, "differences give"),
        (widening, "float64, not float32"),
        (writing, "an operand was written to"),
        (remembering(), "a second call gives another result"),
        (not_finite, "not finite"),
    ],
)
def test_a_wrong_rule_is_found(fn: Callable[..., Any], why: str) -> None:
    registry.elementwise(twice)(fn)
    with pytest.raises(AssertionError, match=rf"the rule of 'twice' in input 0: .*{why}"):
        test_rule(twice, np.array([1.0, 2.0]))


@pytest.mark.usefixtures("forgotten")
def test_a_right_rule_passes() -> None:
    registry.elementwise(twice)(lambda out, x: 2.0)
    registry.elementwise(scale)(lambda out, x, y: (y, x))
    registry.rule(weighed)(lambda ct, out, xs, w: ((w * ct, w * ct), np.sum(ct * (xs[0] + xs[1]))))
    for x in (0.3, np.float64(0.3), np.array(0.3), np.array([0.3, 2.0]), np.zeros((0, 2)), np.array([0.3], "f4")):
        test_rule(twice, x)
    test_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))
    test_rule(scale, np.array([[1.0, 2.0]]), 3.0)
    test_rule(weighed, [np.array([1.0, 2.0]), np.array([3.0, 5.0])], 0.5)


def weighed(xs: Any, w: Any) -> Any:
    return w * xs[0] + w * xs[1]


@pytest.mark.usefixtures("forgotten")
def test_a_wrong_cotangent_of_one_item_is_found() -> None:
    registry.rule(weighed)(lambda ct, out, xs, w: ((w * ct, 2.0 * w * ct), np.sum(ct * (xs[0] + xs[1]))))
    with pytest.raises(AssertionError, match=r"the rule of 'weighed' in input 0: .*differences"):
        test_rule(weighed, [np.array([1.0, 2.0]), np.array([3.0, 5.0])], 0.5)
    test_rule(weighed, [np.array([1.0, 2.0]), np.array([3.0, 5.0])], 0.5, only=[1])


@pytest.mark.usefixtures("forgotten")
def test_an_elementwise_rule_is_broadcast() -> None:
    registry.elementwise(scale)(lambda out, x, y: (y, x) if np.shape(x) == np.shape(y) else (2.0 * y, x))
    with pytest.raises(AssertionError, match=r"the rule of 'scale' in inputs \(0, 1\): .*differences"):
        test_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))


@pytest.mark.usefixtures("forgotten")
def test_a_cotangent_that_is_one_number_is_tried_where_the_rule_takes_it() -> None:
    registry.rule(twice, ct="scalar")(lambda ct, out, x: 2.0 * ct if np.ndim(ct) else 3.0 * ct * np.ones_like(x))
    with pytest.raises(AssertionError, match="one number for a cotangent"):
        test_rule(twice, np.array([1.0, 2.0]))


def tangent_of_scale(tangents: Any, out: Any, x: Any, y: Any) -> Any:
    dx, dy = tangents
    return (0.0 if dx is None else dx * y) + (0.0 if dy is None else x * dy)


def wrong_tangent_of_scale(tangents: Any, out: Any, x: Any, y: Any) -> Any:
    dx, dy = tangents
    return (0.0 if dx is None else dx * y) + (0.0 if dy is None else 2.0 * x * dy)


@pytest.mark.usefixtures("forgotten")
def test_a_rule_for_forward_mode_is_checked_too() -> None:
    registry.rule.forward(scale)(tangent_of_scale)
    test_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))
    registry.elementwise(scale)(lambda out, x, y: (y, x))
    test_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))


@pytest.mark.usefixtures("forgotten")
def test_a_wrong_rule_for_forward_mode_is_found() -> None:
    registry.rule.forward(scale)(wrong_tangent_of_scale)
    with pytest.raises(AssertionError, match=r"the rule of 'scale' in input 1: .*differences"):
        test_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))


@pytest.mark.usefixtures("forgotten")
def test_swapped_cotangents_are_found() -> None:
    registry.elementwise(scale)(lambda out, x, y: (x, y))
    with pytest.raises(AssertionError, match="differences"):
        test_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))


def test_an_operation_without_a_rule_is_found() -> None:
    with pytest.raises(LookupError, match="no rule"):
        test_rule(twice, np.array([1.0]))


@pytest.mark.usefixtures("forgotten")
def test_a_second_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="tanh"):
        registry.elementwise(np.tanh)(wrong_factor)
