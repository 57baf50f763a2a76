"""JAX as a target: functional code that can be traced and compiled.

Loops over ranges and over the rows of arrays, `while` and branches on traced values are operations on functions; loops
over lists and what depends on lengths and on Python's integers alone is Python, done while the code is traced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pullback.transpile.core import Block, Effect, Function, Global, Program
from pullback.transpile.optimise.gathered import gathered
from pullback.transpile.rewriting import with_blocks, with_functions

from .base import Emitted, Known
from .binding import Binding
from .chains import numbered
from .expressions import Expressions, Functions
from .filling import filled
from .folding import Callees
from .following import followed
from .functional import functional
from .jax_expressions import JaxExpressions
from .lenses import through_views
from .lifting import lifted
from .masked import unmasked
from .modules import Language, emit_module
from .namespace import Namespace
from .overlapping import apart
from .places import NOWHERE, Summary
from .refusals import check
from .repeated import last_written
from .script import Procedure
from .sealing import sealed
from .shifting import shifted
from .solving import solved
from .totals import totalled
from .whole_axes import whole_axes
from .windows import windowed

name = "jax"
fuses = True


def primal(program: Program) -> Program:
    """A program whose loops collect what they append to lists, and with what is known around its traced blocks."""
    program = lifted(gathered(program))
    program = followed(program, Binding(program).is_static)
    return numbered(program, Binding(program).is_static)


def emit(program: Program, *, standalone: bool = False) -> Emitted:
    """The text of a JAX module for a program, with the user's functions in it.

    Raises NotSupportedYet, with the user's place, for what has no form in JAX.
    """
    program = solved(program)
    program = shifted(filled(unmasked(last_written(through_views(_without_checks(program))))))
    program = windowed(program, Binding(program).is_static)
    program = whole_axes(program, Binding(program).is_static)
    binding = Binding(program)
    check(program, binding)

    def expressions(space: Namespace, functions: Functions, value: Callable[[Global], str]) -> Expressions:
        return JaxExpressions(space, functions, value, binding.is_static)

    arrays = ("jax.numpy", "jnp")
    program = apart(program, binding.is_static, binding.python)
    program = totalled(program, binding.python, binding.is_static)
    program = sealed(functional(program, binding), binding.is_static)
    language = Language(False, _as_it_is, _values, expressions, arrays, "pullback.runtime.jax", own=True)
    return emit_module(program, language, standalone)


def known(program: Program) -> Known | None:
    """The values that are known while a program is traced, and the loops that are done then."""
    binding = Binding(program)
    return Known(frozenset(binding.static), frozenset(binding.python))


def _as_it_is(f: Function, callees: Callees, public: bool) -> Function:
    """A function that is ready as it is."""
    return f


def _values(p: Procedure, calls: Mapping[str, Summary]) -> tuple[Procedure, Summary]:
    """A script as it is: arrays of JAX are values as in Core."""
    return p, Summary((), NOWHERE)


def _without_checks(program: Program) -> Program:
    """A program that does not ask whether arguments are one array: none is written."""

    def block(b: Block) -> Block:
        kept = (s for s in b.body if not (isinstance(s, Effect) and s.op == "require_separate"))
        return Block(b.params, tuple(with_blocks(s, block) for s in kept), b.results)

    return with_functions(program, block)
