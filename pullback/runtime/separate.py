"""What must be so of the arguments: those that are written share no memory with others, or lie in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.runtime.raising import error_called


def require_apart(array: Any, first: Any, second: Any) -> None:
    """Raise AliasError where two parts of an array, of which a called function writes one, have elements in common."""
    if np.shares_memory(array[first], array[second]):
        error = error_called("AliasError", RuntimeError)
        raise error("a part of an array is written in a call that takes another part, and the two overlap")


def arrays_in(argument: Any) -> list[Any]:
    """The arrays in a structure: in its containers, and in the attributes of its objects."""
    found: list[Any] = []
    rest, seen = [argument], set()
    while rest:
        x = rest.pop()
        if isinstance(x, np.ndarray):
            found.append(x)
        elif id(x) not in seen and isinstance(x, dict | list | tuple):
            seen.add(id(x))
            rest += x.values() if isinstance(x, dict) else x
        elif id(x) not in seen and not isinstance(x, type) and type(x).__module__ != "builtins":
            seen.add(id(x))
            rest += getattr(x, "__dict__", {}).values()
            for cls in type(x).__mro__:
                slots = getattr(cls, "__slots__", ())
                rest += [getattr(x, s, None) for s in ((slots,) if isinstance(slots, str) else slots)]
    return found


def require_separate(written: int, *arguments: Any) -> None:
    """Raise AliasError where an array in the first `written` of some arguments shares memory with another array.

    The derivative is that of a function of separate arrays: a write to the one would not be seen in the other.
    """
    groups = [arrays_in(argument) for argument in arguments]
    every = [a for group in groups for a in group]
    for k, a in enumerate(a for group in groups[:written] for a in group):
        if any(np.may_share_memory(a, b) and np.shares_memory(a, b) for b in every[:k] + every[k + 1 :]):
            error = error_called("AliasError", RuntimeError)
            raise error("an array that is written shares memory with another argument: pass a copy of one of them")


def require_contiguous(argument: Any, name: str) -> None:
    """Raise AliasError where an argument, called `name`, is or holds an array that is not C-contiguous.

    The function uses it in another shape, too, and writes: what is written in one is seen in the other if that is no
    copy.
    """
    if any(not x.flags.c_contiguous for x in arrays_in(argument)):
        error = error_called("AliasError", RuntimeError)
        raise error(
            f"{name!r} must be C-contiguous: it is written, and of another layout what reshape, ravel and the like "
            f"give is a copy. Pass np.ascontiguousarray({name}), or let the function begin with {name}.copy()"
        )
