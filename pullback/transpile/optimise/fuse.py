"""Two neighbouring ifs on one condition are one: where the forward branch meets its adjoint."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile.core import (
    Atom,
    Block,
    Def,
    For,
    If,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import substitute


def fuse_branches(b: Block) -> Block:
    """A block in which an `if` and the next one on the same condition are one `if`.

    Before: `y = if c: … else: …; dx = if c: … else: …`. After: `y, dx = if c: …; … else: …; …`. An adjoint joins
    the `if` that it is the adjoint of, no other: it reads what that one's branches bind.
    """
    out: list[Stmt] = []
    for s in b.body:
        s = _inside(s)
        last = out[-1] if out else None
        if isinstance(s, If) and isinstance(last, If) and last.cond is s.cond and _belong_together(last, s):
            out[-1] = replace(
                last,
                outs=last.outs + s.outs,
                then=_join(last, last.then, s.then),
                orelse=_join(last, last.orelse, s.orelse),
            )
        else:
            out.append(s)
    return Block(b.params, tuple(out), b.results)


def _belong_together(last: If, s: If) -> bool:
    return last.adjoint_of is None and s.adjoint_of in (None, last.tag)


def _join(first: If, x: Block, y: Block) -> Block:
    """The body of one branch after the other; what the first `if` gives is known by its name inside."""
    m: dict[Var, Atom] = dict(zip(first.outs, x.results, strict=True))
    y = substitute(y, m)
    return fuse_branches(Block((), x.body + y.body, x.results + y.results))


def _inside(s: Stmt) -> Stmt:
    match s:
        case If():
            return replace(s, then=fuse_branches(s.then), orelse=fuse_branches(s.orelse))
        case For() | While():
            return replace(s, body=fuse_branches(s.body))
        case Def():
            return replace(s, block=fuse_branches(s.block))
    return s
