"""For the parity checker: `loss_and_grads(name, params, data, dtype)` by pullback."""

from __future__ import annotations

from typing import Any

import pullback
from tests.data import parity_models


def loss_and_grads(name: str, params: list[Any], data: list[Any], dtype: str) -> tuple[Any, Any]:
    """The loss of a model and its gradients with respect to the parameters."""
    derived = pullback.value_and_grad(getattr(parity_models, name), wrt=tuple(range(len(params))))
    loss, gradients = derived(*params, *data)
    return loss, gradients
