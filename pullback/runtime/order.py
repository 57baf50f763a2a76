"""The order of values that are known only when the program runs."""

from __future__ import annotations

from typing import Any


def order(keys: list[Any], backwards: bool = False) -> list[int]:
    """The indices of `keys` in the order of these; equal ones stay in theirs."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)
