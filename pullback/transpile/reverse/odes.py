"""Adjoints of initial value problems.

    sol = solve_ivp(f, span, y0, args=(p,))          dy0, dp = solve_adjoint(f, f_pullback, span, y0, dy, args=(p,))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pullback import errors, runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Callback, Kwargs, Lit, Op, Var
from pullback.transpile.implicit import callback, handed_on
from pullback.transpile.odes import Problem, problem, require_still_times
from pullback.transpile.reverse.cotangents import Tree
from pullback.transpile.reverse.kinds import of_numpy

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint

def initial_value(self: Adjoint, s: Op) -> None:
    """Hand the cotangent of a solution on to where it begins, and to what the function is handed."""
    p, more = problem(s), handed_on(s)
    require_still_times(s, p, self.is_active)
    ct = _cotangent(self, s, p)
    wrt = [k for k, a in enumerate(more) if self.is_active(a)]
    if ct is None or not (wrt or self.is_active(p.y0)):
        return
    f = callback(s)
    pull = self.r.companion(f.derivatives[0], (p.place, *(2 + k for k in wrt)), True).pullback
    options: Kwargs = () if len(wrt) == len(more) else (("wrt", tuple(map(Lit, wrt))),)
    options += tuple((k, x) for k, x in p.options if not p.lines or k in ("tfirst", "rtol", "atol"))
    d_y0: ab.Type = ab.Array("float64", ab.shape_of(p.y0.type))
    types = [of_numpy(more[k].type, "float64") for k in wrt]
    out = Var("", ab.Seq("tuple", (d_y0, *types)) if wrt else d_y0)
    op = runtime.odeint_adjoint if p.lines else runtime.solve_adjoint
    args: tuple[Arg, ...] = (s.args[0], Lit(Callback(pull), pull), *p.operands(p.y0, ct), more)
    self.b.define(out, op, args, options)
    for k, x in enumerate((p.y0, *(more[k] for k in wrt))):
        d: Atom = self.b(prims.item, out, Lit(k)) if wrt else out
        self.ct.mark_whole(d, x)
        self.ct.add(x, d)


def _cotangent(self: Adjoint, s: Op, p: Problem) -> Atom | None:
    """The cotangent of the solution itself, None if nothing has reached it."""
    if p.lines:
        return self.ct.full(s.out)
    whole = self.ct.open.get(s.out)
    if p.is_free and isinstance(whole, Tree) and Lit("t") in whole:
        message = "the times that the solver has chosen are used in what is differentiated, and they have no derivative"
        raise errors.at(errors.NotSupportedYet, s.origin, message, "Give the times as t_eval.")
    ct = self.ct.pop_item(s.out, "y")
    y = self.b.emit(prims.item, (s.out, Lit("y")), hint="y")
    return None if ct is None else self.ct.materialise(y.type, ct, y, "dy")


def again(self: Adjoint, s: Op) -> None:
    """Refuse the adjoint of an adjoint."""
    message = "the gradient of an initial value problem is differentiated backward, which is not supported yet"
    raise errors.at(errors.NotSupportedYet, s.origin, message, "Use hvp, hessian or jvp of grad, which go forward.")
