"""Companions that came out alike, though for different types or different active arguments, are written once."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any


def merge_equal(functions: Sequence[Any], entry: str) -> list[Any]:
    """The functions without those that differ from an earlier one in nothing but their name; calls go to that one.

    Before: `def f_forward(x): return x, x`, `def f_forward2(x): return x, x`. After: the first of the two.
    """
    left = list(functions)
    while True:
        alike: dict[str, list[Any]] = {}
        for f in left:
            alike.setdefault(f.name if f.name == entry else _without_name(f), []).append(f)
        renamed = {f.name: min((g.name for g in group), key=len) for group in alike.values() for f in group}
        kept = [group[0] for group in alike.values()]
        if len(kept) == len(left):
            return left
        for f in kept:
            f.name = renamed[f.name]
            for node in ast.walk(f):
                if isinstance(node, ast.Name):
                    node.id = renamed.get(node.id, node.id)
        left = kept


def _without_name(f: Any) -> str:
    """What a function is, apart from its name; calls of itself are calls of the same name."""
    return ast.dump(f).replace(f"'{f.name}'", "''")
