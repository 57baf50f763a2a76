"""Which values of a block of Core would be written in place, before it is decided where they may be.

u2 = set_item(u1, i, v)                      u1
v = ravel(u1); v2 = set_item(v, i, x)        v and so u1
u3 = for i, u = u0: u1 = set_item(u, …)      u and so u0
out = call kernel(a, b), which writes b      b
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from pullback.transpile import prims
from pullback.transpile.core import Block, Call, Def, For, Function, If, Op, Var, While
from pullback.transpile.traversal import blocks, variables

from .facts import MAKERS
from .sharing import Taken, overwritten

_VIEWS = (np.reshape, np.ravel)  # what is written in another shape is put back into its own


def wanted(b: Block, taken: Taken) -> set[Var]:
    """The variables whose arrays would be written in place."""
    out: set[Var] = set()
    _collect(b, taken, out)
    return out


def _collect(b: Block, taken: Taken, out: set[Var]) -> None:
    for s in reversed(b.body):
        match s:
            case Op() if s.op in MAKERS or s.op in _VIEWS:
                out.update(v for v in variables(s.args) if s.out in out)
            case Op() | Call():
                out.update(overwritten(s, taken))
            case If():
                for o, x, y in zip(s.outs, s.then.results, s.orelse.results, strict=True):
                    out.update(v for v in (x, y) if o in out and isinstance(v, Var))
                _collect(s.then, taken, out)
                _collect(s.orelse, taken, out)
            case For() | While():
                _collect_loop(s, taken, out)
            case Def():
                _collect(s.block, taken, out)


def _collect_loop(s: For | While, taken: Taken, out: set[Var]) -> None:
    """What is written in one round is what the round before has left, or what the loop starts from."""
    while True:
        known = len(out)
        for o, p, i, r in zip(s.outs, s.carried, s.inits, s.body.results, strict=False):
            out.update(v for v in (r,) if (o in out or p in out) and isinstance(v, Var))
            out.update(v for v in (i,) if p in out and isinstance(v, Var))
        _collect(s.body, taken, out)
        if len(out) == known:
            break


def taken_arguments(functions: Mapping[str, Function]) -> dict[str, frozenset[int]]:
    """The positions of the arguments that each function takes over, by key.

    The user's functions write into what they write; a companion of one takes over what it would copy otherwise, which
    may be in a structure.
    """
    taken = {key: frozenset(f.written if f.primal else ()) for key, f in functions.items()}
    while True:
        found = {key: _taken(f, taken) for key, f in functions.items()}
        if found == taken:
            return found
        taken = found


def _taken(f: Function, taken: Mapping[str, frozenset[int]]) -> frozenset[int]:
    if f.primal or not f.written:
        return frozenset(f.written)
    found = wanted(f.block, lambda key: taken.get(key, ()))
    for s in reversed(list(_items(f.block))):
        found.update(v for v in variables(s.args[0]) if s.out in found)
    return frozenset(k for k, p in enumerate(f.params) if p.var in found)


def _items(b: Block) -> Iterator[Op]:
    """What takes parts out of structures, in order."""
    for s in b.body:
        if isinstance(s, Op) and s.op is prims.item:
            yield s
        for inner in blocks(s):
            yield from _items(inner)
