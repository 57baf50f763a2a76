"""NumPy as a target: imperative code that updates arrays in place where nobody can tell."""

from __future__ import annotations

from pullback.transpile.core import Program

from .base import Emitted
from .modules import emit_module
from .stores import write_in_place

name = "numpy"


def emit(program: Program, *, standalone: bool = False) -> Emitted:
    """The text of a NumPy module for a program.

    Standalone text holds the user's functions and the run-time helpers that it needs, and runs with NumPy alone.
    """
    return emit_module(program, standalone, write_in_place)
