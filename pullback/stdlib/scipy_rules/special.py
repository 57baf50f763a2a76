"""Functions of `scipy.special`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, logsumexp

from pullback.stdlib.registry import elementwise, rule
from pullback.stdlib.rules.reductions import widened


@elementwise(expit)
def expit_(out: Any, x: Any) -> Any:
    return out * (1.0 - out)


@rule(logsumexp, ct="scalar")
def logsumexp_(ct: Any, out: Any, a: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    return widened(ct, axis, keepdims) * np.exp(a - widened(out, axis, keepdims))
