"""The harness finds what is wrong with a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from pullback.stdlib import registry
from tests.stdlib.harness import check_rule


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


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize(
    ("fn", "why"),
    [(wrong_factor, "differences"), (widening, "float32"), (writing, "written to"), (remembering(), "second call")],
)
def test_a_wrong_rule_is_found(fn: Callable[..., Any], why: str) -> None:
    registry.elementwise(twice)(fn)
    with pytest.raises(AssertionError, match=why):
        check_rule(twice, np.array([1.0, 2.0]))


@pytest.mark.usefixtures("forgotten")
def test_swapped_cotangents_are_found() -> None:
    registry.elementwise(scale)(lambda out, x, y: (x, y))
    with pytest.raises(AssertionError, match="differences"):
        check_rule(scale, np.array([1.0, 2.0]), np.array([3.0, 5.0]))


def test_an_operation_without_a_rule_is_found() -> None:
    with pytest.raises(LookupError, match="no rule"):
        check_rule(twice, np.array([1.0]))


@pytest.mark.usefixtures("forgotten")
def test_a_second_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="tanh"):
        registry.elementwise(np.tanh)(wrong_factor)
