"""Errors for operations that have no derivative, or none with the arguments that they are given."""

from __future__ import annotations

from collections.abc import Callable

from pullback import errors
from pullback.stdlib import registry
from pullback.transpile.core import Arg, Op


def require_still(s: Op, is_active: Callable[[Arg], bool]) -> None:
    """Refuse a derivative in a static argument of an operation, of which its rule knows nothing."""
    for name, x in s.kwargs:
        if name != "via" and is_active(x):
            what = (
                f"the derivative of '{getattr(s.op, '__name__', s.op)}' in its argument {name!r} is not supported yet"
            )
            raise errors.at(errors.NotSupportedYet, s.origin, what, "Use pullback.stop_gradient if it is a constant.")


def unsupported(s: Op, e: registry.Unsupported) -> errors.PullbackError:
    """The error for arguments of an operation with which it has no derivative."""
    return errors.at(errors.NotSupportedYet, s.origin, f"the derivative of {e} is not supported yet", e.way_round)


def no_rule(s: Op) -> errors.PullbackError:
    """The error for an operation that no rule differentiates, with those of like name."""
    import difflib

    name = registry.name_of(s.op)
    instead = registry.way_round(s.op)
    if instead is not None:
        return errors.at(errors.NoRule, s.origin, f"no derivative rule for '{name}'", instead)
    near = difflib.get_close_matches(name, sorted({getattr(o, "__name__", "") for o in registry.known_ops()} - {""}), 3)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    return errors.at(
        errors.NoRule, s.origin, f"no derivative rule for '{name}'", hint + "register one with @pullback.rule"
    )
