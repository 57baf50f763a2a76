"""Which functions hand on what their loops have left, so that others walk it."""

from __future__ import annotations

from pullback.transpile import prims
from pullback.transpile.core import Block, Call, For, If, Op, Stmt, Var, While
from pullback.transpile.traversal import blocks, variables

_KEEPING = (prims.make_tuple, prims.make_list, prims.make_dict, prims.alias, prims.item, prims.appended)


def hands_on(b: Block, returns: bool) -> bool:
    """Is what a loop collects in what a function calls others with, or, if it `returns` that, in its result?"""
    given = set(variables(b.results if returns else ()))
    _calls(b, given)
    return _handed(b, given)


def _calls(b: Block, given: set[Var]) -> None:
    for s in b.body:
        if isinstance(s, Call):
            given.update(variables(s.args))
        for inner in blocks(s):
            _calls(inner, given)


def _handed(b: Block, given: set[Var]) -> bool:
    """Walks backwards, and adds to `given` what is in that."""
    return any(_statement(s, given) for s in reversed(b.body))


def _statement(s: Stmt, given: set[Var]) -> bool:
    match s:
        case Op(op=op) if op in _KEEPING and s.out in given:
            given.update(variables(s.args))
        case If():
            for x in (s.then, s.orelse):
                given.update(v for o, r in zip(s.outs, x.results, strict=True) if o in given for v in variables(r))
        case For() | While():
            if any(o in given for o in s.outs[len(s.inits) :]):
                return True
            for o, r, i in zip(s.outs, s.body.results, s.inits, strict=False):
                given.update(variables((r, i) if o in given else ()))
    return any(_handed(inner, given) for inner in blocks(s))
