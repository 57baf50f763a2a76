"""Logistic and normalised exponentials, which neither overflow nor lose digits, with rules of their own."""

from __future__ import annotations

from typing import Any

import numpy as np


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), element by element, of full relative accuracy at both ends."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0.0, np.ones_like(e), e) / (1.0 + e)


def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) divided by its sum over `axis`: probabilities from logits, of the same shape."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithms of `softmax(x, axis)`, of the same shape; finite for any finite `x`."""
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
