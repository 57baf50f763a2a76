"""Statements that are there for what they do: `assert`, `raise`, and `print`."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Effect, If, Lit, Op, Stmt, Var
from pullback.transpile.lower import control, walruses
from pullback.transpile.lower.containers import as_arg, as_atom
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import End, Inner, Raised
from pullback.transpile.lower.values import Value, static


def lower_assert(scope: Scope, s: Any) -> End:
    """`assert test, message`: what makes the message is computed where the test fails."""
    test = control.condition(scope, s.test)
    if test is True:
        return None
    failed = Lit(False) if test is False else test
    messages: list[Arg] = []

    def message() -> None:
        messages.append(as_arg(scope, s.msg, scope.expression(s.msg)))

    inner = Inner([], {}, None) if s.msg is None else scope.inside(message)
    control.check_binds_nothing(scope, s, inner)
    walruses.assume(scope, walruses.set_in(scope, s.test), failed, True)
    if all(map(_is_safe, inner.body)):
        scope.body += inner.body
        scope.body.append(Effect("assert", (failed, *messages), scope.origin(s)))
        return None
    inner.body.append(Effect("assert", (Lit(False), *messages), scope.origin(s)))
    scope.body.append(If((), failed, Inner([], {}, None).block((), ()), inner.block((), ()), scope.origin(s)))
    return None


def _is_safe(s: Stmt) -> bool:
    """Does a statement only make strings or put them together, so that it may be done whether or not it is needed?"""
    if not isinstance(s, Op) or s.kwargs:
        return False
    if s.op is format and len(s.args) == 2:
        return isinstance(s.args[0], Var) and isinstance(s.args[0].type, ab.Scalar)
    return s.op in (format, str, repr, ascii) or s.op is operator.add and isinstance(s.out.type, ab.Unknown)


def lower_raise(scope: Scope, s: Any) -> End:
    """`raise Error(message)`, `raise Error(message) from cause`."""
    if s.exc is None:
        if not scope.handling:
            scope.refuse(s, "there is no exception here to be raised again", "This raises RuntimeError in Python.")
        scope.body.append(Effect("raise", (), scope.origin(s)))
        return Raised()
    cause = () if s.cause is None else (("cause", _exception(scope, s.cause)),)
    scope.body.append(Effect("raise", _exception(scope, s.exc), scope.origin(s), cause))
    return Raised()


def _exception(scope: Scope, node: Any) -> tuple[Arg, ...]:
    """The class of an exception and the arguments that it is made with; None alone where there is none."""
    call = node if isinstance(node, gast.Call) else None
    error = scope.expression(node if call is None else call.func)
    if error == NONE and node is not scope.here.exc or error in scope.errors:
        assert isinstance(error, Lit | Var)
        return (error,)
    if not (isinstance(error, Lit) and isinstance(error.value, type) and issubclass(error.value, BaseException)):
        hint = "Raise a ValueError, for example."
        scope.refuse(scope.here, "only an exception class of Python's can be raised yet", hint)
    if call is not None and call.keywords:
        scope.refuse(call, "keyword arguments of an exception are not supported yet", "Pass the message alone.")
    return (error, *(as_arg(scope, a, scope.expression(a)) for a in (() if call is None else call.args)))


def lower_print(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`print(*args, sep=…, end=…, flush=…)`."""
    for name, value in keywords.items():
        if name not in ("sep", "end", "flush") or not isinstance(static(value), str | bool | None):
            scope.refuse(node, f"the argument {name!r} of print is not supported yet", "Leave it out.")
    kwargs = tuple((name, Lit(static(value))) for name, value in keywords.items())
    atoms = tuple(as_atom(scope, node, a) for a in args)
    scope.body.append(Effect("print", atoms, scope.origin(node), kwargs))
    return NONE
