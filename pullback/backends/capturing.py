"""Core to Core: what the function that a derivative returns reads of the arguments is copied before it is made.

Before, where the caller may write into `x` until `pull` is called::

    def f_vjp(x): y = x * x; def pull(dout): dx = 2.0 * (dout * x) …

After::

    def f_vjp(x): y = x * x; x2 = copy(x); def pull(dout): dx = 2.0 * (dout * x2) …

What a loop leaves on a list is not copied there: an argument that may be on it is copied where the function begins.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from pullback.runtime import match_kinds
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    OpFunction,
    Origin,
    Program,
    Range,
    Slice,
    Stmt,
    Var,
    While,
)
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.shapes import of_shape_alone
from pullback.transpile.traversal import blocks, free, own_reads, substitute, variables

from .arguments import after_checks
from .facts import HELPER_ALIASES, LIST_CHANGES, is_array, is_cheap, is_fresh

Roots = frozenset[Var]
_NONE: Roots = frozenset()
_STRUCTURES = (ab.Seq, ab.Mapping)


def keep_arguments(program: Program) -> Program:
    """The program whose entry has copies of the arguments, or the parts of them, that a function in it reads."""
    f = _items_first(_globals_first(program.entry))
    program = replace(program, entry=f)
    read = {v: None for s in f.block.body if isinstance(s, Def) for v in _values_read(s.block)}
    if not read:
        return program
    reach = _Reach(program.functions)
    reach.begin(f, parts=True)
    shared = {v: found for v in read if (found := reach.of.get(v))}
    at_once = {v for v, roots in shared.items() if isinstance(v.type, ab.Array) or v in roots}
    first = _NONE.union(*(roots for v, roots in shared.items() if v not in at_once))
    late = [v for v, roots in shared.items() if v in at_once and not roots <= first]
    return replace(program, entry=replace(f, block=_with_copies(f, first, late))) if shared else program


def _globals_first(f: Function) -> Function:
    """The function with the module's values that a function in it reads, or could read, as they are where it begins."""
    if not any(isinstance(s, Def) for s in f.block.body):
        return f
    local = _Localised()
    repeated = held(f.block)
    body = [
        local.statement(s) if isinstance(s, Def) or isinstance(s, Op) and s.out in repeated else s for s in f.block.body
    ]
    made = [
        Op(v, prims.alias if isinstance(g.type, ab.Scalar) else _copy_of(g.type), (g,), (), f.origin)
        for g, v in local.made.items()
    ]
    k = after_checks(f.block)
    return replace(f, block=Block(f.block.params, (*body[:k], *made, *body[k:]), f.block.results))


class _Localised:
    """Puts variables in the place of the module's values; `made` has them."""

    def __init__(self) -> None:
        self.made: dict[Global, Var] = {}

    def statement(self, s: Stmt) -> Stmt:
        s = with_blocks(s, self.block)
        match s:
            case Op() | Effect():
                return replace(s, args=self.of(s.args), kwargs=self.of(s.kwargs))
            case Call():
                return replace(s, args=self.of(s.args))
            case If():
                return replace(s, cond=self.of(s.cond))
            case For():
                return replace(s, source=self.of(s.source), inits=self.of(s.inits), items=self.of(s.items))
            case While():
                return replace(s, inits=self.of(s.inits))
        return s

    def block(self, b: Block) -> Block:
        return Block(b.params, tuple(map(self.statement, b.body)), self.of(b.results))

    def of(self, x: Any) -> Any:
        """An operand, or several."""
        match x:
            case Global() if not isinstance(x.type, ab.Static):
                return self.made.setdefault(x, Var(x.name.lower(), x.type))
            case tuple():
                return tuple(map(self.of, x))
            case Slice(lower, upper, step):
                return Slice(self.of(lower), self.of(upper), self.of(step))
            case Range(start, stop, step):
                return Range(self.of(start), self.of(stop), self.of(step))
        return x


def _items_first(f: Function) -> Function:
    """The function with the items that a function in it reads out of arguments read before that is made."""
    known = {p.var for p in f.params}
    body: list[Stmt] = []

    def without(b: Block) -> Block:
        kept: list[Stmt] = []
        for s in b.body:
            if _is_item(s, known):
                known.update(s.outs)
                body.append(s)
            else:
                kept.append(with_blocks(s, without))
        return Block(b.params, tuple(kept), b.results)

    for s in f.block.body:
        if _is_item(s, known):
            known.update(s.outs)
        body.append(replace(s, block=without(s.block)) if isinstance(s, Def) else s)
    return replace(f, block=Block(f.block.params, tuple(body), f.block.results))


def _is_item(s: Stmt, of: Collection[Var]) -> bool:
    """Does a statement read an item of these structures that there is by their type?"""
    if not (isinstance(s, Op) and s.op is prims.item and isinstance(s.args[1], Lit)):
        return False
    x = s.args[0]
    return isinstance(x, Var) and x in of and isinstance(x.type, _STRUCTURES)


def held(b: Block) -> set[Var]:
    """What functions in a block read of it, and what cheap expressions that they could repeat are made of.

    A structure may have other items when they are called.
    """
    found = {v for s in b.body if isinstance(s, Def) for v in free(s.block)}
    for s in reversed(b.body) if found else ():
        if isinstance(s, Op) and s.out in found and s.op is not prims.item and is_cheap(s.op, s.args, s.out.type):
            found.update(variables(s.args))
    return found


def _with_copies(f: Function, first: Collection[Var], late: Collection[Var]) -> Block:
    """The block of a function with copies of these, made before they are read, or before a function that reads them."""
    b, start, m = f.block, after_checks(f.block), dict[Var, Atom]()
    absent = {o for s in b.body if isinstance(s, If) for o in s.outs}  # which may be None on the other path
    body: list[Stmt] = [*b.body[:start], *_copies((p.var for p in f.params), first, m, f.origin)]
    for s in b.body[start:]:
        s = substitute(s, m)
        if isinstance(s, Def):
            inner: dict[Var, Atom] = {}
            body += _copies(late, late, inner, f.origin, absent)
            s = substitute(s, inner)
        body += [s, *_copies(s.outs, first, m, f.origin)]
    return Block(b.params, tuple(body), substitute(b.results, m))


def _copies(
    made: Iterable[Var], wanted: Collection[Var], m: dict[Var, Atom], origin: Origin, absent: Collection[Var] = ()
) -> list[Op]:
    """The statements that copy those that are wanted, and in `m` the copies."""
    out: list[Op] = []
    for v in made:
        if v in wanted:
            m[v] = new = Var(v.hint, v.type)
            out.append(Op(new, deepcopy if v in absent else _copy_of(v.type), (v,), (), origin))
    return out


def _copy_of(t: ab.Type) -> OpFunction:
    """What copies a value of a type; one that is not proven to have axes may be a number when it runs."""
    return np.ndarray.copy if isinstance(t, ab.Array) and ab.rank(t) else deepcopy


def _values_read(b: Block) -> Iterator[Var]:
    """What a block reads more of than a shape."""
    for s in b.body:
        if isinstance(s, Op):
            yield from variables(tuple(x for k, x in enumerate(s.args) if not _asks_for_kinds(s, k)))
            yield from variables(tuple(x for _, x in s.kwargs))
        else:
            yield from own_reads(s)
        for inner in blocks(s):
            yield from _values_read(inner)
    yield from variables(b.results)


def _keeps_items(s: Op) -> bool:
    """May the items of a new list be those of an old one?"""
    if s.op in LIST_CHANGES or s.op is prims.add_at_key:
        return True
    return s.op in (operator.add, operator.mul, builtins.sum) and not isinstance(s.out.type, ab.Array)


def _asks_for_kinds(s: Op, k: int) -> bool:
    """Is the operand at this position an array, or an object, of which only the shape or the kinds matter?"""
    is_asked = k in of_shape_alone(s) or s.op is match_kinds and k == 1
    return is_asked and isinstance(getattr(s.args[k], "type", None), ab.Array | ab.Record)


class _Reach:
    """With which parameters, or parts of some, a value may share storage."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = functions
        self.of: dict[Var, Roots] = {}
        self.parts = False
        self._called: dict[str, tuple[int, ...]] = {}

    def begin(self, f: Function, parts: bool = False) -> None:
        """Walk a function. With `parts`, an item of a parameter is apart from the others."""
        self.of.update({p.var: frozenset({p.var}) for p in f.params if is_array(p.var.type)})
        self.parts = parts
        self.block(f.block)

    def block(self, b: Block) -> None:
        for s in b.body:
            self.statement(s)

    def statement(self, s: Stmt) -> None:
        match s:
            case Op():
                self.of[s.out] = self.operation(s)
            case If():
                self.block(s.then)
                self.block(s.orelse)
                for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True):
                    self.of[o] = self.roots(x) | self.roots(y)
            case For() | While():
                self.loop(s)
            case Call():
                self.of[s.out] = self.roots(*(s.args[k] for k in self.called(s.function)))

    def roots(self, *xs: object) -> Roots:
        """What some operands reach."""
        return _NONE.union(*(self.of.get(v, _NONE) for v in variables(xs) if is_array(v.type)))

    def operation(self, s: Op) -> Roots:
        if not is_array(s.out.type) or is_fresh(s.op, s.args) and not _keeps_items(s):
            return _NONE
        if s.op in HELPER_ALIASES:
            return self.roots(*(s.args[k] for k in HELPER_ALIASES[s.op]))
        whole = self.roots(*s.args)
        return frozenset({s.out}) if self.parts and _is_item(s, whole) else whole

    def loop(self, s: For | While) -> None:
        """What goes round may be what it was before, or what an iteration leaves."""
        parts, self.parts = self.parts, False
        n = len(s.inits)
        for p, x in zip(s.carried, s.inits, strict=True):
            self.of[p] = self.roots(x)
        if isinstance(s, For):
            for p, x in zip(s.item_params, s.items, strict=True):
                self.of[p] = self.roots(x)
        before = None
        while before != (before := [self.of[p] for p in s.carried]):
            self.block(s.body)
            for p, x in zip(s.carried, s.body.results[:n], strict=True):
                self.of[p] |= self.roots(x)
        for o, p, x in zip(s.outs, [*s.carried, *s.outs[n:]], s.body.results, strict=True):
            self.of[o] = self.of.get(p, _NONE) | self.roots(x)
        self.parts = parts

    def called(self, key: str) -> tuple[int, ...]:
        """The positions of the arguments that the result of a call may share storage with."""
        f = self.functions[key]
        if key not in self._called:
            self._called[key] = tuple(range(len(f.params)))  # as long as it is not known, of a recursive function
            inner = _Reach(self.functions)
            inner._called = self._called
            inner.begin(f)
            found = inner.roots(*f.block.results)
            self._called[key] = tuple(k for k, p in enumerate(f.params) if p.var in found)
        return self._called[key]
