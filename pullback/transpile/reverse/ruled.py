"""What a rule of the user's gives is checked: while transpiling where that can be told, else when it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pullback.stdlib.signatures import is_users
from pullback.transpile import abstract as ab
from pullback.transpile.core import Arg, Atom, Effect, Lit
from pullback.transpile.infer import type_of

if TYPE_CHECKING:
    from pullback.transpile.reverse.adjoint import Adjoint


def check_parts(self: Adjoint, fn: Callable[..., Any], given: Sequence[Atom], inputs: Sequence[Arg]) -> None:
    """Of these cotangents, those whose shapes are not proven to fit their inputs are checked when the program runs."""
    if not is_users(fn):
        return
    for d, x in zip(given, inputs, strict=True):
        if d != Lit(None) and not ab.fits(_type(d), _type(x)):
            self.b.body.append(Effect("require_cotangents", (Lit(fn.__name__), d, x), self.b.origin))


def check_call(self: Adjoint, fn: Callable[..., Any], given: Atom, inputs: Sequence[Arg]) -> None:
    """What a call of the rule gives is checked when the program runs."""
    if is_users(fn):
        self.b.body.append(Effect("require_cotangents", (Lit(fn.__name__), given, *inputs), self.b.origin))


def _type(x: Arg) -> ab.Type:
    return ab.UNKNOWN if isinstance(x, tuple) else type_of(x)
