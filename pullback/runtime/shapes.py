"""Shapes of cotangents."""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(g: Any, like: Any) -> Any:
    """`g` summed over the axes along which `like` was repeated when it was broadcast to the shape of `g`.

    An axis that `g` lacks, or has with length 1, stands for a repeated value and is left so.
    """
    shape, have = np.shape(like), np.shape(g)
    if have == shape:
        return g
    extra = len(have) - len(shape)
    if extra < 0:
        shape, extra = shape[-extra:], 0
    leading = tuple(range(extra))
    repeated = tuple(extra + k for k, n in enumerate(shape) if n == 1 and have[extra + k] != 1)
    if repeated:
        g = np.sum(g, axis=repeated, keepdims=True)
    return np.sum(g, axis=leading) if leading else g
