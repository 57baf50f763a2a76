"""Copies of Core code in which every bound name is new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    If,
    Op,
    Origin,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, substitute


def fresh(s: Stmt, origin: Origin) -> Stmt:
    """A copy of a statement, and of what is inside, under new names and from `origin`."""
    m: dict[Var, Atom] = {}
    _bound(s, m)
    return restamp(_rebind(substitute(s, m), m), origin)


def renamed(body: Iterable[Stmt], m: dict[Var, Atom]) -> tuple[Stmt, ...]:
    """A copy of statements under new names, which `m` then has for all that they bind."""
    body = tuple(body)
    for s in body:
        _bound(s, m)
    return tuple(_rebind(substitute(s, m), m) for s in body)


def under_other_names(b: Block, m: dict[Var, Atom]) -> Block:
    """A block in which some variables, wherever they are bound, are others."""
    return _block(substitute(b, m), m)


def _bound(s: Stmt, m: dict[Var, Atom]) -> None:
    for v in s.outs:
        m[v] = Var(v.hint, v.type)
    for b in blocks(s):
        for v in b.params:
            m[v] = Var(v.hint, v.type)
        for inner in b.body:
            _bound(inner, m)


def _vars(vs: tuple[Var, ...], m: dict[Var, Atom]) -> tuple[Var, ...]:
    return tuple(w if isinstance(w := m.get(v, v), Var) else v for v in vs)


def _block(b: Block, m: dict[Var, Atom]) -> Block:
    return Block(_vars(b.params, m), tuple(_rebind(s, m) for s in b.body), b.results)


def _rebind(s: Stmt, m: dict[Var, Atom]) -> Stmt:
    match s:
        case Op() | Call():
            return replace(s, out=_vars((s.out,), m)[0])
        case If():
            return replace(s, outs=_vars(s.outs, m), then=_block(s.then, m), orelse=_block(s.orelse, m), tag=Tag())
        case For():
            return replace(s, outs=_vars(s.outs, m), body=_block(s.body, m), tag=Tag())
        case While():
            return replace(s, outs=_vars(s.outs, m), cond=_block(s.cond, m), body=_block(s.body, m), tag=Tag())
        case Def():
            return replace(s, out=_vars((s.out,), m)[0], block=_block(s.block, m))
        case Effect():
            return s


def restamp(s: Stmt, origin: Origin) -> Stmt:
    """A statement, and those inside, from `origin`."""

    def inside(b: Block) -> Block:
        return Block(b.params, tuple(restamp(x, origin) for x in b.body), b.results)

    match s:
        case If():
            return replace(s, origin=origin, then=inside(s.then), orelse=inside(s.orelse))
        case For():
            return replace(s, origin=origin, body=inside(s.body))
        case While():
            return replace(s, origin=origin, cond=inside(s.cond), body=inside(s.body))
        case Def():
            return replace(s, origin=origin, block=inside(s.block))
    return replace(s, origin=origin)
