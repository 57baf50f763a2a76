"""The steps that every rewriting of Core has: of a program, of a statement with blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pullback.transpile.core import Block, Def, For, If, Program, Stmt, While


def with_functions(program: Program, change: Callable[[Block], Block]) -> Program:
    """A program with the block of each of its functions changed."""
    functions = {key: replace(f, block=change(f.block)) for key, f in program.functions.items()}
    return Program(replace(program.entry, block=change(program.entry.block)), functions)


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
