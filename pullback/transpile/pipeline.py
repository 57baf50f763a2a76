"""The transpiler, on one screen.

    source ─parse→ gast ─lower→ Core ─differentiate→ Core ─optimise→ Core ─emit→ Python source ─load→ callable

Every stage takes a value and returns a value. `parse` and `load` stand at the two ends, in files of their own; this
one is the line between them.
"""

from __future__ import annotations

from collections.abc import Sequence

from pullback import errors
from pullback.backends import jax as jax_backend
from pullback.backends import numpy as numpy_backend
from pullback.backends.base import Backend, Emitted
from pullback.stdlib import rules as _rules  # noqa: F401  registers them
from pullback.transpile.abstract import Type
from pullback.transpile.collector import collector_paused
from pullback.transpile.core import Program
from pullback.transpile.derive import derive
from pullback.transpile.finite import with_checks
from pullback.transpile.infer import type_of
from pullback.transpile.lower import lower
from pullback.transpile.parse import FunctionSource
from pullback.transpile.request import Request
from pullback.transpile.verify import verify


@collector_paused()
def transpile(
    source: FunctionSource, types: Sequence[Type], request: Request, backend: str = "numpy", standalone: bool = False
) -> Emitted:
    """The text of the derivative that `request` asks of a function whose parameters have these types.

    Raises a PullbackError, with the user's place, for what cannot be differentiated.
    """
    target = find_backend(backend)
    primal = target.primal(lower(source, types, derive))
    derivative = differentiate(primal, request.for_target(target.fuses))
    return target.emit(derivative, standalone=standalone)


def differentiate(primal: Program, request: Request) -> Program:
    """The optimised program of the derivative.

    Verified, because a program that breaks Core's rules could be silently wrong.
    """
    verify(primal)
    derivative = derive(primal, request)
    if request.check_finite:
        derivative = with_checks(derivative)
    verify(derivative)
    return derivative


def result_type(source: FunctionSource, types: Sequence[Type], of: Request | None = None) -> Type:
    """The type of what a function gives for parameters of these types, or a derivative of it."""
    program = lower(source, types, derive)
    if of is not None:
        program = derive(program, of)
    return type_of(program.entry.block.results[0])


def find_backend(name: str) -> Backend:
    """The backend called `name`. Raises PullbackError if there is none."""
    if name == "numpy":
        return numpy_backend
    if name == "jax":
        return jax_backend
    raise errors.PullbackError(f"there is no backend called {name!r}", hint="choose numpy or jax")
