"""Core to Core: where a function sets attributes of its arguments, what backward code reads of these is read before.

Before::

    x = item(p, "x"); effect(set_attribute, p, "x", y); … z = item(p, "x")

After::

    x = item(p, "x"); z = item(p, "x"); effect(set_attribute, p, "x", y); …
"""

from __future__ import annotations

from dataclasses import replace

from pullback import errors
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Effect, Function, Lit, Op, Stmt, Var
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks, compound, reads


def is_set(s: Stmt) -> bool:
    """Does a statement set an attribute of an argument?"""
    return isinstance(s, Effect) and s.op == "set_attribute"


def _sets(s: Stmt) -> list[Effect]:
    """Where a statement sets attributes, also under a condition."""
    return [s] if isinstance(s, Effect) and is_set(s) else [x for b in blocks(s) for t in compound(b) for x in _sets(t)]


def read_before_set(f: Function) -> Function:
    """A function that reads arguments and what they hold before it sets their attributes."""
    first = next((s for s in compound(f.block) if _sets(s)), None)
    if first is None:
        return f
    place = f.block.body.index(first)
    passed: set[Atom] = {p.var for p in f.params}
    moved: list[Stmt] = []
    note_items(f.block.body[:place], passed)

    def without(b: Block) -> Block:
        kept: list[Stmt] = []
        for s in b.body:
            if isinstance(s, Op) and s.op is prims.item and s.args[0] in passed and isinstance(s.args[1], Lit):
                passed.add(s.out)
                moved.append(s)
            else:
                kept.append(with_blocks(s, without))
        return replace(b, body=tuple(kept))

    rest = without(Block((), f.block.body[place:], ())).body
    made = replace(f.block, body=(*f.block.body[:place], *moved, *rest))
    objects = set_objects(made)
    if any(not _sets(s) and not objects.isdisjoint(reads(s)) for s in rest):
        raise errors.PullbackError("internal error, please report: an argument is read after its attributes are set")
    return replace(f, block=made)


def passed(f: Function) -> set[Atom]:
    """The arguments of a function, and what they hold."""
    out: set[Atom] = {p.var for p in f.params}
    note_items(f.block.body, out)
    return out


def note_items(body: tuple[Stmt, ...], out: set[Atom]) -> None:
    """Add what statements read out of these values."""
    for s in body:
        if isinstance(s, Op) and s.op is prims.item and s.args[0] in out:
            out.add(s.out)


def set_objects(block: Block) -> set[Var]:
    """The objects whose attributes a function sets at its end, and those that hold them."""
    effects = [x for s in compound(block) for x in _sets(s)]
    if not effects:
        return set()
    inside = {s.out: s.args[0] for s in block.body if isinstance(s, Op) and s.op is prims.item}
    out: set[Var] = set()
    for effect in effects:
        v: object = effect.args[0]
        while isinstance(v, Var):
            out.add(v)
            v = inside.get(v)
    return out
