"""Functions that are made by functions: what they see of them is read when the derivative is called."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pullback
from pullback import errors
from tests.behaviour import assert_behaves

X = np.array([0.5, 1.0, 2.0])


def quadratic(k: Any, w: Any) -> tuple[Callable[..., Any], Callable[[Any], None]]:
    def loss(x: Any) -> Any:
        return np.sum(k * x * x + w * x)

    def set_k(value: Any) -> None:
        nonlocal k
        k = value

    return loss, set_k


first, set_first = quadratic(2.0, np.array([1.0, 2.0, 3.0]))
second, _ = quadratic(5.0, np.array([0.1, 0.2, 0.3]))
square, sine = (lambda x: x * x), (lambda x: np.sin(x))


def both(x: Any) -> Any:
    return first(x) * second(x)


def of_lambdas(x: Any) -> Any:
    return square(sine(x)) + sine(square(x))


def scaled(s: Any) -> Any:
    def decorator(f: Any) -> Any:
        @functools.wraps(f)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return s * f(*args, **kwargs)

        return wrapper

    return decorator


@scaled(3.0)
def tripled(x: Any, y: Any = 2.0) -> Any:
    return x * y


@scaled(4.0)
def quadrupled(x: Any) -> Any:
    return x * x


def of_decorated(x: Any) -> Any:
    return tripled(x) + tripled(x, y=x) * quadrupled(x)


def helper(x: Any) -> Any:
    return 2.0 * x


older = helper


def helper(x: Any) -> Any:  # type: ignore[no-redef]
    return 3.0 * x * x


def of_two_of_one_name(x: Any) -> Any:
    return older(x) + helper(x)


@pytest.mark.parametrize("f", [first, second, both])
def test_closures_differentiate(f):
    assert_behaves(f, X)


@pytest.mark.parametrize("f", [square, sine, of_lambdas, of_decorated, of_two_of_one_name])
def test_lambdas_and_decorated_functions_differentiate(f):
    assert_behaves(f, 0.7)


def test_closures_of_one_text_never_mix():
    derivatives = [pullback.grad(quadratic(k, np.zeros(3))[0]) for k in (1.0, 2.0, 3.0)]
    for _ in range(2):
        assert [d(X)[1] for d in derivatives] == [2.0, 4.0, 6.0]


def test_variable_that_is_bound_again_is_seen_at_the_next_call():
    loss, set_k = quadratic(2.0, np.zeros(3))
    derivative = pullback.value_and_grad(loss)
    assert derivative(X)[1][1] == 4.0
    text = derivative.source
    set_k(10.0)
    assert derivative(X)[1][1] == 20.0
    assert derivative.source == text
    assert derivative(X)[0] == loss(X)


def test_variable_of_another_type_makes_new_code():
    loss, set_k = quadratic(2.0, np.zeros(3))
    derivative = pullback.grad(loss)
    derivative(X)
    set_k(np.array([1.0, 2.0, 3.0]))
    assert np.array_equal(derivative(X), [1.0, 4.0, 12.0])


def test_function_that_is_bound_again_makes_new_code():
    def make() -> tuple[Any, Any]:
        def f(x: Any) -> Any:
            return inner(x)

        def swap(g: Any) -> None:
            nonlocal inner
            inner = g

        inner = lambda x: x * 2.0  # noqa: E731
        return f, swap

    f, swap = make()
    derivative = pullback.grad(f)
    assert derivative(3.0) == 2.0
    swap(lambda x: x * x)
    assert derivative(3.0) == 6.0


def test_default_by_name_that_is_changed_is_seen():
    def f(x: Any, *, k: Any = 2.0) -> Any:
        return k * x

    def g(x: Any) -> Any:
        return f(x)

    derivative = pullback.grad(g)
    assert derivative(1.0) == 2.0
    f.__kwdefaults__ = {"k": 5.0}
    assert derivative(1.0) == 5.0


def test_text_says_what_it_reads_of_the_function_around():
    derivative = pullback.grad(quadratic(2.0, np.zeros(3))[0])
    derivative(X)
    assert '"""Gradient of `loss` with respect to x, for k, w of the function around it."""' in derivative.source


def test_text_that_needs_a_variable_of_a_function_is_not_saved(tmp_path):
    derivative = pullback.grad(quadratic(2.0, np.zeros(3))[0])
    derivative(X)
    with pytest.raises(errors.NotSupportedYet, match="reads 'k', 'w' of the function around 'loss'") as e:
        derivative.save(tmp_path / "out.py")
    assert "Pass it as an argument" in e.value.hint
    assert not list(tmp_path.iterdir())


def test_variable_of_a_function_around_is_not_bound():
    k = 1.0

    def f(x: Any) -> Any:
        nonlocal k
        k = k * 2.0
        return k * x

    with pytest.raises(errors.NotSupportedYet, match="`nonlocal` is not supported yet") as e:
        pullback.grad(f)(1.0)
    assert e.value.source_line.strip() == "nonlocal k"


def test_array_of_a_function_around_is_not_written():
    buffer = np.zeros(3)

    def f(x: Any) -> Any:
        buffer[0] = x
        return np.sum(buffer)

    with pytest.raises(errors.NotSupportedYet, match="'buffer' is a value of the module, and it is written"):
        pullback.grad(f)(1.0)
