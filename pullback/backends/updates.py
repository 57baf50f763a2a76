"""Core to Core: what reads an item, computes and writes it back is an augmented assignment again.

Before::

    t = getitem(a, (i,)); u = mul(t, v); a2 = set_item(a, (i,), u)

After::

    a2 = update_item(a, (i,), v, op=mul)            printed a[i] *= v
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Block, For, Lit, Op, Stmt, Var, While
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import blocks, operators, own_reads, variables

from .augmented import augmented
from .facts import AUGMENTED, EVERYTHING, update_item


def augment(b: Block) -> Block:
    """The block with augmented assignments where the user wrote them, or where backward code may have them."""
    if prims.set_item not in operators(b):
        return b
    readers: Counter[Var] = Counter()
    _count(b, readers)
    return _block(b, readers)


def _count(b: Block, readers: Counter[Var]) -> None:
    for s in b.body:
        readers.update(own_reads(s))
        for inner in blocks(s):
            _count(inner, readers)
        if isinstance(s, For | While):
            readers.update(variables(s.stop))
    readers.update(variables(b.results))


def _block(b: Block, readers: Counter[Var]) -> Block:
    made: dict[Var, Op] = {s.out: s for s in b.body if isinstance(s, Op) and readers[s.out] == 1}
    gone: set[Stmt] = set()
    body: list[Stmt] = []
    for s in b.body:
        if isinstance(s, Op) and s.op is prims.set_item:
            body.append(_augmented(s, made, gone))
        else:
            body.append(with_blocks(s, lambda inner: _block(inner, readers)))
    return Block(b.params, tuple(s for s in body if s not in gone), b.results)


def _augmented(s: Op, made: dict[Var, Op], gone: set[Stmt]) -> Op:
    array, index, value = s.args
    change = made.get(value) if isinstance(value, Var) else None
    if change is None or change.op not in AUGMENTED or len(change.args) != 2 or not _may_be(change, s):
        return s
    old, operand = change.args
    path = _path(old, made, array)
    if path is None and s.origin.adjoint and change.op in (operator.add, operator.mul):
        old, operand = operand, old
        path = _path(old, made, array)
    if path is None or _steps(path) != (*_via(s), (operator.getitem, index)):
        if old is not array or index not in EVERYTHING or s.kwargs:
            return s
        path = []
    gone.add(change)
    gone.update(path)
    kwargs = (("op", Lit(change.op)), *s.kwargs)
    return Op(s.out, update_item, (array, index, operand), kwargs, s.origin)


def _may_be(change: Op, s: Op) -> bool:
    """Did the user write this augmented assignment, or does it do the same in backward code?"""
    if not s.origin.adjoint:
        return augmented(s.origin) is change.op
    a, b = s.out.type, change.out.type
    return change.origin.adjoint and ab.kind_of(a) == "float" and getattr(a, "dtype", None) == getattr(b, "dtype", 0)


def _path(x: Arg, made: dict[Var, Op], array: Arg) -> list[Op] | None:
    """The operations, first to last, that take a value out of an array and that nothing else reads."""
    path: list[Op] = []
    while x is not array:
        s = made.get(x) if isinstance(x, Var) else None
        if s is None or not s.args or s.kwargs:
            return None
        path.insert(0, s)
        x = s.args[0]
    return path


def _steps(path: list[Op]) -> tuple[tuple[Callable[..., Any] | Arg, ...], ...]:
    return tuple((s.op, *s.args[1:]) for s in path)


def _via(s: Op) -> tuple[tuple[Any, ...], ...]:
    via: Any = dict(s.kwargs).get("via", ())
    return tuple((step[0].value, *step[1:]) for step in via)
