"""Results that share no storage: of two blocks of a Jacobian that are one array, or views of one, the second is a copy.

    t = (d[:n], k); return (t, t)          t = (d[:n], k); t2 = (copy(d[:n]), k); return (t, t2)
"""

from __future__ import annotations

import operator
from typing import cast

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Kwargs, Op, OpFunction, Stmt, Var
from pullback.transpile.storage import Sharing, sharing

_MAKERS = (prims.make_tuple, prims.make_list, prims.make_dict)
Way = tuple[object, ...]
"""What an array is a view of, and the steps from there."""


def apart(b: Block) -> Block:
    """A block of whose result no two leaves share storage."""
    return _Apart(b).block()


class _Apart:
    """The result of a block, leaf by leaf, with the ways to those that were seen, and the copies that it took."""

    def __init__(self, b: Block) -> None:
        self.b = b
        self.made: dict[Var, Stmt] = {o: s for s in b.body for o in s.outs}
        self.seen: list[Way] = []
        self.structures: set[Var] = set()
        self.ends: list[Stmt] = []

    def block(self) -> Block:
        results = tuple(cast(Atom, self.own(r)) for r in self.b.results)
        return Block(self.b.params, (*self.b.body, *self.ends), results) if self.ends else self.b

    def own(self, x: Arg) -> Arg:
        """The value `x`, or one that shares nothing with those that were seen before."""
        s = self.made.get(x) if isinstance(x, Var) else None
        if not isinstance(x, Var) or s is None:
            return x
        if isinstance(s, Op) and s.op in _MAKERS:
            args = tuple(map(self.own, s.args))
            if args == s.args and x not in self.structures:
                self.structures.add(x)
                return x
            return self.emit(x, s.op, args, s.kwargs)
        if not ab.rank(x.type):
            return x
        way = self.way(x)
        if any(_meet(way, other) for other in self.seen):
            return self.emit(x, np.copy, (x,))
        self.seen.append(way)
        return x

    def emit(self, like: Var, op: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = ()) -> Var:
        out = Var("", like.type)
        self.ends.append(Op(out, op, args, kwargs, self.b.body[-1].origin))
        return out

    def way(self, x: Var) -> Way:
        """From where an array is a view. What a loop, a branch or a call gives may be one array."""
        s = self.made.get(x)
        if not isinstance(s, Op):
            return (s,)
        if sharing(s.op, s.args, s.kwargs) is Sharing.FRESH or not isinstance(s.args[0], Var):
            return (x,)
        cut = s.args[1] if s.op is operator.getitem else None
        return (*self.way(s.args[0]), cut if isinstance(cut, tuple) and len(cut) == 1 else None)


def _meet(a: Way, b: Way) -> bool:
    """May two arrays overlap? Cuts at one place, of the axis of the directions, are of different directions."""
    if a[0] is not b[0]:
        return False
    k = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    return k is None or a[k] is None or b[k] is None
