"""Tangents of what operations give that are given functions, each in its own module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pullback.transpile.core import Op
from pullback.transpile.forward import odes, roots
from pullback.transpile.implicit import name_of
from pullback.transpile.odes import ADJOINTS, SOLVERS

if TYPE_CHECKING:
    from pullback.transpile.forward.jvp import Forward


def given_function(self: Forward, s: Op) -> None:
    """Say what the tangent is of what the operation gives."""
    if s.op in ADJOINTS:
        odes.adjoint(self, s)
    elif name_of(s) in SOLVERS:
        odes.initial_value(self, s)
    else:
        roots.root(self, s)
