"""Adjoints of operations that are given functions, each in its own module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pullback.transpile.core import Op
from pullback.transpile.implicit import name_of
from pullback.transpile.odes import ADJOINTS, SOLVERS
from pullback.transpile.reverse import odes, roots

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def given_function(self: Adjoint, s: Op) -> None:
    """Hand the cotangent of what the operation gives on to what it has been given beside functions."""
    if s.op in ADJOINTS:
        odes.again(self, s)
    elif name_of(s) in SOLVERS:
        odes.initial_value(self, s)
    else:
        roots.root(self, s)
