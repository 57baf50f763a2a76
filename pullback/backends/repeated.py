"""Core to Core, for JAX: a write of an array at integers that may repeat, of which the last one counts.

`x.at[index].set(v)` leaves open which of several elements for one place is written; the helper `write_last` does not.
"""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Block, Op, Program, Stmt
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.storage import may_repeat

from .traced_ops import write_last


def last_written(program: Program) -> Program:
    """A program in which it is known what a write at integers leaves."""
    return with_functions(program, _block)


def _block(b: Block) -> Block:
    return Block(b.params, tuple(_statement(s) for s in b.body), b.results)


def _statement(s: Stmt) -> Stmt:
    match s:
        case Op(op=prims.set_item, args=(_, index, value)) if may_repeat(index) and not _is_number(value):
            return replace(s, op=write_last)
    return with_blocks(s, _block)


def _is_number(x: Arg) -> bool:
    return ab.rank(getattr(x, "type", ab.UNKNOWN)) == 0
