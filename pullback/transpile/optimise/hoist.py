"""Items of structures are read where the structure is made: then loops and branches meet leaves, never structures."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile import prims
from pullback.transpile.abstract import Mapping, Seq
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Def,
    For,
    If,
    Lit,
    Op,
    Stmt,
    Var,
    While,
)
from pullback.transpile.optimise.simplify import substitute_own
from pullback.transpile.traversal import blocks, substitute


def hoist_items(b: Block) -> Block:
    """A block in which `params["w"]` is read once, in the block that binds `params`, before everything that reads it.

    Before: `for …: h = h @ params["w"]`. After: `w = params["w"]; for …: h = h @ w`. Items under constant keys exist
    by their type, so that reading them early cannot raise.
    """
    wanted = _items(b)
    if not wanted:
        return b
    made: dict[tuple[Var, Lit], Var] = {}
    m: dict[Var, Atom] = {}
    for s in wanted:
        container, key = s.args
        container = m.get(container, container)  # type: ignore[arg-type]
        assert isinstance(container, Var)
        assert isinstance(key, Lit)
        m[s.out] = made.setdefault((container, key), s.out)
    return _rebuild(b, _by_container(wanted, made, m), m)


def _items(b: Block) -> list[Op]:
    found: list[Op] = []
    for s in b.body:
        if isinstance(s, Op) and s.op is prims.item and _is_structure(s.args[0]) and isinstance(s.args[1], Lit):
            found.append(s)
        for inner in blocks(s):
            found += _items(inner)
    return found


def _is_structure(x: Arg) -> bool:
    return isinstance(x, Var) and isinstance(x.type, (Mapping, Seq))


def _by_container(wanted: list[Op], made: dict[tuple[Var, Lit], Var], m: dict[Var, Atom]) -> dict[Var, list[Op]]:
    kept = set(made.values())
    out: dict[Var, list[Op]] = {}
    for s in wanted:
        if s.out in kept:
            s = substitute(s, m)
            assert isinstance(s.args[0], Var)
            out.setdefault(s.args[0], []).append(s)
    return out


def _rebuild(b: Block, items: dict[Var, list[Op]], m: dict[Var, Atom]) -> Block:
    body: list[Stmt] = []

    def bound(v: Var) -> None:
        for s in items.get(v, ()):
            body.append(s)
            bound(s.out)

    for p in b.params:
        bound(p)
    for s in b.body:
        if s.outs and s.outs[0] in m:
            continue
        body.append(_inside(s, items, m))
        for o in s.outs:
            bound(o)
    return Block(b.params, tuple(body), substitute(b.results, m))


def _inside(s: Stmt, items: dict[Var, list[Op]], m: dict[Var, Atom]) -> Stmt:
    s = substitute_own(s, m)
    match s:
        case If():
            return replace(s, then=_rebuild(s.then, items, m), orelse=_rebuild(s.orelse, items, m))
        case For():
            return replace(s, body=_rebuild(s.body, items, m), stop=substitute(s.stop, m))
        case While():
            cond, body = _rebuild(s.cond, items, m), _rebuild(s.body, items, m)
            return replace(s, cond=cond, body=body, stop=substitute(s.stop, m))
        case Def():
            return replace(s, block=_rebuild(s.block, items, m))
    return s
