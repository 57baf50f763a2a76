"""Marks: effects between which other statements of the same block stand.

    enter(np.errstate, divide="ignore")        with np.errstate(divide="ignore"):
    y = 1.0 / x                           =        y = 1.0 / x
    leave(np.errstate, divide="ignore")

    try(); y = 1.0 / x; finally(); print("done"); end()

Names that are bound between marks are read after them like any others. What a mark says holds for statements that can
warn or raise; so nothing is computed on one side of a mark because it was needed on the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pullback.transpile.core import Effect, Origin, Stmt

OPENING = frozenset({"enter", "try", "finally"})
CLOSING = frozenset({"leave", "finally", "end"})
_CLOSED_BY = {"enter": "leave", "try": "finally", "finally": "end"}
_TURNED = {"enter": "leave", "leave": "enter"}


def opens(s: Stmt) -> bool:
    """Does a statement say something of those that follow it?"""
    return isinstance(s, Effect) and s.op in OPENING


def closes(s: Stmt) -> bool:
    """Does a statement end what an earlier one says?"""
    return isinstance(s, Effect) and s.op in CLOSING


def backwards(s: Effect, origin: Origin) -> Effect | None:
    """What stands in its place where statements are differentiated, the last one first."""
    return replace(s, op=_TURNED[s.op], origin=origin) if s.op in _TURNED else None


def entered_again(left: Stmt, entered: Stmt) -> bool:
    """Is a context left, only to be entered again at once?"""
    if not (isinstance(left, Effect) and isinstance(entered, Effect)):
        return False
    return (left.op, entered.op) == ("leave", "enter") and (left.args, left.kwargs) == (entered.args, entered.kwargs)


def encloses_nothing(before: Stmt, after: Stmt) -> bool:
    """Are these two, next to one another, a context without anything in it?"""
    return isinstance(before, Effect) and isinstance(after, Effect) and (before.op, after.op) == ("enter", "leave")


def enclosed(body: Iterable[Stmt]) -> set[Stmt]:
    """The statements that are computed inside a context."""
    found: set[Stmt] = set()
    depth = 0
    for s in body:
        if isinstance(s, Effect) and s.op in _TURNED:
            depth += 1 if s.op == "enter" else -1
        elif depth:
            found.add(s)
    return found


def balanced(body: Sequence[Stmt]) -> bool:
    """Is each mark of a block closed by its own kind, the last one first?"""
    open_: list[str] = []
    for s in body:
        if closes(s):
            assert isinstance(s, Effect)
            if not open_ or _CLOSED_BY[open_.pop()] != s.op:
                return False
        if opens(s):
            assert isinstance(s, Effect)
            open_.append(s.op)
    return not open_
