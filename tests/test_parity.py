"""Losses and gradients of models agree with figures on which several frameworks agree, in both precisions."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests import nn_models
from tests.data import parity_models
from tests.parity_adapter import loss_and_grads

DATA = Path(__file__).parent / "data"
# Bounds: relative to the gradient's largest entry, to that of all the model's gradients, and to the loss.
TOLERANCES = {"float64": (1e-9, 1e-12, 1e-11), "float32": (1e-5, 1e-6, 1e-5)}
MODELS = {
    "mlp": ("W1 b1 W2 b2 W3 b3", "x t"),
    "lenet": ("K1 c1 K2 c2 W3 b3 W4 b4", "x t"),
    "bn_dropout": ("W1 b1 gamma beta W2 b2", "x mask t"),
}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("models", "backend"),
    [(parity_models, "numpy"), (nn_models, "numpy"), (nn_models, "jax")],
    ids=["plain", "nn", "jax"],
)
@pytest.mark.usefixtures("double_precision")
def test_agrees_with_the_frameworks(models: ModuleType, backend: str, name: str, dtype: str) -> None:
    stored = np.load(DATA / f"{name}.npz")
    parameters, data = (keys.split() for keys in MODELS[name])
    loss, gradients = loss_and_grads(
        name,
        [stored[f"p_{k}"].astype(dtype) for k in parameters],
        [stored[f"d_{k}"].astype(dtype) for k in data],
        dtype,
        models,
        backend,
    )

    relative, of_model, of_loss = TOLERANCES[dtype]
    assert abs(float(loss) - stored["loss"]) <= of_loss * abs(stored["loss"])
    expected = [stored[f"g_{k}"] for k in parameters]
    largest = max(np.abs(g).max() for g in expected)
    for got, g in zip(gradients, expected, strict=True):
        assert got.shape == g.shape
        assert got.dtype == dtype
        assert np.abs(got - g).max() <= relative * np.abs(g).max() + of_model * largest
