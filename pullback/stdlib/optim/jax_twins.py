"""The formulas with `jax.numpy` in the place of NumPy, for JAX to trace: the same code, of names that both have."""

from __future__ import annotations

import sys
from functools import cache
from types import FunctionType
from typing import Any

import jax.numpy as jnp


def twin(f: Any) -> Any:
    """The formula on arrays of JAX."""
    return _twins(f.__module__)[f.__name__]


@cache
def _twins(module: str) -> dict[str, Any]:
    names: dict[str, Any] = dict(vars(sys.modules[module]), np=jnp)
    for name, f in list(names.items()):
        if isinstance(f, FunctionType) and f.__module__ == module:
            names[name] = FunctionType(f.__code__, names, name, f.__defaults__)
    return names
