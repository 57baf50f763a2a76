"""Copies, common subexpressions, values that loops carry unchanged, items of structures that are at hand."""

from __future__ import annotations

import operator
import sys
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from pullback import runtime
from pullback.transpile import marks, prims
from pullback.transpile.abstract import Dim, Scalar, kind_of
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    If,
    Lit,
    Op,
    OpFunction,
    Slice,
    Stmt,
    Var,
    While,
)
from pullback.transpile.traversal import substitute, substitute_operands

# each use of these is an array of its own, which may be written later
_FRESH: frozenset[OpFunction] = frozenset[OpFunction](
    {np.zeros, np.zeros_like, np.ones, np.ones_like, np.empty, np.empty_like, np.full, np.full_like, np.copy, np.array}
).union(
    (prims.spread, prims.make_list, prims.copies, prims.make_dict, prims.set_item, prims.add_item, prims.add_at_key),
    (sys.exception, prims.appended, prims.shortened, prims.replaced, prims.inserted, prims.removed, prims.part),
    (prims.put_part, list, runtime.pass_through),
)


@dataclass
class _Scope:
    """Expressions that have been computed in a block, and in those around it; between marks, only there."""

    parent: _Scope | None = None
    around: _Scope | None = None
    seen: dict[object, Var] = field(default_factory=dict)

    def find(self, key: object) -> Var | None:
        scope: _Scope | None = self
        while scope is not None:
            if key in scope.seen:
                return scope.seen[key]
            scope = scope.parent
        return None


def simplify(b: Block) -> Block:
    """A block in which each pure expression is computed once and each value has one name.

    Before: `t = x * w; h = alias(t); u = x * w; return h + u`. After: `h = x * w; return h + h`.
    """
    return _Simplifier().block(b, _Scope())


class Renames(dict[Var, Atom]):
    """What each removed name now is, followed to the end."""

    def __getitem__(self, v: Var) -> Atom:
        found = super().__getitem__(v)
        while isinstance(found, Var) and found in self:
            found = super().__getitem__(found)
        return found


class _Simplifier:
    """`m`: what each removed name now is; it holds for the adjoint code too that reads names from inside loops."""

    def __init__(self) -> None:
        self.m = Renames()
        self.made: dict[Var, Op] = {}

    def block(self, b: Block, scope: _Scope) -> Block:
        out: list[Stmt] = []
        for s in self.name_temporaries(b):
            if isinstance(s, Op):
                kept = self.op(substitute_operands(s, self.m), scope)
                if kept is not None:
                    out.append(kept)
                continue
            if marks.closes(s):
                assert scope.around is not None
                scope = scope.around
            if marks.opens(s):
                scope = _Scope(around=scope)
            out.append(self.statement(substitute_own(s, self.m), scope))
        return Block(b.params, tuple(out), substitute(b.results, self.m))

    def name_temporaries(self, b: Block) -> list[Stmt]:
        """A temporary that is given a name is made under that name: `t = x * w; h = alias(t)` becomes `h = x * w`."""
        made: dict[Var, int] = {}
        out: list[Stmt] = []
        for s in b.body:
            if isinstance(s, Op | Call):
                t = s.args[0] if isinstance(s, Op) and s.op is prims.alias else None
                if isinstance(t, Var) and t in made:
                    at = made.pop(t)
                    out[at] = replace(cast(Op | Call, out[at]), out=s.out)
                    self.m[t] = s.out
                    if not s.out.hint:
                        made[s.out] = at
                    continue
                if not s.out.hint:
                    made[s.out] = len(out)
            out.append(s)
        return out

    def statement(self, s: Stmt, scope: _Scope) -> Stmt:
        """A statement that is more than an operation."""
        match s:
            case If():
                then, orelse = self.block(s.then, _Scope(scope)), self.block(s.orelse, _Scope(scope))
                return self.drop_equal(replace(s, then=then, orelse=orelse))
            case For():
                return self.loop(s, scope)
            case While():
                s = self.drop_invariant(s)
                assert isinstance(s, While)
                cond, body = self.block(s.cond, _Scope(scope)), self.block(s.body, _Scope(scope))
                return replace(s, cond=cond, body=body, stop=substitute(s.stop, self.m))
            case Def():
                return replace(s, block=self.block(s.block, _Scope(scope)))
        return s

    def op(self, s: Op, scope: _Scope) -> Op | None:
        known = self.known(s)
        if known is None and s.op not in _FRESH:
            key = (s.op, s.args, s.kwargs)
            known = scope.find(key)
            if known is None:
                scope.seen[key] = s.out
        if known is not None:
            self.m[s.out] = known
            return None
        self.made[s.out] = s
        return s

    def known(self, s: Op) -> Atom | None:
        """The atom that an operation is nothing but another name of."""
        if s.op is prims.alias:
            return s.args[0] if not isinstance(s.args[0], (tuple, Slice)) else None
        if s.op is operator.mul or s.op is operator.add:
            x, y = s.args
            if not isinstance(x, Lit) and not isinstance(y, Lit):
                return None
            found = _product(x, y) if s.op is operator.mul and s.origin.adjoint else None
            return _integer(s.op, x, y) if found is None else found
        if s.op is prims.item and isinstance(s.args[0], Var) and (maker := self.made.get(s.args[0])):
            return _taken(maker, s.args[1])
        return None

    def drop_equal(self, s: If) -> If:
        """What is the same in both branches is read from around the `if` instead."""
        equal = {o: x for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True) if x == y}
        if not equal:
            return s
        self.m.update(equal)
        keep = [i for i, o in enumerate(s.outs) if o not in equal]
        then, orelse = (Block((), b.body, tuple(b.results[i] for i in keep)) for b in (s.then, s.orelse))
        return replace(s, outs=tuple(s.outs[i] for i in keep), then=then, orelse=orelse)

    def loop(self, s: For, scope: _Scope) -> For:
        trimmed = self.drop_invariant(s)
        assert isinstance(trimmed, For)
        s = trimmed
        body = self.block(s.body, _Scope(scope))
        return replace(s, body=body, stop=substitute(s.stop, self.m))

    def drop_invariant(self, s: For | While) -> For | While:
        """What is carried but never changed is read from around the loop instead."""
        n, skip = len(s.inits), 1 if isinstance(s, For) else 0
        same = [i for i in range(n) if s.body.results[i] is s.carried[i]]
        if not same:
            return s
        for i in same:
            self.m[s.carried[i]] = self.m[s.outs[i]] = s.inits[i]
            if isinstance(s, While):
                self.m[s.cond.params[i]] = s.inits[i]

        def rest(xs: tuple[Var, ...], first: int = 0) -> tuple[Var, ...]:
            return tuple(x for i, x in enumerate(xs) if i - first not in same)

        inits = tuple(x for i, x in enumerate(s.inits) if i not in same)
        results = tuple(x for i, x in enumerate(s.body.results) if i not in same)
        body = Block(rest(s.body.params, skip), s.body.body, results)
        if isinstance(s, While):
            cond = Block(rest(s.cond.params), s.cond.body, s.cond.results)
            return replace(s, outs=rest(s.outs), inits=inits, cond=cond, body=body)
        return replace(s, outs=rest(s.outs), inits=inits, body=body)


def substitute_own(s: Stmt, m: dict[Var, Atom]) -> Stmt:
    """A statement with what it reads itself replaced; the blocks inside are left for later."""
    if not m:
        return s
    match s:
        case Op():
            return substitute_operands(s, m)
        case Effect():
            return substitute(s, m)
        case Call():
            return replace(s, args=substitute(s.args, m))
        case If():
            return replace(s, cond=substitute(s.cond, m))
        case For():
            source, inits, items = substitute((s.source, s.inits, s.items), m)
            return replace(s, source=source, inits=inits, items=items)
        case While():
            return replace(s, inits=substitute(s.inits, m))
        case Def():
            return s


def _product(x: Arg, y: Arg) -> Atom | None:
    """A backward product with a constant that only now is known: `2.0 * 3.0`, or `1.0 * dx` of a float."""
    if isinstance(x, Lit) and isinstance(y, Lit) and type(x.value) is type(y.value) is float:
        return Lit(x.value * y.value)
    for one, other in ((x, y), (y, x)):
        if isinstance(one, Lit) and type(one.value) is float and one.value == 1.0 and isinstance(other, Var):
            return other if kind_of(other.type) == "float" else None
    return None


def _integer(op: OpFunction, x: Arg, y: Arg) -> Atom | None:
    """`0 * n`, `1 * n`, `0 + n` and `0 + 0` of Python's integers, as unrolled loops have them."""
    if isinstance(x, Lit) and isinstance(y, Lit) and type(x.value) is type(y.value) is int:
        return Lit(op(x.value, y.value))
    for number, other in ((x, y), (y, x)):
        if not isinstance(number, Lit) or type(number.value) is not int or not isinstance(other, Var):
            continue
        match other.type:
            case Scalar(kind="int", dtype=None, value=Dim() | int()):  # another one may be a bool
                if number.value == (1 if op is operator.mul else 0):
                    return other
                return Lit(0) if number.value == 0 else None
    return None


def _taken(maker: Op, key: Arg) -> Atom | None:
    """The item under a constant key of a structure that was just made."""
    found: object = None
    if maker.op in (prims.make_tuple, prims.make_list) and isinstance(key, Lit) and isinstance(key.value, int):
        if -len(maker.args) <= key.value < len(maker.args):
            found = maker.args[key.value]
    elif maker.op is prims.make_dict and isinstance(maker.args[0], tuple) and key in maker.args[0]:
        found = maker.args[1 + maker.args[0].index(key)]
    return found if isinstance(found, (Var, Lit)) else None
