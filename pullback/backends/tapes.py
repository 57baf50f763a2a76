"""Core to Core: what one loop records for the same readers becomes one list of tuples.

Before::

    h1, hs, gs = for i, h in range(n): ... -> h2, h, g
    ... = for i, a, b in reversed(range(n)), hs, gs: ... a ... b

After::

    h1, tape = for i, h in range(n): ...; e = (h, g) -> h2, e
    ... = for i, e in reversed(range(n)), tape: a = e[0]; b = e[1]; ...

Lists that themselves are recorded, as those of an inner loop are by the outer, are merged in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Def,
    For,
    If,
    Lit,
    Op,
    Origin,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, compound, own_reads, substitute, variables


@dataclass(frozen=True)
class _Use:
    """A reading of a list: `walked` by a loop, `kept` as an item of a longer-lived list, or anything else."""

    kind: str
    by: Stmt | None
    derived: Var | None


@dataclass(frozen=True)
class _Member:
    """A list that exists only as a part of the items of another.

    It is at a `position` in each item (None: it is the item), or where `inner` says within that.
    """

    whole: Var
    position: int | None
    inner: _Member | None


def merge_tapes(block: Block) -> Block:
    """The block with the lists of each loop merged that have the same readers."""
    if not any(map(_collects, compound(block))):
        return block
    uses: dict[Var, list[_Use]] = {}
    for v in variables(block.results):
        uses.setdefault(v, []).append(_Use("other", None, None))
    _collect_uses(block, uses)
    return _Merger(uses).block(block)


def _collects(s: Stmt) -> bool:
    if isinstance(s, For | While) and len(s.outs) > len(s.inits):
        return True
    return any(_collects(t) for b in blocks(s) for t in compound(b))


def _collect_uses(block: Block, uses: dict[Var, list[_Use]]) -> None:
    for s in block.body:
        walked: set[Atom] = set(s.items) if isinstance(s, For) else set()
        for v in own_reads(s):
            if v not in walked:
                uses.setdefault(v, []).append(_Use("other", s, None))
        if isinstance(s, For):
            for item, p in zip(s.items, s.item_params, strict=True):
                if isinstance(item, Var):
                    uses.setdefault(item, []).append(_Use("walked", s, p))
        for b in blocks(s):
            _collect_uses(b, uses)
            carried = len(s.inits) if isinstance(s, For | While) and b is s.body else len(b.results)
            for v in variables(b.results[:carried]):
                uses.setdefault(v, []).append(_Use("other", s, None))
            if isinstance(s, For | While) and b is s.body:
                for r, o in zip(b.results[carried:], s.outs[carried:], strict=True):
                    if isinstance(r, Var):
                        uses.setdefault(r, []).append(_Use("kept", s, o))


class _Merger:
    def __init__(self, uses: dict[Var, list[_Use]]) -> None:
        self.uses = uses
        self.members: dict[Var, _Member] = {}
        self.renamed: dict[Var, Atom] = {}

    def signature(self, v: Var, level: int = 1) -> Any:
        """Who reads a list and how, so that lists of one signature can be one; None where that is not possible."""
        if level == 0:
            return ()
        out = []
        for use in self.uses.get(v, ()):
            if use.kind == "other" or use.derived is None:
                return None
            inner = self.signature(use.derived, level - 1 if use.kind == "walked" else level + 1)
            if inner is None:
                return None
            out.append((use.kind, id(use.by), inner))
        return tuple(out) or None

    def block(self, b: Block, prologue: tuple[Stmt, ...] = ()) -> Block:
        body = [*prologue, *(t for s in b.body for t in self.statement(s))]
        return Block(b.params, tuple(body), b.results)

    def statement(self, s: Stmt) -> list[Stmt]:
        match s:
            case If():
                return [replace(s, then=self.block(s.then), orelse=self.block(s.orelse))]
            case Def():
                return [replace(s, block=self.block(s.block))]
            case While():
                return [self.producer(replace(s, body=self.block(s.body)))]
            case For():
                return [self.producer(self.consumer(s))]
        return [s]

    def consumer(self, s: For) -> For:
        """The loop with one item for each merged list; the parts are taken out where its body begins."""
        items: dict[Var, Var] = {}
        prologue: list[Stmt] = []
        parts: dict[tuple[Var, int], Var] = {}
        new_items: list[Atom] = []
        new_params: list[Var] = []
        for v, p in zip(s.items, s.item_params, strict=True):
            member = self.members.get(v) if isinstance(v, Var) else None
            if member is None:
                new_items.append(substitute(v, self.renamed))
                new_params.append(p)
                continue
            whole, bare = member.whole, member.position is None and member.inner is None
            if whole not in items:
                items[whole] = p if bare else Var("", _item_type(whole.type))
                new_items.append(whole)
                new_params.append(items[whole])
            part = items[whole]
            if member.position is not None:
                key = (whole, member.position)
                if key in parts:
                    self.renamed[p] = parts[key]
                else:
                    part = p if member.inner is None else Var("", _part_type(part.type, member.position))
                    parts[key] = part
                    prologue.append(Op(part, prims.item, (items[whole], Lit(member.position)), (), s.origin))
                part = parts[key]
            elif bare and part is not p:
                self.renamed[p] = part
            if member.inner is not None:
                self.members[p] = replace(member.inner, whole=part)
        body = self.block(s.body, tuple(prologue))
        if self.renamed:
            body = substitute(body, self.renamed)
        params = (s.index, *s.carried, *new_params)
        return replace(s, items=tuple(new_items), body=Block(params, body.body, body.results))

    def producer(self, s: For | While) -> For | While:
        """The loop with one list for each group of readers."""
        n = len(s.inits)
        groups: dict[Any, list[int]] = {}
        for k, out in enumerate(s.outs[n:], n):
            signature = self.signature(out)
            groups.setdefault(("alone", k) if signature is None else signature, []).append(k)
        outs, results, body = list(s.outs[:n]), list(s.body.results[:n]), list(s.body.body)
        for signature, group in groups.items():
            if signature[0] == "alone":
                outs.append(s.outs[group[0]])
                results.append(s.body.results[group[0]])
                continue
            result, places = self.entry([s.body.results[k] for k in group], body, s.origin)
            tape = Var("tape", ab.ListOf(_type(result)))
            outs.append(tape)
            results.append(result)
            for k, (position, inner) in zip(group, places, strict=True):
                self.members[s.outs[k]] = _Member(tape, position, inner)
        return replace(s, outs=tuple(outs), body=Block(s.body.params, tuple(body), tuple(results)))

    def entry(
        self, values: list[Atom], body: list[Stmt], origin: Origin
    ) -> tuple[Atom, list[tuple[int | None, _Member | None]]]:
        """What an iteration leaves behind for a group of values, and where each of them is in it."""
        inner = [self.members.get(v) if isinstance(v, Var) else None for v in values]
        atoms = [m.whole if m is not None else v for m, v in zip(inner, values, strict=True)]
        made_at = {o: k for k, s in enumerate(body) for o in s.outs}
        entries = sorted(dict.fromkeys(atoms), key=lambda a: made_at.get(a, -1) if isinstance(a, Var) else -1)
        if len(entries) == 1:
            return entries[0], [(None, m) for m in inner]
        made = Var("", ab.Seq("tuple", tuple(map(_type, entries))))
        where = 1 + max(made_at.get(a, -1) if isinstance(a, Var) else -1 for a in entries)
        origin = body[where - 1].origin if where else origin
        body.insert(where, Op(made, prims.make_tuple, tuple(entries), (), origin))
        return made, [(entries.index(a), m) for a, m in zip(atoms, inner, strict=True)]


def _type(x: Atom) -> ab.Type:
    return x.type


def _item_type(t: ab.Type) -> ab.Type:
    return t.item if isinstance(t, ab.ListOf) else ab.UNKNOWN


def _part_type(t: ab.Type, k: int) -> ab.Type:
    return t.items[k] if isinstance(t, ab.Seq) else ab.UNKNOWN
