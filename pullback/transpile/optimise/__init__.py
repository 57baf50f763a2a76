"""Passes over Core, each a function from block to block.

`optimise` is the order they run in on a finished derivative.
"""

from __future__ import annotations

from pullback.transpile.core import Block
from pullback.transpile.optimise.at_hand import ask_at_hand
from pullback.transpile.optimise.compare import compare_operands
from pullback.transpile.optimise.dead import any_effect, effectful, remove_dead, tried
from pullback.transpile.optimise.fuse import fuse_adjoints, fuse_branches
from pullback.transpile.optimise.hoist import hoist_items
from pullback.transpile.optimise.residuals import keep_residuals
from pullback.transpile.optimise.settled import read_settled
from pullback.transpile.optimise.simplify import simplify
from pullback.transpile.optimise.zeroed import write_once

__all__ = [
    "any_effect",
    "ask_at_hand",
    "compare_operands",
    "effectful",
    "fuse_adjoints",
    "fuse_branches",
    "hoist_items",
    "keep_residuals",
    "optimise",
    "read_settled",
    "remove_dead",
    "simplify",
    "tried",
    "write_once",
]


def optimise(b: Block, effects: frozenset[str] = frozenset(), whole: bool = False) -> Block:
    """Nothing computed twice, nothing computed for nobody.

    `effects`: the keys of functions that must be called regardless; `whole`: everything may raise what is caught.
    """
    if whole:
        return compare_operands(write_once(simplify(b)))
    return remove_dead(compare_operands(write_once(simplify(remove_dead(b, effects)))), effects)
