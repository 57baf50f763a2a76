"""Core to Core: what an iteration leaves of an array that it writes afterwards is copied while it is there.

Before::

    u2 = set_item(u, …); entry = (u, v)

After, so that the array stays where it is from one round to the next::

    kept = copy(u); u2 = set_item(u, …); entry = (kept, v)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Block, For, Op, Stmt, Var, While
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks

from .sharing import Taken, overwritten


def keep_copies(b: Block, taken: Taken) -> Block:
    """The block with copies of arrays where loops collect tuples of them later than they write them."""
    body = [_loop(s, taken) if isinstance(s, For | While) else s for s in b.body]
    return Block(b.params, tuple(with_blocks(s, lambda inner: keep_copies(inner, taken)) for s in body), b.results)


def _loop(s: For | While, taken: Taken) -> For | While:
    collected = s.body.results[len(s.inits) :]
    body = list(s.body.body)
    mine = {*s.carried, *(o for t in body for o in t.outs)}
    for entry in [t for t in body if t.outs and t.outs[0] in collected]:
        if isinstance(entry, Op) and entry.op is prims.make_tuple:
            at = body.index(entry)
            m: dict[Var, Var] = {}
            for v in entry.args:
                if isinstance(v, Var) and isinstance(v.type, ab.Array) and v in mine and v not in m:
                    if any(_writes(t, v, taken) for t in body[:at]):
                        m[v] = Var(v.hint, v.type)
                        k = next((k for k, t in enumerate(body, 1) if v in t.outs), 0)
                        body.insert(k, Op(m[v], np.ndarray.copy, (v,), (), body[max(k - 1, 0)].origin))
                        at += 1
            body[at] = replace(entry, args=tuple(m.get(v, v) if isinstance(v, Var) else v for v in entry.args))
    return replace(s, body=Block(s.body.params, tuple(body), s.body.results))


def _writes(s: Stmt, v: Var, taken: Taken) -> bool:
    """Does a statement write the array of a variable, itself or in a block of its own?"""
    if v in overwritten(s, taken):
        return True
    if isinstance(s, For | While) and v in s.inits:
        return any(_writes(t, s.carried[s.inits.index(v)], taken) for t in s.body.body)
    return any(_writes(t, v, taken) for b in blocks(s) for t in b.body)
