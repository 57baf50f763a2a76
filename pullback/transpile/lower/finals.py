"""`try … finally`: what is done on every way out of some statements.

    try:                         y = 1.0 / x              where nobody sees on the way of an exception
        y = 1.0 / x        ->    n = n + 1                whether it is done
    finally:
        n = n + 1

If it is to be seen, because it prints, raises or calls a function that may, it stands between marks, see `marks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from pullback.transpile.core import Effect, Lit
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.states import Binding, End, Env, Name, Raised, Unbound
from pullback.transpile.lower.values import Closure, Derivative, LinearMap, Partial, UserFunction, class_of
from pullback.transpile.lower.ways import may_leave

Exit = Callable[[End], End]  # what is done on the way out of statements that end in this way, and how it all ends


def guarded(scope: Scope, lower: Callable[[], End], exits: Sequence[Exit]) -> End:
    """Lower statements that are left through these exits, the last one first."""
    scope.flagged += 1
    end = lower()
    scope.flagged -= 1
    for leave in reversed(exits):
        end = leave(end)
    return end


def final(scope: Scope, s: Any) -> Exit:
    """The way out through the `finally` of a statement that begins."""
    if may_leave(s.finalbody):
        scope.refuse(
            s, "a `return`, `break` or `continue` in `finally` is not supported yet", "Put it after the `try`."
        )
    if not any(_acts(scope, n) for x in s.finalbody for n in gast.walk(x)):
        return lambda end: end if isinstance(end, Raised) else scope.statements(s.finalbody) or end
    before = scope.env.visible()
    scope.body.append(Effect("try", (), scope.origin(s)))

    def leave(end: End) -> End:
        names = _changed(before, scope.env, s)
        inner = scope.inside(lambda: scope.statements(s.finalbody), names)
        scope.body += [Effect("finally", (), scope.origin(s)), *inner.body, Effect("end", (), scope.origin(s))]
        scope.env.names.update({n: x for n, x in inner.names.items() if x is not names.get(n)})
        return inner.end or end

    return leave


def _changed(before: dict[Name, Binding], env: Env, s: Any) -> dict[Name, Binding]:
    """The names that stand for something else by now, as they are where an exception may have come in between."""
    reason = f"is set in the `try` on line {s.lineno}, which an exception may have ended before"
    lost = Unbound(reason, "Set it before the `try`, or do this after it.")
    return {n: lost for n, x in env.visible().items() if before.get(n) is not x}


def _acts(scope: Scope, node: Any) -> bool:
    """May this raise on purpose, print or do anything else that is seen?"""
    if not isinstance(node, gast.Call):
        return isinstance(node, gast.Raise | gast.Assert)
    root = node.func
    while isinstance(root, gast.Attribute):
        root = root.value
    if not isinstance(root, gast.Name):
        return False
    if not scope.is_global(root.id):
        found = scope.bound(scope.variable(root.id))
        is_object = found is not None and class_of(found) is not None
        return is_object or isinstance(found, Closure | Partial | Derivative | LinearMap | UserFunction)
    match scope.outer_name(root, root.id):
        case Lit(value=obj):
            library = str(getattr(obj, "__module__", None) or getattr(obj, "__name__", "")).partition(".")[0]
            return obj is print or not (library in ("numpy", "math", "builtins") or isinstance(obj, np.ufunc))
    return True
