"""For JAX: what loops hand from one round to the next, and what branches give, has one kind on all ways.

    dvs = zeros_of(vs); for …: dvs = add_trees(dvs, rows(d))         dvs = stack(zeros_of(vs)); for …: dvs = dvs + d
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Block, For, If, Stmt, Var, While

from .fitting import zero_of
from .kinds import Stacked
from .packing import NONE, Made
from .python_lists import require_same_items
from .stacked_lists import is_array, stacked

if TYPE_CHECKING:
    from .traced import Traced

Loop = TypeVar("Loop", bound=For | While)


def entered(t: Traced, s: Loop, body: list[Stmt]) -> Loop:
    """A loop that starts from arrays where it makes arrays of lists; what goes round is of one kind then."""
    inits: list[Atom] = []
    for x, p, o in zip(s.inits, s.carried, s.outs, strict=False):
        if p in t.functions.stacked and t.kinds.of(x) is None:
            x = cast(Atom, stacked(t, x, Made(body, s.origin)))
            t.kinds.note(cast(Var, x), Stacked())
        for v in (p, o):
            t.kinds.note(v, t.kinds.of(x))
        inits.append(x)
    return replace(s, inits=tuple(inits))


def round_of(t: Traced, s: For | While) -> Block:
    """The body of a loop that only the run goes through."""
    require_same_items(s)
    inner = t.traced(s.body)
    made = Made(list(inner.body), s.origin)
    results = list(inner.results)
    for k, (p, r) in enumerate(zip(s.carried, inner.results, strict=False)):
        if isinstance(t.kinds.of(p), Stacked) and t.kinds.of(r) is None:
            results[k] = cast(Atom, stacked(t, r, made))
    return Block(inner.params, tuple(made.body), tuple(results))


def bound(s: If, side: Block) -> Block:
    """A side of a branch with numbers for those that it leaves unbound: they may go on to what JAX traces."""
    pairs = zip(s.outs, side.results, strict=True)
    return replace(side, results=tuple(zero_of(o.type) or x if x == NONE else x for o, x in pairs))


def of_arrays(t: Traced, s: If, sides: Sequence[Block]) -> list[Block]:
    """Sides of which each gives an array where one of them gives an array for a list."""
    made = [Made(list(b.body), s.origin) for b in sides]
    results = []
    for xs in zip(*(b.results for b in sides), strict=True):
        some = any(isinstance(t.kinds.of(x), Stacked) and is_array(x.type) for x in xs)
        results.append([_stacked(t, x, m) if some else x for x, m in zip(xs, made, strict=True)])
    of_sides = zip(*results, strict=True) if results else [()] * len(made)
    return [Block((), tuple(m.body), tuple(xs)) for m, xs in zip(made, of_sides, strict=True)]


def _stacked(t: Traced, x: Atom, made: Made) -> Atom:
    if not isinstance(x, Var) or t.kinds.of(x) is not None or isinstance(x.type, ab.Array):
        return x
    x = cast(Var, stacked(t, x, made))
    t.kinds.note(x, Stacked())
    return x
