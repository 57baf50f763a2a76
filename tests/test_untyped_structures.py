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
        (items_in_a_loop, ([[1.0, 2.0], [3.0, 4.0]], 2)),
        (items_in_a_loop, (np.array([[1.0, 2.0], [3.0, 4.0]]), 2)),
    ],
)
def test_cotangents_are_added_to_items(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    assert_right_from(pullback_of(f, [UNKNOWN for _ in args], args), f, args, typed=False)
