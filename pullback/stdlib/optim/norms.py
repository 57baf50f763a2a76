"""Formulas of norms."""

from __future__ import annotations

from typing import Any

import numpy as np


def between(g: Any, limit: Any) -> Any:
    """Each entry between `-limit` and `limit`."""
    return np.clip(g, -limit, limit)


def squared(g: Any) -> Any:
    """The sum of squares."""
    return np.sum(g * g)


def root(total: Any) -> Any:
    """The square root."""
    return np.sqrt(total)


def scale_for(total: Any, limit: Any) -> Any:
    """What scales an array with this sum of squares to a norm of at most `limit`."""
    return limit / np.maximum(np.sqrt(total), limit)
