"""`try … except`: a branch that is tried, and one for the exceptions that it raises.

    try:                           y, completed = try: 1.0 / c
        y = 1.0 / c          ->                   except (ZeroDivisionError,): 0.0
    except ZeroDivisionError:
        y = 0.0

An exception may come before any statement of the `try`. So what that binds cannot be read in the handlers, nor after
them if they go on; but for what its last statement binds, which has been done wholly or not at all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Caught, If, Lit, Var
from pullback.transpile.lower.branches import either, follow, merge_names
from pullback.transpile.lower.finals import final, guarded
from pullback.transpile.lower.identity import adopt
from pullback.transpile.lower.jumps import OneSided
from pullback.transpile.lower.kin import Local
from pullback.transpile.lower.memory import Cell, Whole
from pullback.transpile.lower.scan import bound_names
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import Binding, End, Inner, Jumped, Later, Name, Raised, Unbound, hint_of
from pullback.transpile.lower.values import Pack, Value
from pullback.transpile.lower.ways import may_fall

Handler = tuple[tuple[Lit, ...], Callable[[Var | None], End]]  # the classes that it catches, and what it does


def lower_try(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower a `try` statement."""
    exits = [final(scope, s)] if s.finalbody else []
    return guarded(scope, partial(_tried, scope, s) if s.handlers else partial(scope.statements, s.body), exits), False


def _tried(scope: Scope, s: Any) -> End:
    handlers = [(classes_of(scope, h.type), partial(_handler, scope, h)) for h in s.handlers]
    end = attempt(scope, s, s.body, handlers)
    if not s.orelse:
        return end
    if any(may_fall(h.body) for h in s.handlers):
        hint = "Put it at the end of the `try`, or let the handlers return or raise."
        scope.refuse(s.orelse[0], "`else` after an `except` that goes on is not supported yet", hint)
    return follow(scope, s, end, s.orelse) if isinstance(end, Jumped) else end or scope.statements(s.orelse)


def attempt(scope: Scope, s: Any, body: Sequence[Any], handlers: Sequence[Handler]) -> End:
    """Lower statements that are tried, and what is done where they raise: how it ends."""
    origin, path = (scope.here, scope.text), scope.path
    test = Lit(Caught(tuple(c for classes, _ in handlers for c in classes)), "caught")
    inners: list[Inner] = []
    for k, lower in enumerate((partial(scope.statements, body), partial(_handlers, scope, s, handlers))):
        scope.path = (*path, (id(s), k)) if scope.copies else path
        inners.append(scope.inside(lower, _lost(scope, s, body, inners[0].names) if k else None))
    scope.path = path
    scope.here, scope.text = origin
    if any(isinstance(i.end, Raised) for i in inners):
        return _one_goes_on(scope, s, test, inners)
    return merge_names(scope, s, test, inners)


def _lost(scope: Scope, s: Any, body: Sequence[Any], names: dict[Name, Binding]) -> dict[Name, Binding]:
    """What cannot be read where the statements may have been ended by an exception."""
    whole: set[Name] = set()
    if body and isinstance(body[-1], gast.Assign | gast.AnnAssign | gast.AugAssign):
        whole = {scope.variable(n) for n in bound_names(body[-1:]).keys() - bound_names(body[:-1]).keys()}
    reason = f"in the `try` on line {s.lineno}, which an exception may have ended before"
    hint = "Give it a value in each `except`, or let that return or raise."
    lost = Unbound(f"is set {reason}", hint)
    written = Unbound(f"is written {reason}", "Write to a copy, and give it the name after that.", may_be_unbound=False)
    return {n: written if isinstance(n, Cell) else lost for n in names if n not in whole}


# handlers


def classes_of(scope: Scope, node: Any) -> tuple[Lit, ...]:
    """The classes of exceptions after `except`."""
    if node is None:
        return (Lit(BaseException, "BaseException"),)
    value = scope.expression(node)
    found = value.items if isinstance(value, Pack) else (value,)
    out = tuple(x for x in found if isinstance(x, Lit) and isinstance(x.value, type))
    if len(out) < len(found) or not all(issubclass(x.value, BaseException) for x in out):  # type: ignore[arg-type]
        scope.refuse(node, "this is no class of exceptions that is known", "Name the classes: `except (A, B):`.")
    return out


def _handlers(scope: Scope, s: Any, handlers: Sequence[Handler]) -> End:
    """The handlers, of which the first that fits is taken."""
    named = [h.name for h in getattr(s, "handlers", ()) if h.name is not None]
    error: Var | None = None
    if named or len(handlers) > 1:
        error = scope.op(sys.exception, (), (), named[0].id if named else "error", s, ab.UNKNOWN)
        scope.errors.append(error)
    scope.handling += 1
    end = _dispatch(scope, s, handlers, error)
    scope.handling -= 1
    return end


def _dispatch(scope: Scope, s: Any, handlers: Sequence[Handler], error: Var | None) -> End:
    (classes, lower), *others = handlers
    if not others or error is None:
        return lower(error)
    test = scope.op(isinstance, (error, classes if len(classes) > 1 else classes[0]), (), "", s, ab.BOOL)
    return either(scope, s, test, [partial(lower, error), partial(_dispatch, scope, s, others, error)])


def _handler(scope: Scope, h: Any, error: Var | None) -> End:
    if h.name is None or error is None:
        return scope.statements(h.body)
    scope.bind(scope.variable(h.name.id), error)
    end = scope.statements(h.body)
    scope.bind(scope.variable(h.name.id), Unbound(f"was deleted at the end of the `except` on line {h.lineno}", ""))
    return end


# what is left behind


def _one_goes_on(scope: Scope, s: Any, test: Lit, inners: Sequence[Inner]) -> End:
    """What one side leaves behind, where the other one always raises."""
    if all(isinstance(i.end, Raised) for i in inners):
        then, orelse = (i.block((), ()) for i in inners)
        scope.body.append(If((), test, then, orelse, scope.origin(s)))
        return Raised()
    side = 1 if isinstance(inners[0].end, Raised) else 0
    found = _Left(scope, inners[side], side)
    for name, x in inners[side].names.items():
        if isinstance(name, Cell):
            found.content(name, x)
        elif isinstance(x, Unbound):
            kept = None if x.if_not_left is None else found.value(x.if_not_left, hint_of(name))
            last = x.last if x.last is None or isinstance(x.last, Later) else found.value(x.last, hint_of(name))
            scope.bind(name, replace(x, if_not_left=kept, last=last))
        else:
            scope.bind(name, found.value(x, hint_of(name)))
    end = found.end(inners[side].end)
    results = (tuple(x for x, _ in found.handed), tuple(NONE for _ in found.handed))
    blocks = [i.block((), results[k != side]) for k, i in enumerate(inners)]
    outs = tuple(o for _, o in found.handed)
    scope.body.append(If(outs, test, blocks[0], blocks[1], scope.origin(s)))
    return end


class _Left:
    """What one side of a `try` leaves behind. `handed`: what it hands out, and the variable that holds it after."""

    def __init__(self, scope: Scope, inner: Inner, side: int) -> None:
        self.scope, self.inner, self.side = scope, inner, side
        self.local = Local(scope.memory, scope.env, [inner])
        self.handed: list[tuple[Atom, Var]] = []

    def value(self, value: Value, hint: str) -> Value:
        """A value, as it is known after the statement."""
        found = OneSided(self.scope, self.inner, self.side, value, hint)
        self.handed += zip(found.sides[self.side], found.outs, strict=True)
        adopt(self.scope, found.value)
        return found.value

    def content(self, cell: Cell, x: Binding) -> None:
        """What an array holds that is older than the statement."""
        if self.local(cell):
            return
        if isinstance(x, Pack):
            x = self.value(x, cell.hint)
        if isinstance(x, Var):
            new = Var(cell.hint, x.type)
            self.scope.memory.place[new] = Whole(cell)
            self.handed.append((x, new))
            x = new
        self.scope.bind(cell, x)

    def end(self, end: End) -> End:
        """How the statement ends."""
        if not isinstance(end, Jumped):
            return end
        flags = [self.flag(x, hint) for x, hint in ((end.gone, "skip"), (end.stop, "stop"), (end.returned, "returned"))]
        value = None if end.value is None else self.value(end.value, "result")
        return Jumped(flags[0], flags[1], flags[2], value, end.breaks)

    def flag(self, x: bool | Atom, hint: str) -> bool | Atom:
        if not isinstance(x, Var):
            return x
        for old, new in self.handed:
            if old is x:
                return new
        self.handed.append((x, Var(hint, ab.BOOL)))
        return self.handed[-1][1]
