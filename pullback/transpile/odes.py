"""Initial value problems: what their derivatives, backward and forward, have in common.

    y' = f(t, y, p)              the tangent of y solves (dy)' = df/dy dy + df/dp dp beside it
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pullback import errors, runtime
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction
from pullback.transpile.infer.lengths import anonymous

SOLVERS = ("solve_ivp", "odeint")
ADJOINTS: tuple[OpFunction, ...] = (runtime.solve_adjoint, runtime.odeint_adjoint)
_HINT = "Let the time run from 0 to 1, integrate T * f(T * s, y), and differentiate in T."


@dataclass(frozen=True)
class Problem:
    """An initial value problem: from `y0`, over the times `span`, which are those of the solution where it has `lines`.

    `place`: which parameter of the function is `y`, the other one being the time. `lines`: the solution is an array of
    one line for each time, and no object with a column for each. `options`: how it is solved.
    """

    span: Arg
    y0: Atom
    place: int
    lines: bool
    options: Kwargs

    @property
    def is_free(self) -> bool:
        """Are the times of the solution left to the solver?"""
        return not self.lines and all(name != "t_eval" for name, _ in self.options)

    def operands(self, y0: Atom, *between: Atom) -> tuple[Arg, ...]:
        """What a solver is given after functions, for another first value."""
        return (y0, self.span, *between) if self.lines else (self.span, y0, *between)


def problem(s: Op) -> Problem:
    """The problem that an operation solves, or its adjoint."""
    lines = s.op is runtime.odeint_adjoint or getattr(s.op, "__name__", "") == "odeint"
    first = 2 if s.op in ADJOINTS else 1
    one, two = s.args[first : first + 2]
    y_first = lines and dict(s.kwargs).get("tfirst", Lit(False)) != Lit(True)
    options = tuple((k, x) for k, x in s.kwargs if k != "wrt")
    return Problem(two if lines else one, cast(Atom, one if lines else two), 0 if y_first else 1, lines, options)


def require_still_times(s: Op, p: Problem, moves: Callable[[Arg], bool]) -> None:
    """Refuse a derivative in times, or in how the problem is solved."""
    if moves(p.span) or any(moves(x) for _, x in p.options):
        message = f"the derivative of {getattr(s.op, '__name__', '')} in its times is not supported yet"
        raise errors.at(errors.NotSupportedYet, s.origin, message, _HINT)


def solution_type(p: Problem, y: ab.Type, n: ab.Length | None = None) -> ab.Type:
    """The type of a solution like `y`, for as many unknowns."""
    shape = ab.shape_of(y) or (anonymous(), anonymous())
    n = anonymous() if n is None else n
    return ab.Array("float64", (shape[0], n) if p.lines else (n, shape[1]))
