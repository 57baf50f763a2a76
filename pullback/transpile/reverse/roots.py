"""Adjoints of roots and fixed points.

    x = brentq(f, a, b, args=(p,))          w = dx / f_grad(x, p);  dp -= f_pullback(x, p, w)
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pullback.transpile.core import Atom, Op, Var
from pullback.transpile.implicit import RESULTS, callback, found, handed_on, name_of, slope, solved
from pullback.transpile.reverse.calls import pulled_back
from pullback.transpile.reverse.kinds import keys_of

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def root(self: Adjoint, s: Op) -> None:
    """Hand on the cotangent of a root: by the implicit function theorem, to what the function was handed."""
    active = [k for k, a in enumerate(handed_on(s)) if self.is_active(a)]
    ct = self.ct.pop_item(s.out, RESULTS.get(name_of(s)))
    if ct is None or not active:
        return
    x = found(self.b, s)
    whole = self.ct.materialise(x.type, ct, x, self.ct.name(x))
    w = solved(self.b, slope(self.b, s, x), whole, transposed=True)
    dout = w if name_of(s) == "fixed_point" else self.b(operator.neg, w)
    args: tuple[Atom, ...] = (x, *handed_on(s))
    pulled_back(self, callback(s).derivatives[0], args, tuple(1 + k for k in active), dout)


def root_of(self: Adjoint, s: Op) -> None:
    """The root in what a solver has given."""
    (sol,) = s.args
    d = self.ct.full(s.out)
    if isinstance(sol, Var) and sol in self.r.active:
        self.ct.add_item(sol, keys_of(sol.type)[0][0], d, s.out.type)
