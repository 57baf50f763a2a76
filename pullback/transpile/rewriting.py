"""The step that every rewriting of Core blocks has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pullback.transpile.core import Block, Def, For, If, Stmt, While


def with_blocks(s: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """A statement with its blocks changed, the condition of a `while` too."""
    match s:
        case If():
            return replace(s, then=change(s.then), orelse=change(s.orelse))
        case For():
            return replace(s, body=change(s.body))
        case While():
            return replace(s, cond=change(s.cond), body=change(s.body))
        case Def():
            return replace(s, block=change(s.block))
    return s
