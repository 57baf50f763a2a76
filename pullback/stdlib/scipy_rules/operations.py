"""Functions of SciPy with operands that do not come first: the same ones, with these first."""

from __future__ import annotations

from typing import Any


def weighted_logsumexp(a: Any, b: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    """`logsumexp(a, axis, b, keepdims)`."""
    from scipy.special import logsumexp

    return logsumexp(a, axis, b, keepdims)
