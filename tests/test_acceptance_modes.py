"""Whole problems: the curvature of an LSTM, and minimising with the derivatives that scipy.optimize asks for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pullback
from tests.differences import direction

EXAMPLE = Path(__file__).parent.parent / "examples" / "rosenbrock"
START = np.tile([-1.2, 1.0], 50)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(w, b, xs, wanted):
    """The squared error of an LSTM whose gates are slices of one matrix product."""
    n = b.shape[0] // 4
    h, c = np.zeros(n), np.zeros(n)
    total = 0.0
    for t in range(xs.shape[0]):
        gates = w @ np.concatenate([xs[t], h]) + b
        c = sigmoid(gates[:n]) * c + sigmoid(gates[n : 2 * n]) * np.tanh(gates[2 * n : 3 * n])
        h = sigmoid(gates[3 * n :]) * np.tanh(c)
        total += np.sum((h - wanted[t]) ** 2)
    return total


def lstm_arguments():
    rng = np.random.default_rng(5)
    return [0.5 * rng.standard_normal(s) for s in ((12, 5), (12,), (7, 2), (7, 3))]


def test_products_with_the_hessian_of_an_lstm_agree_with_differences_of_its_gradient():
    args, rng, h = lstm_arguments(), np.random.default_rng(6), 1e-5
    gradient = pullback.grad(lstm, wrt=("w", "b"))
    product = pullback.hvp(lstm, wrt=("w", "b"))
    for _ in range(3):
        v = tuple(direction(a, rng) for a in args[:2])
        ends = [gradient(*(a + s * h * d for a, d in zip(args[:2], v, strict=True)), *args[2:]) for s in (1.0, -1.0)]
        for got, up, down in zip(product(args, v), *ends, strict=True):
            np.testing.assert_allclose(got, (up - down) / (2.0 * h), rtol=1e-6, atol=1e-8)


def test_the_hessian_of_an_lstm_is_symmetric():
    args, rng = lstm_arguments(), np.random.default_rng(7)
    product = pullback.hvp(lstm, wrt=("w", "b"))
    u, v = (tuple(direction(a, rng) for a in args[:2]) for _ in range(2))
    one, other = (
        sum(float(np.sum(a * b)) for a, b in zip(product(args, x), y, strict=True)) for x, y in ((u, v), (v, u))
    )
    assert one == pytest.approx(other, rel=1e-11)


@pytest.fixture
def minimise(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.delitem(sys.modules, "minimise", raising=False)
    import minimise

    yield minimise
    sys.modules.pop("minimise", None)


def test_newtons_method_finds_the_minimum(minimise: Any) -> None:
    found = minimise.newton(START)
    assert found.success
    assert found.nhev > 0
    np.testing.assert_allclose(found.x, 1.0, atol=1e-6)


def test_lbfgs_finds_the_minimum(minimise: Any) -> None:
    found = minimise.lbfgs(np.full(100, 0.5))
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


def test_what_scipy_is_given_is_a_flat_array_of_its_own(minimise: Any) -> None:
    x = START.copy()
    value, g = minimise.value_and_gradient(x)
    assert value == minimise.rosenbrock(x)
    for given in (g, minimise.gradient(x), minimise.hessian_times((x,), g)):
        assert given.dtype == np.float64
        assert given.shape == x.shape
        assert given.flags.c_contiguous
        assert not np.shares_memory(given, x)
    np.testing.assert_array_equal(x, START)


@pytest.mark.parametrize("method", ["lbfgs", "newton"])
def test_the_example_says_how_it_went(method: str) -> None:
    done = subprocess.run(
        [sys.executable, "minimise.py", method], cwd=EXAMPLE, check=True, capture_output=True, text=True
    )
    assert "steps, value" in done.stdout
