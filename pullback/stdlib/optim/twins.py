"""The formulas on the arrays that are given: those of NumPy, or those of JAX."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])


def is_jax(x: Any) -> bool:
    """Is this an array of JAX, or one that JAX traces?"""
    return "jax" in sys.modules and isinstance(x, sys.modules["jax"].Array)


def numpy_itself(f: F) -> F:
    """The formula as it is."""
    return f


def fitting(values: Iterable[Any]) -> Callable[[F], F]:
    """What makes of a formula the one for these values."""
    if "jax" in sys.modules and any(map(is_jax, values)):
        from pullback.stdlib.optim.jax_twins import twin

        return twin
    return numpy_itself


def plain(x: Any) -> Any:
    """A number of Python for one of NumPy: it leaves the dtype of an array that it is multiplied with."""
    return x.item() if isinstance(x, np.generic) or isinstance(x, np.ndarray) and x.ndim == 0 else x


def as_before(new: Any, old: Any) -> Any:
    """A new value with the type and the dtype of the old one."""
    if not hasattr(old, "dtype"):
        return plain(new)
    if isinstance(old, np.ndarray) and not is_jax(new):
        return np.asarray(new, dtype=old.dtype)
    return new.astype(old.dtype) if hasattr(new, "dtype") and new.dtype != old.dtype else new
