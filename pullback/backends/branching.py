"""Branches for JAX of which only the run knows the condition: choices between values, or between functions.

    y = where(c, a, b)                               both sides are values
    y = cond(c, then, orelse)                        functions without parameters
    y = switch(k, (case0, case1, otherwise))         for a chain: `if k == 0`, `elif k == 1`, `else`
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, If, Lit, Op, Stmt, Var
from pullback.transpile.infer import lengths

from .chains import BOOL, cases, chain_of
from .conditions import connected
from .fitting import fit_sides
from .packing import INT, NONE, Made, packed_type
from .python_lists import require_same_lists
from .refusing import refuse
from .rounds import of_arrays
from .traced_ops import CASE, OTHERWISE, cond, either, one_of, switch

if TYPE_CHECKING:
    from .traced import Traced


def branch(t: Traced, s: If, body: list[Stmt]) -> None:
    """A choice between values, or between functions."""
    chain = chain_of(s, t.compared.__contains__)
    found = cases(chain, t.compared) if chain.is_one() else None
    if found is not None:
        body += chain.before
        on, first, blocks = found
        made = Made(body, s.origin)
        made.take(_switch(t, s, on, first, fit_sides(s, _traced(t, s, blocks)), made), s.outs)
        return
    then, orelse = _traced(t, s, (s.then, s.orelse))
    if not then.body and not orelse.body and all(map(_are_alike, then.results, orelse.results)):
        for o, x, y in zip(s.outs, then.results, orelse.results, strict=True):
            body.append(Op(o, np.where, (s.cond, x, y), (), s.origin))
    elif (condition := connected(s, then, orelse)) is not None:
        body += condition
    else:
        made = Made(body, s.origin)
        then, orelse = fit_sides(s, (then, orelse))
        made.take(_cond(s, then, orelse, made), s.outs)


def _traced(t: Traced, s: If, blocks: Sequence[Block]) -> list[Block]:
    """The sides of a choice, rewritten, of which each gives what can be one thing with that of others."""
    sides = [t.traced(b) for b in blocks]
    require_same_lists(s.outs, blocks, s.origin)
    sides = of_arrays(t, s, sides)
    t.note_results(s, sides)
    for xs in zip(*(b.results for b in sides), strict=True):
        if len({ab.rank(x.type) for x in xs} - {None}) > 1:
            hint = "give both the same shape"
            refuse(s.origin, "a branch that gives a number or an array, or arrays of several ranks,", hint)
    return sides


def _cond(s: If, then: Block, orelse: Block, made: Made) -> Var:
    """A choice between two functions."""
    sides = [made.function(name, [], b.body, (b.results,)) for name, b in (("then", then), ("orelse", orelse))]
    op = either if NONE in (*then.results, *orelse.results) else cond
    return made.op(op, (s.cond, *sides), (), packed_type(s.outs))


def _switch(t: Traced, s: If, on: Var, first: int, sides: Sequence[Block], made: Made) -> Var:
    """A choice between functions for what an integer is: the numbers from `first` on, or none of them."""
    n = len(sides) - 1
    names = (*(f"{CASE}{k}" for k in range(n)), OTHERWISE)
    functions = tuple(made.function(name, [], b.body, (b.results,)) for name, b in zip(names, sides, strict=True))
    k = on
    if first or t.limits.get(on) != n:  # where it is none, `lax.switch` would take the nearest
        bounds = (operator.ge, first), (operator.lt, first + n)
        least, most = (made.op(op, (on, Lit(x)), (), BOOL) for op, x in bounds)
        inside = made.op(operator.and_, (least, most), (), BOOL)
        k = made.op(operator.sub, (on, Lit(first)), (), INT) if first else on
        k = made.op(np.where, (inside, k, Lit(n)), (), INT)
    op = one_of if any(NONE in b.results for b in sides) else switch
    return made.op(op, (k, functions), (), packed_type(s.outs))


def _are_alike(x: Atom, y: Atom) -> bool:
    """May one of two values be chosen element by element: numbers, or arrays of one shape and dtype?"""
    if isinstance(x.type, ab.Scalar) and isinstance(y.type, ab.Scalar):
        return True
    s, t = x.type, y.type
    if not (isinstance(s, ab.Array) and isinstance(t, ab.Array)) or s.shape is None or t.shape is None:
        return False
    return s.dtype == t.dtype and len(s.shape) == len(t.shape) and all(map(lengths.same, s.shape, t.shape))
