"""Arrays with no elements: the gradient has none either, or is 0 where nothing was chosen; nothing raises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback

pytestmark = pytest.mark.filterwarnings(
    "ignore:Mean of empty", "ignore:Degrees of", "ignore:invalid value", "ignore:divide"
)


def mean(x: Any) -> Any:
    return 3.0 * np.mean(x)


def mean_of_means(x: Any) -> Any:
    return np.mean(np.mean(x, axis=1))


def mean_of_two_axes(x: Any) -> Any:
    return np.sum(np.mean(x, axis=(0, 1)))


def mean_of_variances(x: Any) -> Any:
    return np.mean(np.var(x, axis=0)) + np.mean(np.std(x, axis=1, ddof=1))


def mean_by_hand(x: Any, w: float = 2.0) -> Any:
    return np.sum(x) / x.shape[0] + w * (np.sum(x) / np.size(x))


@pytest.mark.parametrize("f", [mean, mean_of_means, mean_of_two_axes, mean_of_variances, mean_by_hand])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (0, 1), (1, 0)])
def test_the_gradient_of_nothing_is_empty(f: Any, dtype: Any, shape: tuple[int, ...]) -> None:
    x = np.zeros(shape, dtype)
    value, dx = pullback.value_and_grad(f, wrt="x")(x)
    assert np.array_equal(value, f(x), equal_nan=True)
    assert (dx.shape, dx.dtype) == (shape, dtype)


def positive(x: Any) -> Any:
    return np.mean(np.log(x[x > 0.0]))


def positive_by_place(x: Any) -> Any:
    return 2.0 * np.mean(x[np.flatnonzero(x > 0.0)])


def first(x: Any, n: int) -> Any:
    return np.mean(x[:n])


def behind(x: Any) -> Any:
    return np.mean(x[2:])


def spread(x: Any) -> Any:
    return np.var(x[x > 0.0]) + np.std(x[x > 0.0])


@pytest.mark.parametrize(
    ("f", "args", "chosen"),
    [
        (positive, (), (4.0, -1.0)),
        (positive_by_place, (), (4.0, -1.0)),
        (first, (0,), None),
        (behind, (), None),
        (spread, (), (4.0, -1.0)),
    ],
)
def test_what_is_not_chosen_has_a_cotangent_of_zero(f: Any, args: Any, chosen: Any) -> None:
    derived = pullback.value_and_grad(f)
    value, dx = derived(np.array([-1.0, -2.0]), *args)
    assert np.isnan(value)
    assert np.array_equal(dx, [0.0, 0.0])
    if chosen is not None:
        assert np.isfinite(derived(np.array(chosen), *args)[0])


def test_no_degree_of_freedom_gives_nan_as_in_the_function() -> None:
    def f(x: Any, w: float) -> Any:
        return w * np.var(x[x > 0.0], ddof=1)

    value, dx = pullback.value_and_grad(f)(np.array([1.5, -1.0]), 2.0)
    assert np.isnan(value)
    assert np.array_equal(dx, [np.nan, 0.0], equal_nan=True)


def test_a_count_that_is_proven_is_not_looked_at() -> None:
    assert "1.0 / x[t].size" not in pullback.grad(positive).specialize(np.ones(3)).source
    assert "3.0 / x.size" in pullback.grad(mean).specialize(np.ones((2, 3))).source
