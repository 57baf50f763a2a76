"""Python's own functions of numbers, also over lists and arrays."""

from __future__ import annotations

import struct
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


def doubled(x: Any) -> Any:
    return sum(2.0 * v for v in (x[0], x[1], x[2], 0.1))


def from_both_ends(x: Any) -> Any:
    return sum([x[0], x[1], 2, x[2]], x[2]) - sum((x[1], True, x[0]))


def before_an_array(x: Any) -> Any:
    return sum([x[0], x[1], x[2], np.array([1.0, 1e16]), x[1]])[1]


def of_numpy(x: Any) -> Any:
    return sum([np.float64(x[0]), x[1], x[2]]) + sum(np.array([x[0], x[1], x[2]]))


HARD = [[0.1] * 10, [1e16, 1.0, -1e16], [1e308, 1e308, -1e308], [-0.0, -0.0, -0.0], [1e16, 1, -1e16], [1, 1e16, 1.0, 2]]


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("f", [sum_of, doubled, from_both_ends, before_an_array, of_numpy])
@pytest.mark.parametrize("x", HARD)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_a_sum_of_floats_is_the_one_that_this_python_computes(f: Any, x: Any, kind: Any) -> None:
    value, dx = pullback.value_and_grad(f)(kind(x))
    assert type(value) is type(f(kind(x)))
    assert struct.pack("d", value) == struct.pack("d", f(kind(x)))
    assert type(dx) is kind
    assert len(dx) == len(x)


def test_the_cotangent_of_a_sum_is_that_of_every_item() -> None:
    x = [1e16, 1.0, -1e16]
    assert pullback.grad(doubled)(tuple(x)) == (2.0, 2.0, 2.0)
    assert pullback.grad(from_both_ends)(x) == [0.0, 0.0, 2.0]
    assert pullback.grad(before_an_array)(x) == [1.0, 2.0, 1.0]
    assert pullback.grad(of_numpy)(x) == [2.0, 2.0, 2.0]


def test_the_gradient_of_a_sum_over_a_list_is_short() -> None:
    source = pullback.grad(sum_of_squares_from).specialize([1.0, 2.0], 0.5).source
    assert "return [2.0 * sum(x, start)] * len(x)" in source


def with_another_use(x: Any) -> Any:
    return x[0] * x[1] + sum(x) + x[1]


def test_the_cotangent_of_a_sum_is_added_to() -> None:
    assert pullback.grad(with_another_use)([2.0, 3.0, 5.0]) == [4.0, 4.0, 1.0]
    assert pullback.grad(with_another_use)((2.0, 3.0, 5.0)) == (4.0, 4.0, 1.0)


def repeated(x: float, n: int) -> Any:
    return sum([x * x] * n)


def test_a_list_of_one_number_again_and_again() -> None:
    assert pullback.value_and_grad(repeated)(1.5, 3) == (6.75, 9.0)
    assert pullback.value_and_grad(repeated)(1.5, 0) == (0, 0.0)


def test_extremes_and_others_of_scalars() -> None:
    assert pullback.grad(extremes, wrt=("x", "y"))(1.25, 2.5) == (1.0 + 2.5, 3.0 + 1.0 + 1.0)
