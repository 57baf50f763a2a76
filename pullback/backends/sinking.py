"""Core to Core: backward code writes to an array after the last reading of what it has taken out of it.

Before::

    d = getitem(dx, (1:,)); dx2 = set_item(dx, (1:,), 0.0); e = mul(d, y)

After, so that `d` may be a view::

    d = getitem(dx, (1:,)); e = mul(d, y); dx2 = set_item(dx, (1:,), 0.0)
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile import prims
from pullback.transpile.core import Block, Op, Stmt, Var
from pullback.transpile.traversal import reads, variables

from .facts import is_array, is_fresh
from .rewriting import with_blocks
from .sharing import writes

_VIEWS: frozenset[Any] = frozenset(
    {operator.getitem, np.transpose, np.swapaxes, np.moveaxis, np.reshape, np.expand_dims, np.squeeze, np.diagonal}
    | {runtime.unbroadcast}
)


def write_last(b: Block) -> Block:
    """The block with writes of backward code behind the statements of the same line that read what they change."""
    body = _negated_late([with_blocks(s, write_last) for s in b.body], b)
    for s in [s for s in body if isinstance(s, Op) and writes(s) and s.origin.adjoint]:
        _sink(body, s, b)
    return Block(b.params, tuple(body), b.results)


def _negated_late(body: list[Stmt], b: Block) -> list[Stmt]:
    """The statements with each negation of an array right before the one that adds it to another array."""
    readers: dict[Var, list[Stmt]] = {}
    for t in body:
        for v in reads(t):
            readers.setdefault(v, []).append(t)
    results = set(variables(b.results))
    late: dict[Stmt, Op] = {}
    for s in body:
        if isinstance(s, Op) and s.op is operator.neg and s.origin.adjoint and s.out not in results:
            by = readers.get(s.out, [])
            if len(by) == 1 and isinstance(t := by[0], Op) and t.op is prims.add_item:
                late[t] = s
    moved = set(late.values())
    return [x for t in body if t not in moved for x in ((late[t], t) if t in late else (t,))]


def _sink(body: list[Stmt], s: Op, b: Block) -> None:
    k = body.index(s)
    views = _views(body[:k], s)
    if not views:
        return
    last = k
    for m, t in enumerate(body[k + 1 :], k + 1):
        if not isinstance(t, Op) or not t.origin.adjoint or t.origin.text != s.origin.text or s.out in reads(t):
            break
        if views & set(reads(t)):
            last = m
            if _is_view(t):
                views.add(t.out)
    later = {v for t in body[last + 1 :] for v in reads(t)} | set(variables(b.results))
    if last > k and not views & later:
        body.insert(last + 1, s)
        del body[k]


def _views(before: list[Stmt], s: Op) -> set[Var]:
    """The views of the array that a statement writes."""
    array = s.args[0]
    views = {array} if isinstance(array, Var) else set()
    for t in before:
        if isinstance(t, Op) and _is_view(t) and t.args[0] in views:
            views.add(t.out)
    return views - {array}


def _is_view(t: Op) -> bool:
    return t.op in _VIEWS and is_array(t.out.type) and not is_fresh(t.op, t.args)
