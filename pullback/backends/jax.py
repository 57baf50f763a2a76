"""JAX as a target: functional code that can be traced and compiled.

Loops over ranges and over the rows of arrays, `while` and branches on traced values are operations on functions; loops
over lists and what depends on lengths and on Python's integers alone is Python, done while the code is traced.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Call,
    Effect,
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
)
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.storage import may_repeat
from pullback.transpile.traversal import blocks, variables

from .base import Emitted
from .expressions import Expressions, Functions
from .facts import LIST_CHANGES, is_surely_advanced, type_of
from .folding import Callees
from .jax_expressions import PAIRWISE, JaxExpressions
from .masked import unmasked
from .modules import Language, emit_module, reachable
from .namespace import Namespace
from .places import NOWHERE, Summary
from .refusing import refuse
from .script import Apply, Body, Branch, Choice, Cut, Define, ForLoop, Procedure, WhileLoop
from .traced import functional

name = "jax"

HELPERS: frozenset[str] = frozenset(
    """
    add_trees either fitted kept_while match_kinds place_diagonal product_of_others require_cotangents
    require_scalar scatter_add scatter_add_along unbroadcast walk_back zeros_of
    """.split()
)
"""The run-time helpers that there are for JAX: `pullback/runtime/jax.py`."""
_SHAPES: frozenset[Any] = frozenset({prims.dim, np.size, np.ndim, builtins.len})


def emit(program: Program, *, standalone: bool = False) -> Emitted:
    """The text of a JAX module for a program, with the user's functions in it.

    Raises NotSupportedYet, with the user's place, for loops and branches whose course depends on a traced value.
    """
    program = unmasked(_without_checks(program))
    check = _Check(program)
    check.run()

    def expressions(space: Namespace, functions: Functions, value: Callable[[Global], str]) -> Expressions:
        return JaxExpressions(space, functions, value, check.is_static)

    arrays = ("jax.numpy", "jnp")
    program = functional(program, check.is_static, check.python)
    language = Language(False, as_it_is, check.procedure, expressions, arrays, "pullback.runtime.jax", own=True)
    return emit_module(program, language, standalone)


def as_it_is(f: Function, callees: Callees, public: bool) -> Function:
    """A function that is ready as it is."""
    return f


def _without_checks(program: Program) -> Program:
    """A program that does not ask whether arguments are one array: none is written."""

    def block(b: Block) -> Block:
        kept = (s for s in b.body if not (isinstance(s, Effect) and s.op == "require_separate"))
        return Block(b.params, tuple(with_blocks(s, block) for s in kept), b.results)

    def function(f: Function) -> Function:
        return replace(f, block=block(f.block))

    return Program(function(program.entry), {key: function(f) for key, f in program.functions.items()})


class _Check:
    """Refuses what cannot be traced yet. `static` are the values that are known while a program is traced.

    `python`: the loops that are loops of Python then; `stacked`: the lists that others fill; `traced`: parameters for
    integers that calls give traced ones.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.static: set[Var] = set()
        self.stacked: set[Var] = set()
        self.python: set[Tag] = set()
        self.traced: set[Var] = set()

    def run(self) -> None:
        """Check all functions, until it is known which of their parameters some call gives traced values."""
        functions = (self.program.entry, *dict(reachable(self.program, lambda f: True)).values())
        known = -1
        while len(self.traced) > known:
            known = len(self.traced)
            self.static.clear()
            self.python.clear()
            for f in functions:
                self.function(f)

    def function(self, f: Function) -> None:
        """Check one function as Core."""
        self.static.update(p.var for p in f.params if _is_structure(p.var.type) and p.var not in self.traced)
        self.block(f.block)

    def procedure(self, p: Procedure, calls: Mapping[str, Summary]) -> tuple[Procedure, Summary]:
        """Check a script, which is left as it is: arrays of JAX are values as in Core."""
        self.body(p.body)
        return p, Summary((), NOWHERE)

    def body(self, b: Body) -> None:
        for s in b.statements:
            match s:
                case Branch():
                    self.body(s.then)
                    self.body(s.orelse)
                case ForLoop() | WhileLoop() | Define():
                    self.body(s.body)

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
                return op in _SHAPES or self.is_static(args) and _is_pythons(op, type_of(x))
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

    def statement(self, s: Stmt) -> None:
        match s:
            case Op():
                self.op(s)
            case For():
                self.loop(s)
            case Call():
                params = self.program.functions[s.function].params
                self.traced.update(p.var for p, x in zip(params, s.args, strict=False) if not self.is_static(x))
            case If() if s.tries:
                refuse(s.origin, "a `try` with `except`", "call it where the derivative is called")
            case Effect(op="enter" | "try"):
                what = "`try` with effects in `finally`" if s.op == "try" else "a context manager"
                refuse(s.origin, what, "enter it where the derivative is called")
            case Effect(op="set_attribute"):
                refuse(s.origin, "an attribute of an argument that is set", "return the value")
            case Effect(op="require_cotangents"):
                pass
            case Effect() if s.op == "raise" or not self.is_static(s.args):
                refuse(s.origin, f"{s.op!r} of a traced value", "do it before or after the call")

    def op(self, s: Op) -> None:
        is_one = len(s.args) > 2 and ab.rank(getattr(s.args[2], "type", ab.UNKNOWN)) == 0
        overwrites = s.op is prims.set_item and may_repeat(s.args[1]) and not is_one
        if overwrites or s.op in (runtime.read_written, runtime.last_written):
            refuse(s.origin, "a write at integers, of which the last one counts where they repeat,", "add to zeros")
        if s.op in _SHAPES or self.is_static(s.args) and _is_pythons(s.op, s.out.type):
            self.static.add(s.out)
        if s.op in _POWERS and not self.is_static(s.args) and all(map(_is_integer, s.args)):
            if s.op is not operator.mul or not any(map(self.is_static, s.args)):
                what = "a power or a product of integers that are traced, which Python does not bound,"
                refuse(s.origin, what, "write one of them as a float")
        if prims.has_effect(s.op):
            refuse(s.origin, "a function that sees a cotangent", "differentiate for NumPy")
        if s.op is prims.add_at_key and not self.is_static(s.args[1]):
            refuse(s.origin, "a list that is indexed by a traced number", "loop over the list itself")
        if s.op is runtime.order:
            refuse(s.origin, "an order of values that are known to the run only", "use jnp.sort or jnp.argsort")
        name = getattr(s.op, "__name__", "")
        if getattr(runtime, name, None) is s.op and name not in HELPERS:
            refuse(s.origin, f"what needs {name!r}", "differentiate for NumPy")
        if s.op in LIST_CHANGES:
            refuse(s.origin, "a list that is changed in a loop", "use array operations, or differentiate for NumPy")
        if dict(s.kwargs).get("via"):
            refuse(s.origin, "a write through a view", "write to the array itself")
        if s.op in (prims.add_item, prims.set_item, operator.getitem):
            index = s.args[1]
            if any(isinstance(v.type, ab.Array) and ab.kind_of(v.type) == "bool" for v in variables(index)):
                refuse(s.origin, "an index that is a mask", "use np.where")
            if not is_surely_advanced(index) and any(not self.is_static(x) for x in _bounds(index)):
                refuse(s.origin, "a slice whose bounds are traced", "use bounds that are literals or lengths")

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
            return s.stop is None and self.is_static(s.source) and names_items(s.body, s.index)
        return not any(v in self.stacked or isinstance(v.type, ab.Array) for v in variables(s.items))

    def is_counted(self, s: For, p: Var, result: Atom) -> bool:
        """Is what a loop over a list carries computed from itself and from what is static alone?"""
        known = {p}
        for t in s.body.body:
            if isinstance(t, Op) and (t.op in _SHAPES or all(x in known or self.is_static(x) for x in t.args)):
                known.add(t.out)
        return result in known


_POWERS = (operator.pow, builtins.pow, operator.mul, operator.lshift)


def _is_integer(x: Arg) -> bool:
    """Is this an integer of Python?"""
    t = getattr(x, "type", None)
    return isinstance(t, ab.Scalar) and t.kind == "int" and t.dtype is None


def _is_pythons(op: OpFunction, t: ab.Type) -> bool:
    """Does Python itself compute this where its operands are Python's, also while JAX traces?"""
    if isinstance(t, ab.Array) or isinstance(t, ab.Scalar) and t.dtype is not None:
        return False
    return not isinstance(op, np.ufunc) and op not in PAIRWISE and not _module(op).startswith(("numpy", "math"))


def _module(op: OpFunction) -> str:
    return getattr(op, "__module__", None) or ""


def names_items(b: Block, index: Var) -> bool:
    """Is an index, or what is computed from it, a key of a list?"""
    made = {index}
    for s in b.body:
        if isinstance(s, Op) and s.op in (prims.item, prims.add_at_key) and s.args[1] in made:
            return True
        if isinstance(s, Op) and isinstance(s.out.type, ab.Scalar) and any(x in made for x in s.args):
            made.add(s.out)
        if any(names_items(inner, v) for inner in blocks(s) for v in made):
            return True
    return False


def _is_structure(t: ab.Type) -> bool:
    return isinstance(t, ab.Static) or isinstance(t, ab.Scalar) and t.kind in ("bool", "int") and t.dtype is None


def _bounds(index: object) -> Iterator[object]:
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, Slice):
            yield from (x for x in (part.lower, part.upper, part.step) if x is not None)


