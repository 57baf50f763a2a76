"""What is to be differentiated: a plain function, and arguments that a method or a partial function brings along."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pullback.transpile.objects import is_users
from pullback.transpile.parse.live import from_function, primal_of


@dataclass(frozen=True)
class Target:
    """A Python function, the first of its arguments, and some that have names, which a call may replace."""

    function: types.FunctionType
    args: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def first_free(self, names: tuple[str, ...]) -> int:
        """Where positions are counted from, among the parameters with these names: after those given, or `self`."""
        around = self.function.__qualname__.rpartition(".")[0]
        is_method = bool(around) and not around.endswith("<locals>")
        return len(self.args) or int(is_method and names[:1] == ("self",) and len(names) > 1)


def target_of(f: Callable[..., Any]) -> Target:
    """What stands behind a function, a method of an object, a `functools.partial`, or an object with `__call__`.

    Raises the fitting error where that is no Python function.
    """
    primal: Any = primal_of(f)
    if isinstance(primal, functools.partial):
        inner = target_of(primal.func)
        return Target(inner.function, (*inner.args, *primal.args), {**inner.keywords, **primal.keywords})
    if isinstance(primal, types.MethodType):
        return _with_first(target_of(primal.__func__), primal.__self__)
    call = inspect.getattr_static(type(primal), "__call__", None)
    if isinstance(call, types.FunctionType) and is_users(type(primal)):
        return _with_first(Target(call), primal)
    if not isinstance(primal, types.FunctionType):
        from_function(f)
        raise TypeError(f"a function is needed, not {f!r}")
    return Target(primal)


def _with_first(target: Target, receiver: object) -> Target:
    return Target(target.function, (receiver, *target.args), target.keywords)
