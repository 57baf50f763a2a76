"""For the parity checker: `loss_and_grads(name, params, data, dtype)` by pullback."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pullback
from tests.data import parity_models


def loss_and_grads(
    name: str,
    params: list[Any],
    data: list[Any],
    dtype: str,
    models: ModuleType = parity_models,
    backend: str = "numpy",
) -> tuple[Any, Any]:
    """The loss of a model and its gradients with respect to the parameters."""
    derived: Any = pullback.value_and_grad(getattr(models, name), wrt=tuple(range(len(params))), backend=backend)
    if backend == "jax":
        derived = importlib.import_module("jax").jit(derived)
    loss, gradients = derived(*params, *data)
    return loss, gradients
