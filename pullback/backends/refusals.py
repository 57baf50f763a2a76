"""What cannot be written for JAX, refused with its place before anything is written."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterator
from typing import NoReturn

from pullback import runtime
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Effect, For, If, Lit, Op, Origin, Program, Slice, Stmt, Var, While
from pullback.transpile.traversal import blocks, variables

from .binding import Binding, all_functions
from .counts import counts
from .facts import is_surely_advanced
from .jax_calls import check_call
from .jax_numbers import is_unwritten
from .refusing import refuse

HELPERS: frozenset[str] = frozenset(
    """
    add_trees border_places border_widths carried_back cofactors either fitted fraction gammainc_in_a halved
    kept_while known_labels last_written match_kinds odd_shares odeint_adjoint of_running_products place_diagonal
    places_below places_in_order product_of_others read_written record require_cotangents require_scalar resized
    root_of scatter_add scatter_add_along scatter_along solve_adjoint still through_cholesky unbroadcast unpadded
    walk_back zeros_of
    """.split()
)
"""The run-time helpers that there are for JAX: `pullback/runtime/jax.py`."""


def check(program: Program, binding: Binding) -> None:
    """Raise NotSupportedYet, with the user's place, for the first statement that has no form in JAX."""
    for name, f in all_functions(program).items():
        _Check(binding).block(f.block, traced=bool(name))


class _Check:
    def __init__(self, binding: Binding) -> None:
        self.is_static = binding.is_static
        self.python = binding.python

    def block(self, b: Block, traced: bool) -> None:
        """`traced`: is it for the run to say whether it is executed, and by no condition that is known before?"""
        for s in b.body:
            self.statement(s, traced)
            for inner in blocks(s):
                self.block(inner, self.is_traced(s, traced))

    def is_traced(self, s: Stmt, traced: bool) -> bool:
        if isinstance(s, If):
            return not self.is_static(s.cond)
        return traced or not isinstance(s, For) or s.tag not in self.python

    def statement(self, s: Stmt, traced: bool) -> None:
        if any(self.is_static(x) and ab.kind_of(x.type) == "bool" for x in self.kept(s) if isinstance(x, Var)):
            what = "a condition that is known while the program is traced, in a branch or loop that is not,"
            refuse(s.origin, what, "compute it before the branch or loop")
        match s:
            case Op():
                self.op(s)
            case If() if s.tries:
                refuse(s.origin, "a `try` with `except`", "call it where the derivative is called")
            case Effect(op="enter" | "try"):
                what = "`try` with effects in `finally`" if s.op == "try" else "a context manager"
                refuse(s.origin, what, "enter it where the derivative is called")
            case Effect(op="set_attribute"):
                refuse(s.origin, "an attribute of an argument that is set", "return the value")
            case Effect(op="require_cotangents" | "require_scalar"):
                pass  # about structures and shapes
            case Effect() if s.op == "raise" and traced or not self.is_static(s.args):
                refuse(s.origin, f"{s.op!r} of a traced value", "do it before or after the call")

    def kept(self, s: Stmt) -> Iterator[Atom]:
        """What leaves a traced branch or loop for backward code, and is traced then."""
        match s:
            case If() if not self.is_static(s.cond):
                for pair in zip(s.then.results, s.orelse.results, strict=True):
                    yield from pair if Lit(None) in pair else ()
            case For() | While() if not isinstance(s, For) or s.tag not in self.python:
                yield from s.body.results[len(s.inits) :]

    def op(self, s: Op) -> None:
        if s.op in _POWERS and not self.is_static(s.args) and all(map(_is_integer, s.args)):
            if s.op is not operator.mul or not any(map(self.is_static, s.args)):
                what = "a power or a product of integers that are traced, which Python does not bound,"
                refuse(s.origin, what, "write one of them as a float")
        if is_unwritten(s.op) and not self.is_static(s.args):
            refuse(s.origin, f"{s.op.__name__!r} of a traced value", "write it with functions of NumPy")
        if s.op is operator.contains and not self.is_static(s.args) and not isinstance(s.args[0].type, ab.Mapping):  # type: ignore[union-attr]
            refuse(s.origin, "`in` of a traced value", "use np.any of a comparison")
        if not all(map(self.is_static, counts(s))):
            what = "a shape, an axis or a count that is traced"
            refuse(s.origin, what, "let it be an int that is known; under jax.jit static_argnums names such arguments")
        if registry.takes_cotangent(s.op) or registry.gives_tangent(s.op):
            refuse(s.origin, "a derivative whose options only the run has", "write them out, or name them in static=")
        if prims.has_effect(s.op):
            refuse(s.origin, "a function that sees a cotangent", "differentiate for NumPy")
        if s.op is runtime.order:
            refuse(s.origin, "an order of values that are known to the run only", "use jnp.sort or jnp.argsort")
        check_call(s, self.is_static)
        name = getattr(s.op, "__name__", "")
        if getattr(runtime, name, None) is s.op and name not in HELPERS and s.op is not runtime.at_least_one:
            refuse(s.origin, f"what needs {name!r}", "differentiate for NumPy")
        if s.op in (prims.add_item, prims.set_item, operator.getitem):
            index = s.args[1]
            if any(isinstance(v.type, ab.Array) and ab.kind_of(v.type) == "bool" for v in variables(index)):
                refuse(s.origin, "an index that is a mask", "use np.where")
            moves = "window" in dict(s.kwargs)
            if not moves and not is_surely_advanced(index) and any(not self.is_static(x) for x in _bounds(index)):
                refuse_slice(s.origin)


def refuse_slice(origin: Origin) -> NoReturn:
    """Refuse a slice whose length only the run knows, and that is none of those for which there is a form."""
    refuse(origin, "a slice whose bounds are traced", _BOUNDS)


_BOUNDS = (
    "compute element by element with slices of the same places, sum or multiply them, and write into these places; "
    "or use one whose length is known and that is inside for sure, as x[i : i + 3] for i in range(len(x) - 2)"
)
_POWERS = (operator.pow, builtins.pow, operator.mul, operator.lshift)


def _is_integer(x: Arg) -> bool:
    """Is this an integer of Python?"""
    t = getattr(x, "type", None)
    return isinstance(t, ab.Scalar) and t.kind == "int" and t.dtype is None


def _bounds(index: object) -> Iterator[object]:
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, Slice):
            yield from (x for x in (part.lower, part.upper, part.step) if x is not None)
