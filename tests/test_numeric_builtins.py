"""Python's own functions of numbers, also over lists and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback


def sum_of(x: Any) -> Any:
    return sum(x)


def sum_of_squares_from(x: Any, start: float) -> Any:
    return sum(x, start) ** 2


def extremes(x: float, y: float) -> Any:
    return max(x, y, 2.0) * 3.0 + min(x, y) + pow(x, 2) + abs(-y) + round(x) + divmod(y, 2.0)[1]


@pytest.mark.parametrize("x", [np.array([1.5, -2.0, 0.25]), np.array([1.5, -2.0], np.float32), np.array([])])
def test_sum_over_an_array_adds_as_python_does(x: Any) -> None:
    value, dx = pullback.value_and_grad(sum_of)(x)
    assert type(value) is type(sum(x))
    assert value == sum(x)
    assert dx.dtype == x.dtype
    assert np.array_equal(dx, np.ones_like(x))


def test_sum_over_a_list_gives_a_list() -> None:
    assert pullback.value_and_grad(sum_of)([1.5, 2.5]) == (4.0, [1.0, 1.0])


def test_sum_from_a_start() -> None:
    value, (dx, dstart) = pullback.value_and_grad(sum_of_squares_from, wrt=(0, 1))([1.0, 2.0], 0.5)
    assert value == 3.5**2
    assert (dx, dstart) == ([7.0, 7.0], 7.0)


def test_extremes_and_others_of_scalars() -> None:
    assert pullback.grad(extremes, wrt=("x", "y"))(1.25, 2.5) == (1.0 + 2.5, 3.0 + 1.0 + 1.0)
