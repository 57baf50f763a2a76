"""What a function says of its own derivative: what is a constant there, and who sees a cotangent.

Called, each of these gives back what it was given: the function computes what it would without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

X = TypeVar("X")


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
