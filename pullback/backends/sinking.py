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
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import reads, variables

from .facts import is_array, is_fresh
from .sharing import writes

_VIEWS: frozenset[Any] = frozenset(
    {operator.getitem, np.transpose, np.swapaxes, np.moveaxis, np.reshape, np.expand_dims, np.squeeze, np.diagonal}
    | {runtime.unbroadcast}
)


def write_last(b: Block) -> Block:
    """The block with writes of backward code behind the statements of the same line that read what they change."""
    body = _negated_late([with_blocks(s, write_last) for s in b.body], b)
    late = [s for s in body if isinstance(s, Op) and writes(s) and s.origin.adjoint]
    return Block(b.params, _Order(body, b).sunk(late) if late else tuple(body), b.results)


def _negated_late(body: list[Stmt], b: Block) -> list[Stmt]:
    """The statements with each negation of an array right before the one that adds it to another array."""
    if not any(isinstance(s, Op) and s.op is prims.add_item for s in body):
        return body
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


class _Order:
    """Statements in an order that changes: where each of them is, and who reads, or takes a view of, a variable."""

    def __init__(self, body: list[Stmt], b: Block) -> None:
        self.body = body
        self.at = {s: k for k, s in enumerate(body)}
        self.results = set(variables(b.results))
        self.readers: dict[Var, list[Stmt]] = {}
        self.views: dict[Var, list[Op]] = {}
        for s in body:
            for v in reads(s):
                self.readers.setdefault(v, []).append(s)
            if isinstance(s, Op) and _is_view(s) and isinstance(s.args[0], Var):
                self.views.setdefault(s.args[0], []).append(s)

    def sunk(self, late: list[Op]) -> tuple[Stmt, ...]:
        """The statements with some of them, which write, as late as they may be."""
        for s in late:
            self.sink(s)
        return tuple(self.body)

    def sink(self, s: Op) -> None:
        """Move a write behind the statements of its line that read views of what it changes."""
        k = last = self.at[s]
        views = self.views_before(s)
        if not views:
            return
        for m in range(k + 1, len(self.body)):
            t = self.body[m]
            if not isinstance(t, Op) or not t.origin.adjoint or t.origin.text != s.origin.text or s.out in reads(t):
                break
            if views & set(reads(t)):
                last = m
                if _is_view(t):
                    views.add(t.out)
        read_later = any(self.at[t] > last for v in views for t in self.readers.get(v, ()))
        if last > k and not views & self.results and not read_later:
            self.body[k : last + 1] = [*self.body[k + 1 : last + 1], s]
            self.at.update((t, m) for m, t in enumerate(self.body[k : last + 1], k))

    def views_before(self, s: Op) -> set[Var]:
        """The views of the array that a statement writes which are there before it."""
        found: set[Var] = set()
        bases = [s.args[0]] if isinstance(s.args[0], Var) else []
        while bases:
            views = [t.out for t in self.views.get(bases.pop(), ()) if self.at[t] < self.at[s]]
            found.update(views)
            bases += views
        return found


def _is_view(t: Op) -> bool:
    return t.op in _VIEWS and is_array(t.out.type) and not is_fresh(t.op, t.args)
