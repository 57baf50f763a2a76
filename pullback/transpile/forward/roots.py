"""Tangents of roots and fixed points.

    x = brentq(f, a, b, args=(p,))          _, d = f_jvp(x, p, dp);  dx = -d / f_grad(x, p)
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pullback.transpile.core import Lit, Op
from pullback.transpile.forward.control import value_and_tangent
from pullback.transpile.forward.tangents import item
from pullback.transpile.implicit import RESULTS, callback, found, handed_on, name_of, slope, solved
from pullback.transpile.infer import type_of
from pullback.transpile.reverse.cotangents import Tree
from pullback.transpile.reverse.kinds import keys_of

if TYPE_CHECKING:
    from pullback.transpile.forward.jvp import Forward


def root(self: Forward, s: Op) -> None:
    """The tangent of a root, by the implicit function theorem."""
    active = tuple(1 + k for k, a in enumerate(handed_on(s)) if self.moves(a))
    if not active:
        return
    x = found(self.b, s)
    _, d = value_and_tangent(self, callback(s).derivatives[0], (x, *handed_on(s)), active, x.type)
    dx = solved(self.b, slope(self.b, s, x), d, transposed=False)
    dx = dx if name_of(s) == "fixed_point" else self.b(operator.neg, dx)
    if key := RESULTS.get(name_of(s)):
        self.t.set(s.out, Tree({Lit(key): dx}))
    else:
        self.bind(s.out, dx)


def root_of(self: Forward, s: Op) -> None:
    """The root in what a solver has given."""
    (sol,) = s.args
    self.bind(s.out, item(self.b, self.t.get(sol), keys_of(type_of(sol))[0][0]))
