"""Orders and places in lists that are known only when the program runs."""

from __future__ import annotations

from typing import Any


def order(keys: list[Any], backwards: bool = False) -> list[int]:
    """The indices of `keys` in the order of these; equal ones stay in theirs."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)


def place_to_insert(key: int, n: int) -> int:
    """Where `insert(key, value)` puts a value into a list of length `n`."""
    return max(key + n, 0) if key < 0 else min(key, n)
