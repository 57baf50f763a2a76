"""Lists and tuples of numbers and arrays that NumPy makes one array of: the gradient is a list or tuple again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback
from tests.behaviour import assert_behaves


def total(xs: Any) -> Any:
    return np.sum(xs)


def squares(xs: Any) -> Any:
    return np.sum(np.array(xs) ** 2)


def stacked(xs: Any) -> Any:
    return np.mean(np.stack(xs) * 3.0)


def joined(xs: Any) -> Any:
    return np.mean(np.concatenate(xs))


A, B = np.array([1.0, -2.0]), np.array([0.5, 4.0])


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize(
    ("f", "items", "gradients"),
    [
        (total, (1.0, 2.0, 3.0), (1.0, 1.0, 1.0)),
        (total, (A, B), (np.ones(2), np.ones(2))),
        (squares, (1.0, 2.0), (2.0, 4.0)),
        (squares, (A, B), (2.0 * A, 2.0 * B)),
        (stacked, (A, B), (np.full(2, 0.75), np.full(2, 0.75))),
        (joined, (A, B), (np.full(2, 0.25), np.full(2, 0.25))),
    ],
)
def test_the_gradient_is_structured_as_the_argument(kind: Any, f: Any, items: Any, gradients: Any) -> None:
    value, got = pullback.value_and_grad(f)(kind(items))
    assert value == f(kind(items))
    assert type(got) is kind
    assert len(got) == len(items)
    for g, expected, x in zip(got, gradients, items, strict=True):
        assert type(g) is type(x)
        assert np.array_equal(g, expected)


def added(xs: Any) -> Any:
    return np.sum(sum(xs) ** 2)


def added_to_the_first(xs: Any) -> Any:
    return np.sum(sum(xs, xs[0]) ** 2)


def added_in_a_loop(xs: Any) -> Any:
    t = np.zeros(2)
    for x in xs:
        t = t + x
    return np.sum(t * t)


def added_in_a_branch(xs: Any, scaled: bool) -> Any:
    ys = [x * 2.0 for x in xs] if scaled else xs
    t = np.zeros(2)
    for y in ys:
        t = t + y
    return np.sum(t * t)


def added_by_a_function(xs: Any) -> Any:
    return added(xs) * added_in_a_loop(xs)


@pytest.mark.parametrize(
    ("f", "more"),
    [
        (added, ()),
        (added_to_the_first, ()),
        (added_in_a_loop, ()),
        (added_in_a_branch, (False,)),
        (added_by_a_function, ()),
    ],
)
def test_the_items_of_a_gradient_share_no_memory(f: Any, more: Any) -> None:
    xs = [A, B, A + B]
    got = pullback.grad(f)(xs, *more)
    assert_behaves(f, xs, *more)
    assert not any(np.shares_memory(g, h) for k, g in enumerate(got) for h in got[:k])


def test_the_cotangent_of_a_sum_is_cast_to_what_its_items_are() -> None:
    xs = [A.astype(np.float32), B.astype(np.float32)]
    got = pullback.grad(lambda xs, start: np.sum(sum(xs, start) ** 2))(xs, A)
    assert [g.dtype for g in got] == [np.float32] * 2
    assert all(np.array_equal(g, 2.0 * (A + A + B)) for g in got)


def test_the_cotangent_of_a_sum_is_one_for_all_items() -> None:
    def f(x: Any, n: Any) -> Any:
        ys = [np.sin(x[i]) for i in range(n)]
        return np.sum(sum(ys, np.zeros(2)) ** 2)

    derivative = pullback.grad(f)
    derivative(np.stack([A, B]), 2)
    assert "    dys = [2.0 * sum(ys, np.zeros(2))] * len(ys)\n" in derivative.source
