"""Shapes of cotangents."""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(g: Any, like: Any) -> Any:
    """`g` summed over the axes along which `like` was repeated when it was broadcast to the shape of `g`.

    An axis that `g` lacks, or has with length 1, stands for a repeated value and is left so.
    """
    shape, have = getattr(like, "shape", ()), getattr(g, "shape", ())
    if have == shape:
        return g
    extra = len(have) - len(shape)
    if extra > 0:
        g = np.add.reduce(g, tuple(range(extra)))
    elif extra < 0:
        shape = shape[-extra:]
    repeated = tuple([k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1])
    return np.add.reduce(g, repeated, keepdims=True) if repeated else g
