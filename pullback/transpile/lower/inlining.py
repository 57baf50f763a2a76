"""Functions that are written out where they are called: those that are defined in another one, and lambdas.

    def scaled(x):
        return k * x          y = scaled(x)    ->    y = k * x

They see the names around them as they are at the call, and may bind those that they declare `nonlocal`. So a function
that is passed to another one, which is then written out as well, needs no value of its own when the program runs.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from pullback.transpile import prims
from pullback.transpile.core import Lit, Var
from pullback.transpile.lower.cases import plain_body
from pullback.transpile.lower.frames import Seen
from pullback.transpile.lower.functions import arguments, declared
from pullback.transpile.lower.identity import owned
from pullback.transpile.lower.lifting import call_lifted, lift
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import End, Returned
from pullback.transpile.lower.values import Closure, Partial, Value
from pullback.transpile.parse.sources import FunctionSource, as_function, inner_source

_DEEPEST = 40  # so many calls are written out one inside the other where a function calls itself,
_MOST = 2000  # and so many of one function in all


def define(scope: Scope, s: Any) -> End:
    """`def` in a function."""
    value: Value = _closure(scope, inner_source(scope.source, s))
    for d in reversed(s.decorator_list):
        value = scope.call(d, scope.expression(d), [value], {}, s.name)
    scope.bind(scope.variable(s.name), value)
    return None


def lambda_expression(scope: Scope, node: Any, hint: str) -> Value:
    """`lambda x: ...`."""
    return _closure(scope, inner_source(scope.source, as_function(node)))


def _closure(scope: Scope, source: FunctionSource) -> Closure:
    given = [(p.name, p.default) for p in declared(source) if p.default is not None]
    defaults = {name: owned(scope, scope.expression(node), name) for name, node in given}  # the same in all calls
    seen: Seen | None = scope.seen
    while seen is not None:
        if seen.frame is not None:
            scope.captured.add(seen.frame)
        seen = seen.outer
    return Closure(source, scope.seen, defaults)


def written_out(
    scope: Scope, node: Any, f: Closure, args: Sequence[Value], keywords: Mapping[str, Value], hint: str
) -> Value:
    """The value of a call of a function whose statements are lowered here."""
    source = f.source
    if source.key in scope.lifted:
        found = call_lifted(scope, node, f, args, keywords, hint)
        if found is not None:
            return found
    deepest = _DEEPEST if scope.inlines.get(source, 0) < _MOST else 1
    if source.key in scope.calls and len(scope.calls) >= deepest:
        lift(scope, source)
        message = f"{source.name!r} calls itself, and how often is not known while transpiling"
        scope.refuse(node, message, "Write a loop, or a function at module level that is passed numbers and arrays.")
    values = arguments(scope, node, source, args, keywords, None if f.seen is None else f.defaults)
    inner = scope.inlined(source, node, f.seen)
    for name, value in values.items():
        inner.bind(inner.variable(name), owned(scope, value, name))
    end = inner.statements(plain_body(source))
    frame = inner.seen.frame
    assert frame is not None
    scope.forget(frame)
    value = end.value if isinstance(end, Returned) else NONE
    if hint and isinstance(value, Var) and not value.hint:
        return scope.op(prims.alias, (value,), (), hint, node)
    return value


# functools


def partial(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`functools.partial(f, *args, **keywords)`."""
    if not args:
        scope.refuse(node, "functools.partial needs a function", "This raises TypeError in Python.")
    first = tuple(owned(scope, a) for a in args[1:])
    return Partial(args[0], first, {k: owned(scope, a, k) for k, a in keywords.items()})


def wraps(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """`functools.wraps(f)`, a decorator that changes nothing that is seen here."""
    return Partial(Lit(_unchanged), (), {})


def unchanged(scope: Scope, node: Any, args: list[Value], keywords: Mapping[str, Value], hint: str) -> Value:
    """The function that such a decorator is given."""
    return args[0]


def _unchanged(f: object) -> object:
    return f


SPECIAL = {functools.partial: partial, functools.wraps: wraps, _unchanged: unchanged}
