"""Core to Core: keys that are taken apart where they are made, are a tuple.

Before::

    t = split(key); key2 = t[0]; sub = t[1]

After, what is written as `key2, sub = split(key)`::

    t = split(key); key2 = item(t, 0); sub = item(t, 1)
"""

from __future__ import annotations

import operator
from dataclasses import replace

from pullback.stdlib import random
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Lit, Op, Stmt, Var
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import operators, reads, substitute


def unpack_keys(b: Block) -> Block:
    """The block in which each array of new keys is taken apart at once, if that is all that happens to it."""
    if random.split not in operators(b):
        return b
    body = [with_blocks(s, unpack_keys) for s in b.body]
    m: dict[Var, Atom] = {}
    for k, s in enumerate(body):
        if isinstance(s, Op) and s.op is random.split and not s.out.hint and s.out not in b.results:
            count = s.out.type.shape[0] if isinstance(s.out.type, ab.Array) and s.out.type.shape else None
            rows = [_row(t, s.out) for t in body[k + 1 :] if s.out in reads(t)]
            if isinstance(count, int) and sorted(rows) == [*range(count)]:
                m[s.out] = whole = Var("", ab.Seq("tuple", (ab.Array("uint32", (2,)),) * count))
                body[k] = replace(s, out=whole)
    return Block(b.params, tuple(_item(substitute(s, m)) for s in body), b.results)


def _row(s: Stmt, keys: Var) -> int:
    """Which row does a statement take of keys, -1 if it does anything else?"""
    match s:
        case Op(op=operator.getitem, args=(x, (Lit(value=int() as k),) | Lit(value=int() as k))) if x is keys:
            return k
    return -1


def _item(s: Stmt) -> Stmt:
    """Rows of what is a tuple by now, taken as its items."""
    match s:
        case Op(op=operator.getitem, args=(Var(type=ab.Seq()) as whole, (k,) | (Lit() as k))):
            return replace(s, op=prims.item, args=(whole, k))
    return s
