"""A derivative as a program to be differentiated again: what was backward code is forward code now."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile.abstract import Scalar, Type
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Def,
    For,
    Function,
    If,
    Kwargs,
    Lit,
    Op,
    OpFunction,
    Origin,
    Program,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.forward.tangents import structure
from pullback.transpile.infer import infer
from pullback.transpile.reverse.kinds import keys_of


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
            then, orelse = (_filled(_block(b), s.outs, s.origin) for b in (s.then, s.orelse))
            return replace(s, then=then, orelse=orelse, tag=Tag(), adjoint_of=None)
        case For():
            return replace(s, body=_block(s.body), tag=Tag(), adjoint_of=None)
        case While():
            return replace(s, cond=_block(s.cond), body=_block(s.body), tag=Tag(), adjoint_of=None)
        case Def():
            return replace(s, block=_block(s.block))
    return s


def _filled(b: Block, outs: tuple[Var, ...], origin: Origin) -> Block:
    """A branch that gives a structure where it gave None for one that nobody reads: its items will be asked for zeros.

    What makes it stands first: nothing may follow a branch that tells whether a loop stops.
    """
    body: list[Stmt] = []

    def emit(op: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = ()) -> Var:
        out = Var("", infer(op, args, dict(kwargs)))
        body.append(Op(out, op, args, kwargs, origin))
        return out

    def nothing(t: Type) -> Atom:
        if keys := keys_of(t):
            return structure(emit, t, tuple(k for k, _ in keys), [nothing(x) for _, x in keys])
        return Lit(0.0) if isinstance(t, Scalar) and t.kind == "float" else Lit(None)

    results = tuple(
        nothing(o.type) if r == Lit(None) and keys_of(o.type) else r for r, o in zip(b.results, outs, strict=True)
    )
    return replace(b, body=(*body, *b.body), results=results)


def _forwards(origin: Origin) -> Origin:
    return replace(origin, adjoint=False, beside=False) if origin.adjoint else origin
