"""Core to Core: what makes a function ready to be folded into a script."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile.core import (
    Atom,
    Block,
    Def,
    For,
    Function,
    If,
    Op,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import substitute, variables

from .arguments import copy_arguments
from .facts import MAKERS
from .folding import Callees
from .holding import keep_copies
from .keys import unpack_keys
from .mutation import take_apart
from .passed import read_before_set
from .plain import plain
from .rows import keep_in_rows
from .shapes import ask_latest
from .sinking import write_last
from .tapes import merge_tapes
from .unpacking import unpack_arguments, unpack_results
from .updates import augment


def prepare(f: Function, callees: Callees, in_place: bool) -> Function:
    """The function with tapes in rows of arrays or else merged, and with results packed in the branches that make them.

    `in_place`: does the language write into arrays?
    """
    f = read_before_set(f)
    block = _packed(_shared_tests(unpack_keys(plain(f.block))))
    return replace(f, block=merge_tapes(keep_in_rows(block, callees) if in_place else block))


def ready(f: Function, callees: Callees, public: bool) -> Function:
    """The function made ready for arrays that are written in place."""
    apart = unpack_results(take_apart(f.block, callees.mutates), callees.taken)
    f = replace(f, block=keep_copies(write_last(augment(ask_latest(apart))), callees.taken))
    if public:
        return copy_arguments(f, callees.taken)
    return f if f.primal or not f.written else unpack_arguments(f)


def _shared_tests(b: Block) -> Block:
    """The test of a `while` reads the same variables as its body."""
    return Block(b.params, tuple(map(_shared, b.body)), b.results)


def _shared(s: Stmt) -> Stmt:
    match s:
        case While():
            m: dict[Var, Atom] = dict(zip(s.cond.params, s.body.params, strict=True))
            cond = substitute(Block((), s.cond.body, s.cond.results), m)
            return replace(s, cond=_shared_tests(replace(cond, params=s.body.params)), body=_shared_tests(s.body))
        case For():
            return replace(s, body=_shared_tests(s.body))
        case If():
            return replace(s, then=_shared_tests(s.then), orelse=_shared_tests(s.orelse))
        case Def():
            return replace(s, block=_shared_tests(s.block))
    return s


def _packed(b: Block) -> Block:
    """A branch at the end of a block makes the block's result.

    Before: `da, db = if c: … ; r = (da, db)`; after: `r = if c: … (da, db)`, so that both branches can return.
    """
    body = tuple(replace(s, block=_packed(s.block)) if isinstance(s, Def) else s for s in b.body)
    k = len(body)
    while k and isinstance(s := body[k - 1], Op) and s.op in MAKERS:
        k -= 1
    last = body[k - 1] if k else None
    if not isinstance(last, If) or len(b.results) != 1 or not isinstance(result := b.results[0], Var):
        return Block(b.params, body, b.results)
    packing = body[k:]
    if result not in last.outs and not (packing and packing[-1].outs == (result,)) or not _reads(packing, result, last):
        return Block(b.params, body, b.results)
    branches = [_branch(x, last, packing, result) for x in (last.then, last.orelse)]
    out = Var(result.hint, result.type)
    merged = replace(last, outs=(out,), then=branches[0], orelse=branches[1])
    return Block(b.params, (*body[: k - 1], merged), (out,))


def _reads(packing: tuple[Stmt, ...], result: Var, s: If) -> bool:
    return result in s.outs or any(v in s.outs for p in packing if isinstance(p, Op) for v in variables(p.args))


def _branch(x: Block, s: If, packing: tuple[Stmt, ...], result: Var) -> Block:
    m: dict[Var, Atom] = dict(zip(s.outs, x.results, strict=True))
    body: list[Stmt] = list(x.body)
    for p in packing:
        assert isinstance(p, Op)
        new = Var(p.out.hint, p.out.type)
        body.append(replace(substitute(p, m), out=new))
        m[p.out] = new
    return _packed(Block((), tuple(body), (m[result],)))
