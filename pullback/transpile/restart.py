"""A derivative as a program to be differentiated again: what was backward code is forward code now."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile.core import Block, Def, For, Function, If, Origin, Program, Stmt, Tag, While


def as_primal(program: Program) -> Program:
    """The same program, in which no statement differentiates another one."""
    functions = {key: _function(f) for key, f in program.functions.items()}
    return Program(_function(program.entry), functions)


def _function(f: Function) -> Function:
    return replace(f, block=_block(f.block))


def _block(b: Block) -> Block:
    return Block(b.params, tuple(map(_statement, b.body)), b.results)


def _statement(s: Stmt) -> Stmt:
    s = replace(s, origin=_forwards(s.origin))
    match s:
        case If():
            return replace(s, then=_block(s.then), orelse=_block(s.orelse), tag=Tag(), adjoint_of=None)
        case For():
            return replace(s, body=_block(s.body), tag=Tag(), adjoint_of=None)
        case While():
            return replace(s, cond=_block(s.cond), body=_block(s.body), tag=Tag(), adjoint_of=None)
        case Def():
            return replace(s, block=_block(s.block))
    return s


def _forwards(origin: Origin) -> Origin:
    return replace(origin, adjoint=False, beside=False) if origin.adjoint else origin
