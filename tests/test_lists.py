"""Lists and tuples of numbers and arrays that NumPy makes one array of: the gradient is a list or tuple again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback


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
