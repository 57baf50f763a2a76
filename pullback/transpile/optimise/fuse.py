"""Two neighbouring ifs on one condition are one, as are two contexts: the user's, and forward code and its adjoint."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile import marks
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

    Before: `y = if c: … else: …; z = if c: … else: …`. After: `y, z = if c: …; … else: …; …`.
    """
    return _fuse(b, False)


def fuse_adjoints(b: Block) -> Block:
    """A block in which an `if` and its adjoint are one, where they meet; any other adjoint reads other branches.

    Before: `y = if c: … else: …; dx = if c: … else: …`. After: `y, dx = if c: …; … else: …; …`. A context that forward
    code leaves and its adjoint enters again at once is not left.
    """
    return _fuse(b, True)


def _fuse(b: Block, adjoints: bool) -> Block:
    out: list[Stmt] = []
    for s in b.body:
        _append(out, _inside(s, adjoints), adjoints)
    return Block(b.params, tuple(out), b.results)


def _append(out: list[Stmt], s: Stmt, adjoints: bool) -> None:
    last = out[-1] if out else None
    if isinstance(s, If) and isinstance(last, If) and last.cond is s.cond and _belong_together(last, s, adjoints):
        out[-1] = replace(
            last,
            outs=last.outs + s.outs,
            then=_join(last, last.then, s.then, adjoints),
            orelse=_join(last, last.orelse, s.orelse, adjoints),
        )
    elif adjoints and last and s.origin.adjoint > last.origin.adjoint and marks.entered_again(last, s):
        out.pop()
    else:
        out.append(s)


def _belong_together(last: If, s: If, adjoints: bool) -> bool:
    return not last.tries and last.adjoint_of is None and s.adjoint_of is (last.tag if adjoints else None)


def _join(first: If, x: Block, y: Block, adjoints: bool) -> Block:
    """The body of one branch after the other; what the first `if` gives is known by its name inside."""
    m: dict[Var, Atom] = dict(zip(first.outs, x.results, strict=True))
    y = substitute(y, m)
    out = list(x.body)
    for s in y.body:
        _append(out, s, adjoints)
    return Block((), tuple(out), x.results + y.results)


def _inside(s: Stmt, adjoints: bool) -> Stmt:
    match s:
        case If():
            return replace(s, then=_fuse(s.then, adjoints), orelse=_fuse(s.orelse, adjoints))
        case For() | While():
            return replace(s, body=_fuse(s.body, adjoints))
        case Def():
            return replace(s, block=_fuse(s.block, adjoints))
    return s
