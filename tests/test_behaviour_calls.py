"""Calls: keyword-only parameters, what may be written to, indices and repeats as lists, cotangents that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from tests.behaviour import assert_behaves


def scaled(x: Any, y: Any = 2.0, *, z: Any = 3.0) -> Any:
    return x * y + z * x


def keyword_only(x: Any) -> Any:
    return scaled(x) + scaled(x, 3.0) + scaled(x, y=x) + scaled(z=x, x=x) + scaled(x=x, z=2.0)


def repeated_by_a_list(x: Any) -> Any:
    return np.repeat(x, [1, 2, 0], axis=0)


def repeated_by_an_array(x: Any, n: Any) -> Any:
    return np.repeat(x, n)


def taken_by_a_list(x: Any) -> Any:
    return np.take(x, [1, 1, -1])


def read_at(x: Any, i: Any) -> Any:
    return x[i] * x[i]


X = np.arange(6.0).reshape(3, 2) + 0.5


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (keyword_only, (1.3,)),
        (keyword_only, (X,)),
        (repeated_by_a_list, (X,)),
        (repeated_by_an_array, (X, np.arange(6))),
        (taken_by_a_list, (X,)),
        (read_at, (X, [])),
        (read_at, (X, [0, 0, 2])),
        (taken_by_a_list, (X.astype(np.float32),)),
    ],
)
def test_the_derivative_is_right(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    assert_behaves(f, *args)


def of_the_larger(x: Any) -> Any:
    u = np.sin(x)
    w = max(u, u)
    u += 1
    return (w * u).sum()


def of_no_copy(x: Any) -> Any:
    y = np.array(x, copy=False)
    y += 1
    return (x * y).sum()


@pytest.mark.parametrize("f", [of_the_larger, of_no_copy])
def test_what_a_function_hands_on_is_not_taken_for_its_own(f: Callable[..., Any]) -> None:
    with pytest.raises(pullback.errors.NotSupportedYet, match="may be the array that is written"):
        pullback.grad(f)(np.ones(1))


def doubled(x: Any) -> Any:
    return x * 2


def structured(x: Any) -> Any:
    return {"a": x * 2, "b": (x.sum(), [x[0]])}


@pytest.mark.parametrize("ct", [np.ones(3), 1.0, np.ones((2, 1)), np.ones(1), None, "q", ["a", "b"]], ids=repr)
def test_a_cotangent_of_another_shape_is_refused(ct: Any) -> None:
    _, pull = pullback.vjp(doubled)(np.ones(2))
    with pytest.raises(TypeError, match="the cotangent must have the shape of the result"):
        pull(ct)


@pytest.mark.parametrize("ct", [(1, 2), {"a": np.ones(2)}, {"a": np.ones(2), "b": (1.0, [2.0]), "c": 1}], ids=repr)
def test_a_cotangent_of_another_structure_is_refused(ct: Any) -> None:
    _, pull = pullback.vjp(structured)(np.ones(2))
    with pytest.raises(TypeError, match="the cotangent must be a dict with the keys 'a', 'b'"):
        pull(ct)


@pytest.mark.parametrize("ct", [[1.0, 1.0], np.ones(2, int), np.ones(2, np.float32)], ids=repr)
def test_a_cotangent_takes_the_dtype_of_the_result(ct: Any) -> None:
    _, pull = pullback.vjp(doubled)(np.ones(2))
    found = pull(ct)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [2.0, 2.0])


def through_complex_numbers(x: Any) -> Any:
    return np.abs(np.sum(x * 1j * x))


def of_a_complex_number(z: Any) -> Any:
    return np.abs(np.sum(z * z))


def test_complex_numbers_have_the_derivative_that_jax_gives() -> None:
    np.testing.assert_allclose(pullback.grad(through_complex_numbers)(np.ones(2)), [2.0, 2.0])
    np.testing.assert_allclose(pullback.grad(of_a_complex_number)(np.array([1j, 2.0])), [2j, 4.0])
