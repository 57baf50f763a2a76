"""What a function says of its own derivative: what is a constant there.

Called, each of these gives back what it was given: the function computes what it would without them.
"""

from __future__ import annotations

from typing import TypeVar

X = TypeVar("X")


def stop_gradient(x: X) -> X:
    """`x` as a constant: whatever is made of it, nothing of the derivative flows back.

    An array is itself, and shares its memory. Of a tuple, list or dict a new one is made of the same items.
    """
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
