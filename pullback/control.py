"""What a function says of its own derivative: what is a constant, who sees a cotangent, what is not kept.

Called, each of these gives back what it was given: the function computes what it would without them.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeVar, overload

X = TypeVar("X")
F = TypeVar("F", bound=Callable[..., Any])


def stop_gradient(x: X) -> X:
    """`x` as a constant: whatever is made of it, nothing of the derivative flows back.

    An array is itself, and shares its memory. Of a tuple, list or dict a new one is made of the same items.
    """
    return _with_leaves(x)


def on_gradient(x: X, fn: Callable[[Any], Any]) -> X:
    """`x`; in the backward pass its cotangent goes through `fn`, which may look at it, or return another one.

    `fn` is called once for each time that this is executed, with the whole cotangent: a float, an array, or a structure
    of these as `x` is one. What it returns takes its place, and must be alike in shape and dtype; None leaves it as it
    is. `fn` is called as it is, and may do anything; it is never differentiated.
    """
    if not callable(fn):
        raise TypeError(f"on_gradient needs a function of the cotangent, not {fn!r}")
    return _with_leaves(x)


@overload
def checkpoint(what: range, /, every: int | None = None) -> range: ...
@overload
def checkpoint(what: F, /) -> F: ...
def checkpoint(what: Any, /, every: int | None = None) -> Any:
    """Compute something a second time in the backward pass, instead of keeping all that it needs of the first time.

    `@checkpoint` marks a function: of a call of it only the arguments are kept. `for t in checkpoint(range(n)):` marks
    the body of a loop: what goes round is kept at the start of every `every` iterations, which are then run again, by
    default about the square root of half their number.
    """
    if isinstance(what, range):
        if every is not None and every < 1:
            raise ValueError(f"every {every} iterations: at least 1 is needed")
        return what
    f = what.__pullback_primal__ if hasattr(type(what), "__pullback_primal__") else what
    if every is not None or not isinstance(f, types.FunctionType):
        raise TypeError(f"checkpoint takes a function or a range, not {what!r}")
    f.__pullback_checkpoint__ = True  # type: ignore[attr-defined]
    return what


def is_checkpointed(f: object) -> bool:
    """Is a function marked by `checkpoint`?"""
    return getattr(f, "__pullback_checkpoint__", False) is True


def _with_leaves(x: X) -> X:
    """The same leaves in new containers."""
    match x:
        case dict():
            return type(x)((k, _with_leaves(v)) for k, v in x.items())
        case tuple() if hasattr(x, "_fields"):
            return type(x)(*map(_with_leaves, x))
        case list() | tuple():
            return type(x)(map(_with_leaves, x))
    return x
