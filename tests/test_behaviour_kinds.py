"""Gradients have the kinds of their arguments, whichever way the program takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.behaviour import assert_behaves

NUMBERS = [1.3, np.float64(1.3), np.float32(1.25), np.array(1.3), np.array(1.25, np.float32)]


def square(x: Any) -> Any:
    return x * x


def power(x: Any, n: int) -> Any:
    return x if n <= 0 else power(x * x, n - 1) * x


def through_a_loop(x: Any) -> Any:
    t = 0.0
    for _ in range(3):
        t = t * x + x
    return t


def through_a_loop_of_no_trips(x: Any) -> Any:
    t = x
    for _ in range(0):
        t = t * x + 1.0
    return t


def through_a_while(x: Any) -> Any:
    t = x
    while t < 10:
        t = t * 2 + square(x)
    return np.sqrt(t)


def through_a_branch(x: Any) -> Any:
    if x > 1.0:
        y = np.sin(square(x))
    else:
        y = square(x)
    return y


def an_integer_factor(x: Any) -> Any:
    return x * x if x < 1 else (x * 3 if not x > 2 else -x)


def through_a_call(x: Any) -> Any:
    return np.exp(square(x))


def through_recursion(x: Any) -> Any:
    return np.sin(power(x, 3))


def the_argument_itself(x: Any) -> Any:
    return [x, {"a": x}, (x, 2.0)]


def of_numbers_of_the_run(x: Any) -> Any:
    c = (x, x * 2, x * 3)
    t = 0.0
    for i in range(3):
        t = t + c[i] * c[-1 - i]
    return t


PROGRAMS = [
    *(through_a_loop, through_a_loop_of_no_trips, through_a_while, through_a_branch, an_integer_factor),
    *(through_a_call, through_recursion, the_argument_itself, of_numbers_of_the_run),
]


@pytest.mark.parametrize("x", NUMBERS, ids=lambda x: f"{type(x).__name__}-{getattr(x, 'dtype', 'float')}")
@pytest.mark.parametrize("f", PROGRAMS)
def test_a_number_s_gradient_is_of_its_kind(f: Callable[..., Any], x: Any) -> None:
    assert_behaves(f, x)


def sum_of_squares(xs: Any) -> Any:
    t = 0.0
    for x in xs:
        t = t + np.sum(x * x)
    return t


def by_position(xs: Any) -> Any:
    t = 0.0
    for i in range(len(xs)):
        t = t + np.sum(xs[i]) * i
    return t


def as_one_array(xs: Any) -> Any:
    return np.array(xs) if np.ndim(xs[0]) == 0 else np.stack(xs)


def ends(xs: Any) -> Any:
    return [xs[0], xs[0]]


def items_of_a_call(xs: Any) -> Any:
    t = 0.0
    for y in ends(xs):
        t = t + np.sum(y) ** 2
    return t


def the_list_itself(xs: Any) -> Any:
    return {"k": xs, "z": [xs, (xs[0],)]}


LISTS = [
    [1.0, 2.0, 3.0],
    [np.float64(1), np.float64(2)],
    [np.array(1.0), np.array(2.0)],
    [np.ones(2), np.arange(2.0)],
    (1.0, 2.0),
    [1.0],
]


@pytest.mark.parametrize("xs", LISTS, ids=range(len(LISTS)))
@pytest.mark.parametrize("f", [sum_of_squares, by_position, as_one_array, items_of_a_call, the_list_itself])
def test_a_list_s_gradient_has_items_of_their_kinds(f: Callable[..., Any], xs: Any) -> None:
    assert_behaves(f, xs)


def the_first_or_a_number(x: Any) -> Any:
    s = np.sum(x)
    return 0 < s < 100 and x * 2 or x * x


def test_a_result_that_may_be_a_number_or_an_array_stays_what_it_is() -> None:
    assert_behaves(the_first_or_a_number, 1.3)
    assert_behaves(the_first_or_a_number, np.array([1.3]))


def item(c: Any, i: int) -> Any:
    return c[i] * 2.0 * c[0]


@pytest.mark.parametrize("i", [0, 1, -1])
@pytest.mark.parametrize("c", [(1.0, 2.0), [1.0, 2.0], [np.ones(2), np.arange(2.0)], (np.float64(1), np.float64(2))])
def test_tuples_are_read_at_an_index_of_the_run(c: Any, i: int) -> None:
    assert_behaves(item, c, i)


def whole(x: Any) -> Any:
    return x[()] * x + x[...] * x


def with_new_axes(x: Any) -> Any:
    return x[None, ..., None] * x[..., None]


def where_it_is_positive(x: Any) -> Any:
    return x[x > 0] * x


def where_it_is_negative(x: Any) -> Any:
    return x[x < 0] * x


@pytest.mark.parametrize("f", [whole, with_new_axes, where_it_is_positive, where_it_is_negative])
def test_arrays_without_axes_are_read_by_index(f: Callable[..., Any]) -> None:
    assert_behaves(f, np.array(1.3))
