"""`with`: what is done before some statements, and on each way out of them.

    with np.errstate(divide="ignore"):        enter(np.errstate, divide="ignore")
        y = 1.0 / x                     ->    y = 1.0 / x
                                              leave(np.errstate, divide="ignore")

A function under `@contextmanager` is written out: what it does before its `yield`, the body, what it does after it. A
way out by `return`, `break` or `continue` is a flag, see `jumps`, so that what is done on the way out stands once.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import gast
import numpy as np

from pullback.transpile.core import Effect, Lit
from pullback.transpile.lower.attempts import attempt, classes_of
from pullback.transpile.lower.calls import operands_of
from pullback.transpile.lower.cases import plain_body
from pullback.transpile.lower.containers import as_atom
from pullback.transpile.lower.finals import Exit, final, guarded
from pullback.transpile.lower.functions import arguments
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import End, Raised
from pullback.transpile.lower.values import UserFunction, Value
from pullback.transpile.lower.ways import may_leave
from pullback.transpile.parse.sources import FunctionSource

R = TypeVar("R")

_HINT = (
    "np.errstate, np.printoptions, warnings.catch_warnings, contextlib.nullcontext, contextlib.suppress and functions "
    "with @contextmanager can be entered. Enter others where the function is called."
)


def lower_with(scope: Scope, s: Any, rest: Sequence[Any]) -> tuple[End, bool]:
    """Lower a `with` statement."""
    exits: list[Exit] = []
    body = s.body
    for k, item in enumerate(s.items):
        if (classes := _suppressed(scope, item.context_expr)) is not None:
            inside = [gast.copy_location(gast.With(s.items[k + 1 :], body, None), s)] if s.items[k + 1 :] else body
            return guarded(scope, partial(attempt, scope, s, inside, [(classes, _nothing)]), exits), False
        value = enter(scope, item.context_expr, exits)
        if item.optional_vars is not None:
            scope.store(item.optional_vars, value)
        if _only_keeps_filters(scope, item.context_expr):
            body = _with_filters(scope, body, exits)
    return guarded(scope, partial(scope.statements, body), exits), False


def _nothing(error: object) -> End:
    return None


def _suppressed(scope: Scope, node: Any) -> tuple[Lit, ...] | None:
    """The classes of exceptions that end a body, if this is `contextlib.suppress(...)`."""
    if not isinstance(node, gast.Call) or not _is(scope.expression(node.func), contextlib.suppress):
        return None
    return tuple(c for a in node.args for c in classes_of(scope, a))


def enter(scope: Scope, node: Any, exits: list[Exit]) -> Value:
    """Enter what an expression after `with` stands for: the value that `as` gives a name."""
    if not isinstance(node, gast.Call):
        scope.refuse(node, "an object that is a context manager is not supported yet", _HINT)
    callee = scope.expression(node.func)
    args, keywords = operands_of(scope, node)
    match callee:
        case UserFunction(source=source) if source.is_context:
            return _Generator(scope, node, source, arguments(scope, node, source, args, keywords)).enter(exits)
        case Lit(value=contextlib.nullcontext):
            return next(iter((*args, *keywords.values())), NONE)
        case Lit(value=np.errstate | np.printoptions) if not args:
            return _region(scope, node, callee, keywords, exits)
        case Lit(value=warnings.catch_warnings) if not (args or keywords):
            return NONE
        case Lit(value=warnings.catch_warnings) if "action" in keywords and not {"record", "module"} & keywords.keys():
            return _region(scope, node, callee, keywords, exits)
    scope.refuse(node, "what this context manager does is not known", _HINT)


def _region(scope: Scope, node: Any, context: Lit, keywords: Mapping[str, Value], exits: list[Exit]) -> Value:
    """A context that only says how the statements in it are computed: they stand between two marks."""
    kwargs = tuple((name, as_atom(scope, node, value)) for name, value in keywords.items())
    origin = scope.origin(node)

    def leave(end: End) -> End:
        scope.body.append(Effect("leave", (context,), origin, kwargs))
        return end

    if "call" in keywords:
        hint = "Look at the warnings where the function is called."
        scope.refuse(node, "a function that NumPy is to call on errors is not supported yet", hint)
    scope.body.append(Effect("enter", (context,), origin, kwargs))
    exits.append(leave)
    return NONE


# warnings


def _only_keeps_filters(scope: Scope, node: Any) -> bool:
    """Is this `warnings.catch_warnings()`, which does nothing by itself?"""
    return not (node.args or node.keywords) and _is(scope.expression(node.func), warnings.catch_warnings)


def _is(value: Value, obj: object) -> bool:
    return isinstance(value, Lit) and value.value is obj


def _with_filters(scope: Scope, body: Sequence[Any], exits: list[Exit]) -> Sequence[Any]:
    """Where such a context begins with `warnings.simplefilter(action)`: the context of this action, and the rest."""
    names = ("action", "category", "lineno", "append")
    catch = Lit(warnings.catch_warnings, "warnings.catch_warnings")
    for k, s in enumerate(body):
        call = s.value if isinstance(s, gast.Expr) and isinstance(s.value, gast.Call) else None
        if call is None or not _is(scope.expression(call.func), warnings.simplefilter):
            return body[k:]
        args, keywords = operands_of(scope, call)
        _region(scope, call, catch, {**dict(zip(names, args, strict=False)), **keywords}, exits)
    return ()


# generators


class _Generator:
    """A function under `@contextmanager`, written out in the function that enters it, with names of its own."""

    def __init__(self, scope: Scope, node: Any, source: FunctionSource, values: Mapping[str, Value]) -> None:
        self.scope = scope
        self.inner = scope.inlined(source, node, None)
        for name, value in values.items():
            self.inner.bind(self.inner.variable(name), value)

    def run(self, lower: Callable[[], R]) -> R:
        """Lower a part of it where the caller is now."""
        scope, inner = self.scope, self.inner
        inner.body, inner.env, inner.path = scope.body, scope.env, scope.path
        inner.loops, inner.flagged = scope.loops, scope.flagged
        return lower()

    def enter(self, exits: list[Exit]) -> Value:
        """Lower what stands before the `yield`: the value that it gives."""
        tree = self.inner.source.tree
        if sum(isinstance(n, gast.Yield | gast.YieldFrom) for n in gast.walk(tree)) != 1:
            self.inner.refuse(tree, "a context manager with several `yield`s is not supported yet", "Yield once.")
        return self._enter(plain_body(self.inner.source), exits)

    def _enter(self, body: Sequence[Any], exits: list[Exit]) -> Value:
        inner = self.inner
        k = next(k for k, s in enumerate(body) if any(isinstance(n, gast.Yield | gast.YieldFrom) for n in gast.walk(s)))
        if may_leave(body):
            inner.refuse(body[k], "a `return` in a context manager is not supported yet", "Let it run to its end.")
        if body[k + 1 :]:
            exits.append(partial(self._leave, body[k + 1 :]))
        if self.run(lambda: inner.statements(body[:k])) is not None:
            inner.refuse(body[k], "this `yield` is never reached", "Raise under a condition.")
        match body[k]:
            case gast.Expr(value=gast.Yield(value=node)):
                return NONE if node is None else self.run(lambda: inner.expression(node))
            case gast.With() as s:
                return self._with(s, exits)
            case gast.Try(handlers=[]) as s:
                exits.append(self._through(self.run(lambda: final(inner, s))))
                return self._enter(s.body, exits)
        hint = "Write it as a statement of its own, perhaps inside `with` or `try`."
        inner.refuse(body[k], "a `yield` here is not supported yet", hint)

    def _with(self, s: Any, exits: list[Exit]) -> Value:
        self.inner.begin(s)
        for item in s.items:
            mine: list[Exit] = []
            value = self.run(partial(enter, self.inner, item.context_expr, mine))
            exits += map(self._through, mine)
            if item.optional_vars is not None:
                self.run(partial(self.inner.store, item.optional_vars, value))
        return self._enter(s.body, exits)

    def _through(self, leave: Exit) -> Exit:
        """A way out of something that the generator has entered."""
        return lambda end: self.run(lambda: leave(end))

    def _leave(self, body: Sequence[Any], end: End) -> End:
        """What stands after the `yield`; where the caller raises, nothing of it is done."""
        if isinstance(end, Raised):
            return end
        return self.run(lambda: self.inner.statements(body)) or end
