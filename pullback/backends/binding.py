"""Binding time, for JAX: which values are known while a program is traced, and which loops are done then.

Python's integers, booleans and strings are known, as lengths of arrays are, and what Python itself computes from such.
What an array or a float has gone into is traced. A parameter is what it is in all calls together. Integers and strings
in attributes of objects that are given are parts of their structure, and known.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Atom,
    Block,
    Call,
    Callback,
    For,
    Function,
    Global,
    If,
    Lit,
    Op,
    OpFunction,
    Program,
    Range,
    Slice,
    Stmt,
    Tag,
    Var,
    While,
)
from pullback.transpile.traversal import blocks, is_given_function, variables

from .facts import type_of
from .modules import reachable
from .script import Apply, Choice, Cut
from .stacked_lists import changed, makes_array

LENGTHS: frozenset[Any] = frozenset({prims.dim, np.size, np.ndim, builtins.len})
"""What is known of any array."""


class Binding:
    """The binding times of a program.

    `static` are the values that are known while it is traced; `python`: the loops that are loops of Python then;
    `stacked`: the lists that others fill; `traced`: parameters for integers that calls give traced ones; `given`: the
    functions whose result is known; `outer`: what is given, or a part of it; `inner`: parameters that calls give more.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.static: set[Var] = set()
        self.stacked: set[Var] = set()
        self.python: set[Tag] = set()
        self.traced: set[Var] = set()
        self.given: set[str] = set()
        self.outer: set[Var] = set()
        self.inner: set[Var] = set()
        functions = all_functions(program)
        known = -1
        while (now := len(self.traced) + len(self.inner) + len(self.stacked)) > known:
            known = now
            self.outer.clear()
            self.static.clear()
            self.python.clear()
            self.given.clear()
            for key, f in functions.items():
                self.static.update(p.var for p in f.params if _is_structure(p.var.type) and p.var not in self.traced)
                self.outer.update(p.var for p in f.params if p.var not in self.inner)
                self.block(f.block)
                if all(map(self.is_static, f.block.results)):
                    self.given.add(key)

    def is_static(self, x: object) -> bool:
        """Is a value known while tracing: a literal, a length, or made of such?"""
        match x:
            case Lit():
                return True
            case Var():
                return x in self.static
            case Global():
                return not isinstance(x.type, ab.Array)
            case tuple():
                return all(map(self.is_static, x))
            case Apply(op=op, args=args):
                return op in LENGTHS or self.is_static(args) and _is_pythons(op, type_of(x))
            case Choice(cond, then, orelse):
                return self.is_static((cond, then, orelse))
            case Range(start, stop, step):
                return self.is_static((start, stop, step))
            case Slice(lower, upper, step) | Cut(lower, upper, step):
                return all(y is None or self.is_static(y) for y in (lower, upper, step))
        return False

    def block(self, b: Block) -> None:
        for s in b.body:
            self.statement(s)
            for inner in blocks(s):
                self.block(inner)
            if isinstance(s, If):
                sides = zip(s.outs, s.then.results, s.orelse.results, strict=True)
                self.stacked.update(o for o, *given in sides if any(x in self.stacked for x in given))
            if isinstance(s, For | While):
                rounds = zip(s.carried, s.outs, s.body.results, strict=False)
                self.stacked.update(v for p, o, r in rounds if r in self.stacked for v in (p, o))
            if isinstance(s, If) and self.is_static(s.cond):
                chosen = zip(s.outs, s.then.results, s.orelse.results, strict=True)
                self.static.update(o for o, *given in chosen if all(map(self.is_static, given)))

    def statement(self, s: Stmt) -> None:
        match s:
            case Op() if self.is_stacked(s):
                self.stacked.add(s.out)
            case Op(op=prims.item) if s.args[0] in self.outer:
                self.outer.add(s.out)
                if _is_structure(s.out.type) and isinstance(type_of(s.args[0]), ab.Record):
                    self.static.add(s.out)
            case Op() if s.op in LENGTHS or self.is_static(s.args) and _is_pythons(s.op, s.out.type):
                self.static.add(s.out)
            case Op() if is_given_function(s):
                self.handed_on(s)
            case For() | While():
                arrays = [k for k, x in enumerate(s.inits) if x in self.stacked]
                self.stacked.update(v for k in arrays for v in (s.carried[k], s.outs[k]))
                if isinstance(s, For):
                    self.loop(s)
            case Call():
                params = self.program.functions[s.function].params
                self.traced.update(p.var for p, x in zip(params, s.args, strict=False) if not self.is_static(x))
                self.inner.update(p.var for p, x in zip(params, s.args, strict=False) if x not in self.outer)
                if s.function in self.given:
                    self.static.add(s.out)

    def handed_on(self, s: Op) -> None:
        """What functions that an operation is given are handed on, after what it calls them with itself."""
        more = s.args[-1]
        assert isinstance(more, tuple)
        for x in s.args:
            if isinstance(x, Lit) and isinstance(x.value, Callback):
                params = self.program.functions[x.value.key].params
                own = len(params) - len(more) if s.op not in (runtime.solve_adjoint, runtime.odeint_adjoint) else 2
                handed = zip(params[own:], more, strict=False)
                self.inner.update(p.var for p in params)
                self.traced.update(p.var for p, y in handed if not self.is_static(y))

    def is_stacked(self, s: Op) -> bool:
        """Is this a list that is an array?"""
        return makes_array(s) or any(x in self.stacked for x in changed(s) if isinstance(x, Var))

    def loop(self, s: For) -> None:
        if not self.is_of_python(s):
            self.stacked.update(s.outs[len(s.inits) :])
            return
        self.python.add(s.tag)
        self.static.add(s.index)
        for p, o, i, r in zip(s.carried, s.outs, s.inits, s.body.results, strict=False):
            if isinstance(p.type, ab.Scalar) and self.is_static(i) and self.is_counted(s, p, r):
                self.static.update((p, o))

    def is_of_python(self, s: For) -> bool:
        """Is this a loop over lists, or over the places in them, which is done while the program is traced?"""
        if s.source is not None:
            return s.stop is None and self.is_static(s.source) and names_items(s.body, s.index, self.stacked)
        return not any(v in self.stacked or isinstance(v.type, ab.Array) for v in variables(s.items))

    def is_counted(self, s: For, p: Var, result: Atom) -> bool:
        """Is what a loop over a list carries computed from itself and from what is static alone?"""
        known = {p}
        for t in s.body.body:
            if isinstance(t, Op) and _is_pythons(t.op, t.out.type):
                if t.op in LENGTHS or all(x in known or self.is_static(x) for x in t.args):
                    known.add(t.out)
        return result in known


def all_functions(program: Program) -> Mapping[str, Function]:
    """The functions of a program that its entry needs, callees first, and this as the last."""
    return {**dict(reachable(program, lambda f: True)), "": program.entry}


def _is_pythons(op: OpFunction, t: ab.Type) -> bool:
    """Does Python itself compute this where its operands are Python's, also while JAX traces?"""
    if isinstance(t, ab.Array) or isinstance(t, ab.Scalar) and t.dtype is not None:
        return False
    return not isinstance(op, np.ufunc) and not (getattr(op, "__module__", None) or "").startswith("numpy")


def names_items(b: Block, index: Var, stacked: Collection[Var]) -> bool:
    """Is an index, or what is computed from it, a key of a list that is none of those `stacked`?"""
    made = {index}
    for s in b.body:
        if isinstance(s, Op) and s.op in (prims.item, prims.add_at_key) and s.args[1] in made:
            if s.args[0] not in stacked:
                return True
        if isinstance(s, Op) and isinstance(s.out.type, ab.Scalar) and any(x in made for x in s.args):
            made.add(s.out)
        if any(names_items(inner, v, stacked) for inner in blocks(s) for v in made):
            return True
    return False


def _is_structure(t: ab.Type) -> bool:
    return isinstance(t, ab.Static) or isinstance(t, ab.Scalar) and t.kind in ("bool", "int") and t.dtype is None
