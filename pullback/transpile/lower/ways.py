"""What can be read off statements at once: how they may be left, and whether they may go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gast

_INNER = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)
_BLOCKS = (gast.stmt, gast.ExceptHandler, gast.match_case)


def may_leave(body: Iterable[Any], in_loop: bool = False) -> bool:
    """May these statements return, or leave the iteration that they are a part of? `in_loop`: of a loop among them."""
    for s in body:
        match s:
            case gast.Return():
                return True
            case gast.Break() | gast.Continue():
                if not in_loop:
                    return True
            case gast.For() | gast.While():
                if may_leave(s.body, True) or may_leave(s.orelse, in_loop):
                    return True
            case _ if not isinstance(s, _INNER):
                if may_leave((n for n in gast.iter_child_nodes(s) if isinstance(n, _BLOCKS)), in_loop):
                    return True
    return False


def may_jump(body: Iterable[Any], kind: type) -> bool:
    """May these statements reach a `break`, or a `continue`, of the loop that they are the body of?"""
    for s in body:
        nested = s.orelse if isinstance(s, gast.For | gast.While) else gast.iter_child_nodes(s)
        inner = [] if isinstance(s, _INNER) else [n for n in nested if isinstance(n, _BLOCKS)]
        if isinstance(s, kind) or may_jump(inner, kind):
            return True
    return False


def is_endless(s: Any) -> bool:
    """Is this `while True`, which only a jump ends?"""
    return isinstance(s, gast.While) and isinstance(s.test, gast.Constant) and bool(s.test.value)


def may_fall(body: Sequence[Any]) -> bool:
    """May these statements go on with what follows them?"""
    if not body:
        return True
    match body[-1]:
        case gast.Return() | gast.Raise() | gast.Break() | gast.Continue():
            return False
        case gast.If() as s:
            return may_fall(s.body) or may_fall(s.orelse)
        case gast.With(body=inner):
            return may_fall(inner)
        case gast.Try(body=inner, handlers=handlers, orelse=more):
            return may_fall(more or inner) or any(may_fall(h.body) for h in handlers)
        case gast.For() | gast.While() as s if ends_by_jump(s):
            return may_jump(s.body, gast.Break)
    return True


def ends_by_jump(s: Any) -> bool:
    """Does what follows this loop only come about if a jump has ended it?"""
    return is_endless(s) or bool(s.orelse) and not may_fall(s.orelse)
