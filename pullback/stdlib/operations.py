"""Functions of NumPy with operands that do not come first: the same ones, with these first."""

from __future__ import annotations

from typing import Any

import numpy as np


def weighted_average(a: Any, weights: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    """`np.average(a, axis, weights)`."""
    return np.average(a, axis, weights, keepdims=keepdims)
