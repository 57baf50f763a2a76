"""Companions that came out alike are written once."""

from __future__ import annotations

from typing import Any

import numpy as np

import pullback


def layer(x: Any, w: Any) -> Any:
    return np.tanh(x @ w)


def model(x: Any, w1: Any, w2: Any) -> Any:
    return np.sum(layer(layer(x, w1), w2))


def test_one_forward_companion_serves_calls_with_other_active_arguments() -> None:
    derivative = pullback.grad(model, wrt=("w1", "w2"))
    rng = np.random.default_rng(0)
    x, w1, w2 = rng.standard_normal((5, 3)), rng.standard_normal((3, 4)), rng.standard_normal((4, 2))
    dw1, dw2 = derivative(x, w1, w2)
    assert derivative.source.count("def layer_forward(") == 1
    assert "layer_forward2" not in derivative.source
    assert derivative.source.count("def layer_pullback") == 2
    h = np.tanh(x @ w1)
    dz = 1.0 - np.tanh(h @ w2) ** 2
    assert np.allclose(dw2, h.T @ dz)
    assert np.allclose(dw1, x.T @ (dz @ w2.T * (1.0 - h * h)))
