"""Code that is written without types: the gradient of what turns out to be a list, a dict or an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pullback.transpile.abstract import UNKNOWN
from tests.inplace.checks import assert_right_from, pullback_of


def two_items(p: Any) -> Any:
    return p[0] * p[1]


def item_of_an_item(p: Any) -> Any:
    return p[0] * p[1][0]


def values(p: Any) -> Any:
    return p["a"] * p["b"][0] + p["a"]


def part(p: Any, n: int) -> Any:
    q = p[n:]
    return q[0] * p[0] * q[1]


def items_in_a_loop(p: Any, n: int) -> Any:
    s = 0.0
    for i in range(n):
        s = s + p[i][0] * p[i - 1][1]
    return s


def item_at_an_unknown_index(p: Any, k: Any) -> Any:
    return p[k] * p[0] * p[1]


def itself_and_an_item(p: Any) -> Any:
    return p, p[0] * 2.0


def product(p: Any) -> Any:
    return p[0] * p[1]


def the_same(p: Any) -> Any:
    return p


def itself_out_of_calls_in_a_loop(p: Any) -> Any:
    q = p
    s = product(p)
    for _ in range(2):
        s = s + q[0] * p[1]
        q = the_same(q)
    return q, s, p[1]


LIST = [2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (two_items, (LIST,)),
        (two_items, ((2.0, 3.0),)),
        (two_items, (np.array(LIST),)),
        (item_of_an_item, ([2.0, [3.0, 4.0]],)),
        (item_of_an_item, ((2.0, (3.0, 4.0)),)),
        (item_of_an_item, ([2.0, np.array([3.0, 4.0])],)),
        (values, ({"a": 2.0, "b": [3.0, 4.0]},)),
        (values, ({"a": 2.0, "b": np.array([3.0, 4.0])},)),
        (part, (LIST, 1)),
        (part, (tuple(LIST), 1)),
        (part, (np.array(LIST), 1)),
        (item_at_an_unknown_index, (LIST, 1)),
        (item_at_an_unknown_index, (tuple(LIST), -1)),
        (item_at_an_unknown_index, (np.array(LIST), 2)),
        (item_at_an_unknown_index, (np.array(LIST), np.array([1, 1, 2]))),
        (item_at_an_unknown_index, ({0: 2.0, 1: 3.0}, 1)),
        (item_at_an_unknown_index, ([np.array(LIST), np.array(LIST[::-1])], 1)),
        (itself_and_an_item, (LIST,)),
        (itself_and_an_item, (tuple(LIST),)),
        (itself_and_an_item, ((np.array(LIST), 3.0),)),
        (itself_and_an_item, (np.array(LIST),)),
        (itself_out_of_calls_in_a_loop, (LIST,)),
        (itself_out_of_calls_in_a_loop, (tuple(LIST),)),
        (items_in_a_loop, ([[1.0, 2.0], [3.0, 4.0]], 2)),
        (items_in_a_loop, (np.array([[1.0, 2.0], [3.0, 4.0]]), 2)),
    ],
)
def test_cotangents_are_added_to_items(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    assert_right_from(pullback_of(f, [UNKNOWN for _ in args], args), f, args, typed=False)


def joined(p: Any) -> Any:
    q = p + p
    return q[0] * q[3]


def repeated(p: Any) -> Any:
    q = p * 2
    return q[0] * q[3]


@pytest.mark.parametrize("f", [joined, repeated])
@pytest.mark.parametrize("p", [[2.0, 3.0], (2.0, 3.0)])
def test_what_is_not_known_to_be_a_list_is_not_taken_for_an_array(f: Callable[..., Any], p: Any) -> None:
    derivative = pullback_of(f, [UNKNOWN], (p,))
    _out, pull = derivative(p)
    with pytest.raises(TypeError, match="a signature says what the parameters are"):
        pull(1.0)


def test_the_cotangent_that_is_given_is_left_as_it_is() -> None:
    given = ([1.0, 1.0], 1.0)
    _out, pull = pullback_of(itself_and_an_item, [UNKNOWN], ([2.0, 3.0],))([2.0, 3.0])
    assert pull(given) == pull(given)
    assert given == ([1.0, 1.0], 1.0)
