"""NumPy as a target: imperative code that updates arrays in place where nobody can tell."""

from __future__ import annotations

from pullback.transpile.core import Program

from .base import Emitted, Known
from .capturing import keep_arguments
from .expressions import Expressions
from .modules import Language, emit_module
from .preparing import ready
from .stores import write_in_place

name = "numpy"
fuses = False

_ARRAYS = ("numpy", "np")
_LANGUAGE = Language(True, ready, write_in_place, Expressions, _ARRAYS, "pullback.runtime", own=False)


def primal(program: Program) -> Program:
    """A program as it is."""
    return program


def emit(program: Program, *, standalone: bool = False) -> Emitted:
    """The text of a NumPy module for a program.

    Standalone text holds the user's functions and the run-time helpers that it needs, and runs with NumPy alone.
    """
    return emit_module(keep_arguments(program), _LANGUAGE, standalone)


def known(program: Program) -> Known | None:
    """Nothing: text for NumPy is run as it is."""
    return None
