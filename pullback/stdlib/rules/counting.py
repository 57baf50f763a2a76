"""Sums of weights by number, and numbers taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.stdlib.registry import rule


@rule(np.bincount)
def bincount(ct: Any, out: Any, x: Any, weights: Any = None, *, minlength: Any = 0) -> Any:
    return None if weights is None else (None, np.take(ct, x))


@rule(np.modf)
def modf(ct: Any, out: Any, x: Any) -> Any:
    return ct[0]


@rule.forward(np.modf)
def moved_modf(tangents: Any, out: Any, x: Any) -> Any:
    return tangents[0], np.zeros_like(tangents[0])


@rule(np.frexp)
def frexp(ct: Any, out: Any, x: Any) -> Any:
    return np.ldexp(ct[0], -out[1])
