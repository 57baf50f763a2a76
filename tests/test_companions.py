"""Called functions: effects occur once, nothing costly is done twice, tapes carry what is read backwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pullback


def noisy(x: float) -> float:
    print("noisy", x)
    assert x > 0.0, "x must be positive"
    return x * x


def loud_loop(x: float, n: int) -> float:
    s = x
    for i in range(n):
        print("trip", i)
        s = np.sin(s) + noisy(x)
    return s


def around(x: float) -> float:
    return loud_loop(x, 2) + noisy(x)


def outermost(x: float) -> float:
    return 2.0 * around(x)


def unread(x: float) -> float:
    loud_loop(x, 1)
    return x * x


@pytest.mark.parametrize("f", [noisy, around, outermost, unread])
def test_effects_of_called_functions_occur_once_and_in_order(f: Any, capsys: pytest.CaptureFixture[str]) -> None:
    f(1.5)
    expected = capsys.readouterr().out
    gradient = pullback.grad(f)(1.5)
    assert capsys.readouterr().out == expected
    value, again = pullback.value_and_grad(f)(1.5)
    assert capsys.readouterr().out == expected
    assert value == f(1.5)
    assert gradient == again
    step = 1e-6
    assert np.isclose(gradient, (f(1.5 + step) - f(1.5 - step)) / (2 * step), rtol=1e-6)


def test_an_assertion_in_a_called_function_holds_in_its_derivative() -> None:
    with pytest.raises(AssertionError, match="x must be positive"):
        pullback.grad(outermost)(-1.0)


def down(x: float, depth: int) -> float:
    if depth == 0:
        return x
    return np.sin(x) + 0.5 * down(x * 0.9, depth - 1)


def chain(w: Any, x: Any, depth: int) -> Any:
    if depth == 0:
        return np.sum(x)
    return chain(w, np.tanh(w @ x), depth - 1)


def calls_of(name: str, f: Any, args: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a call of `f` calls `np.<name>`."""
    real, count = getattr(np, name), 0

    def counted(*a: Any) -> Any:
        nonlocal count
        count += 1
        return real(*a)

    f(*args)
    with monkeypatch.context() as patch:
        patch.setattr(np, name, counted)
        f(*args)
    return count


@pytest.mark.parametrize("depth", [1, 5, 20])
def test_recursion_costs_one_forward_and_one_backward_pass(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls_of("sin", pullback.value_and_grad(down), (0.7, depth), monkeypatch) <= depth
    w, x = np.full((2, 2), 0.3), np.array([0.5, -0.2])
    assert calls_of("tanh", pullback.value_and_grad(chain), (w, x, depth), monkeypatch) <= depth


def test_recursion_is_differentiated() -> None:
    w, x = np.full((2, 2), 0.3) + np.eye(2) * 0.1, np.array([0.5, -0.2])
    value, dw = pullback.value_and_grad(chain)(w, x, 4)
    assert value == chain(w, x, 4)
    t, step = np.array([[0.3, -0.7], [0.2, 0.9]]), 1e-6
    difference = (chain(w + step * t, x, 4) - chain(w - step * t, x, 4)) / (2 * step)
    assert np.isclose(np.sum(dw * t), difference, rtol=1e-7)


def project(w: Any, x: Any) -> Any:
    return x @ w


def linear_model(w: Any, x: Any) -> Any:
    return np.sum(project(w, x) ** 2)


def test_a_companion_that_needs_no_tape_has_none() -> None:
    derivative = pullback.grad(linear_model)
    w, x = np.ones((3, 2)), np.ones((4, 3))
    assert np.allclose(derivative(w, x), 2.0 * x.T @ x @ w)
    assert "project_forward" not in derivative.source
    assert "tape" not in derivative.source
