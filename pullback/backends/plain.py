"""Core to Core: what only said something of the derivative, which is made by now, is gone.

Before::

    t = mul(x, 2.0); s = stopped(t); y = mul(x, s)

After::

    s = mul(x, 2.0); y = mul(x, s)
"""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Call, Op, Stmt, Var
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import operators, substitute

_SAID = (prims.stopped, prims.watched)


def plain(b: Block) -> Block:
    """The block in which a value that was stopped or watched is the value itself, under the name that it was given."""
    if operators(b).isdisjoint(_SAID):
        return b
    m: dict[Var, Atom] = {}
    found = _plain(b, m)
    return substitute(found, {v: _end(v, m) for v in m})


def _end(x: Atom, m: dict[Var, Atom]) -> Atom:
    while isinstance(x, Var) and x in m:
        x = m[x]
    return x


def _plain(b: Block, m: dict[Var, Atom]) -> Block:
    made = {s.out: k for k, s in enumerate(b.body) if isinstance(s, Op | Call) and not s.out.hint}
    body: list[Stmt | None] = []
    for s in b.body:
        if not (isinstance(s, Op) and s.op in _SAID):
            body.append(with_blocks(s, lambda inner: _plain(inner, m)))
            continue
        x = s.args[0]
        assert isinstance(x, Atom)
        if isinstance(x, Var) and x in made and s.out.hint:
            at = made.pop(x)
            first = body[at]
            assert isinstance(first, Op | Call)
            body[at] = replace(first, out=s.out)
            m[x] = s.out
        else:
            m[s.out] = x
        body.append(None)
    return Block(b.params, tuple(s for s in body if s is not None), b.results)
