"""Names of library objects, as one writes them."""

from __future__ import annotations

import builtins
import math
import operator

import numpy as np


def dotted(obj: object) -> str:
    """The name by which a library's object is usually written: `np.tanh`, `math.exp`, `float`."""
    name = getattr(obj, "__name__", "")
    for module, prefix in (
        (builtins, ""),
        (np, "np."),
        (math, "math."),
        (operator, "operator."),
        (np.linalg, "np.linalg."),
        (np.fft, "np.fft."),
    ):
        if name and getattr(module, name, None) is obj:
            return prefix + name
    return ""
