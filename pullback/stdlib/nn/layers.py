"""Layers without state: products, tables, noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib import random
from pullback.stdlib.nn.checks import require_features


def dense(x: Any, w: Any, b: Any = None) -> Any:
    """`x @ w + b`: x (..., inputs), w (inputs, outputs), b (outputs,)."""
    require_features("dense", x, w)
    y = x @ w
    return y if b is None else y + b


def embedding(table: Any, ids: Any) -> Any:
    """The rows of a table (vocabulary, features) for integers of any shape: (..., features)."""
    return table[ids]


def one_hot(ids: Any, classes: int, dtype: Any = float) -> Any:
    """Rows of zeros with a one at `ids`: of (...) one is (..., classes)."""
    return np.asarray(ids[..., None] == np.arange(classes), dtype)


def flatten(x: Any) -> Any:
    """(N, ...) as (N, features)."""
    return np.reshape(x, (x.shape[0], -1))


def dropout(x: Any, rate: float, key: Any, *, train: bool = True) -> Any:
    """`x` with elements zeroed with probability `rate`, from 0 to below 1, and the rest divided by 1 - rate.

    `key`: of `pullback.stdlib.random`; the same key zeroes the same elements. Without `train` it is `x` itself.
    """
    if not train or rate == 0.0:
        return x
    kept = random.bernoulli(key, 1.0 - rate, x.shape)
    return np.where(kept, x / (1.0 - rate), 0.0)
