"""Which Core values may share storage, and where that storage may be written in place.

A guess for the sake of good text, made before anything is decided: folding keeps an expression that reads an array
before the place where the array is likely to be written. What is really written in place is proven by `stores`.
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Collection

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Block,
    Call,
    Def,
    For,
    If,
    Op,
    Origin,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, variables

from .augmented import augmented
from .facts import AUGMENTED, HELPER_ALIASES, LIST_CHANGES, MAKERS, WRITES, is_array, is_fresh
from .passed import is_set, set_objects
from .script import Apply

Taken = Callable[[str], Collection[int]]
"""The positions of the arguments that a call of the function with this key takes over, to write into them."""

_SUMS = frozenset({operator.add, operator.sub})


def accumulation(e: Op | Apply, origin: Origin) -> bool:
    """Is this an operation that may become `old op= value` on an array in place?

    In backward code sums and differences may; in forward code what the user wrote so.
    """
    if e.op not in (_SUMS if origin.adjoint else AUGMENTED):
        return False
    old, new = e.args[0], e.out
    if new is None or not isinstance(old, Var) or not old.hint or old.hint != new.hint:
        return False
    if not origin.adjoint and augmented(origin) is not e.op:
        return False
    a, b = old.type, new.type
    if not isinstance(a, ab.Array) or not isinstance(b, ab.Array) or b.shape == ():
        return False
    return b.dtype is not None and a.dtype == b.dtype and ab.same_shape(a, b)


def writes(s: Op) -> bool:
    """Does this statement make a changed array out of an old one?"""
    return s.op in WRITES


def overwritten(s: Stmt, taken: Taken) -> list[Var]:
    """The variables whose arrays one statement itself would write in place."""
    match s:
        case Op() if s.op not in LIST_CHANGES and (writes(s) or accumulation(s, s.origin)):
            found = s.args[:1]
        case Call():
            found = tuple(s.args[k] for k in taken(s.function))
        case _:
            found = ()
    return [v for v in found if isinstance(v, Var)]


class Sharing:
    """Classes of values that may share storage; per class, and per wanted name, the places where it is written.

    `changing`: the statements that make a changed array out of an old one, or may become `old += value` in place.
    """

    def __init__(self, block: Block, position: dict[Stmt, int], taken: Taken) -> None:
        self.taken = taken
        self.parent: dict[Var, Var] = {}
        self._containers: set[Var] = set()
        self.changing: set[Stmt] = set()
        self.sets: list[int] = []  # where attributes of arguments are set
        self.objects = set_objects(block)
        self._scan(block)
        self._walk(block)
        self.kills: dict[Var, list[int]] = {}
        self.renames: dict[str, list[int]] = {}
        self._places(block, position)

    def root(self, v: Var) -> Var:
        """The representative of a value's class."""
        chain = []
        while (up := self.parent.get(v, v)) is not v:
            chain.append(v)
            v = up
        for w in chain:
            self.parent[w] = v
        return v

    def _union(self, a: object, b: object) -> None:
        if isinstance(a, Var) and isinstance(b, Var) and is_array(a.type) and is_array(b.type):
            x, y = self.root(a), self.root(b)
            if x is not y:
                self.parent[x] = y

    def _scan(self, block: Block) -> None:
        for s in block.body:
            match s:
                case Op(op=prims.item):
                    self._containers.update(variables(s.args[0]))
                case Call():
                    self._containers.update(v for k in self.taken(s.function) for v in variables(s.args[k]))
                case Op():
                    if s.op in WRITES or accumulation(s, s.origin):
                        self.changing.add(s)
                case For():
                    self._containers.update(variables(s.items))
            for b in blocks(s):
                self._scan(b)

    def _walk(self, block: Block) -> None:
        for s in block.body:
            match s:
                case Op():
                    self._op(s)
                case Call():
                    for k in self.taken(s.function):
                        self._union(s.out, s.args[k])
                case If():
                    for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True):
                        self._union(o, x)
                        self._union(o, y)
                case For() | While():
                    self._loop(s)
            for b in blocks(s):
                self._walk(b)

    def _op(self, s: Op) -> None:
        if s in self.changing:
            self._union(s.out, s.args[0])
        elif is_array(s.out.type) and not is_fresh(s.op, s.args) and (s.op not in MAKERS or s.out in self._containers):
            shared = HELPER_ALIASES.get(s.op, range(len(s.args)))
            for v in variables(tuple(s.args[k] for k in shared)):
                self._union(s.out, v)

    def _loop(self, s: For | While) -> None:
        n = len(s.inits)
        for i, p, r, o in zip(s.inits, s.carried, s.body.results, s.outs, strict=False):
            for x in (i, r, o):
                self._union(p, x)
        for r, o in zip(s.body.results[n:], s.outs[n:], strict=True):
            self._union(r, o)
        if isinstance(s, For):
            for x, p in zip(s.items, s.item_params, strict=True):
                self._union(x, p)
        else:
            for p, q in zip(s.cond.params, s.body.params, strict=True):
                self._union(p, q)

    def _places(self, block: Block, position: dict[Stmt, int]) -> None:
        for s in block.body:
            at = position[s]
            if is_set(s):
                self.sets.append(at)
            if isinstance(s, Call):
                for v in overwritten(s, self.taken):
                    self.kills.setdefault(self.root(v), []).append(at)
            for o in s.outs:
                if s in self.changing:
                    self.kills.setdefault(self.root(o), []).append(at)
                if o.hint:
                    self.renames.setdefault(o.hint, []).append(at)
            for b in blocks(s):
                for p in b.params:
                    if p.hint and not isinstance(s, Def):  # a function has names of its own
                        self.renames.setdefault(p.hint, []).append(at)
                self._places(b, position)

    def disturbed(self, v: Var, start: int, end: int) -> bool:
        """Is a value's storage written, or its name given to another, between two positions (both left out)?"""
        if v.hint and _any_between(self.renames.get(v.hint), start, end):
            return True
        if v in self.objects and _any_between(self.sets, start, end):
            return True
        return is_array(v.type) and _any_between(self.kills.get(self.root(v)), start, end)


def _any_between(places: list[int] | None, start: int, end: int) -> bool:
    if not places:
        return False
    k = bisect_right(places, start)
    return k < len(places) and places[k] < end
