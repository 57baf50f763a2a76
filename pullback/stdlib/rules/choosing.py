"""Elements chosen by conditions or by numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime import scatter_add
from pullback.stdlib.registry import Unsupported, rule, static


@rule(np.compress, whole=True)
def compress(ct: Any, out: Any, condition: Any, a: Any, *, axis: Any = None) -> Any:
    return None, scatter_add(ct, a, np.flatnonzero(condition), axis)


@rule(np.extract, whole=True)
def extract(ct: Any, out: Any, condition: Any, arr: Any) -> Any:
    return None, scatter_add(ct, arr, np.flatnonzero(condition), None)


def first_true(conditions: Any, k: Any) -> Any:
    """Where condition `k` holds, and none before it."""
    here = conditions[k]
    for earlier in conditions[:k]:
        here = here & ~earlier
    return here


@rule(np.select)
def select(ct: Any, out: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    nowhere = ~condlist[0]
    for condition in condlist[1:]:
        nowhere = nowhere & ~condition
    chosen = [np.where(first_true(condlist, k), ct, 0.0) for k in range(len(condlist))]
    return None, tuple(chosen), np.where(nowhere, ct, 0.0)


@static
def require_choices(mode: str, axes: int) -> None:
    """Refuse numbers that are outside, and an array of choices that are not as large as the result."""
    if mode != "raise":
        raise Unsupported(f"np.choose with the mode {mode!r}", "Clip the numbers.")
    if axes:
        raise Unsupported("np.choose from an array of smaller choices", "Give them as a list.")


@rule(np.choose)
def choose(ct: Any, out: Any, a: Any, choices: Any, *, mode: Any = "raise") -> Any:
    if isinstance(choices, list | tuple):
        require_choices(mode, 0)
        return None, tuple([np.where(a == k, ct, 0.0) for k in range(len(choices))])
    require_choices(mode, choices.ndim - 1 - np.ndim(out))
    numbers = np.reshape(np.arange(choices.shape[0]), (-1, *[1 for _ in np.shape(out)]))
    return None, np.where(a == numbers, ct, 0.0)
