"""Objects of the user's classes: made without their `__init__`, and told apart."""

from __future__ import annotations

from typing import Any

from pullback.runtime.raising import error_called


def record(cls: Any, /, **attributes: Any) -> Any:
    """An object of a class that has these attributes, made without its `__init__`."""
    if issubclass(cls, tuple):
        return cls(**attributes)
    out = object.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(out, name, value)
    return out


def require_distinct(*objects: Any) -> None:
    """Raise AliasError where two of these objects, of which one is changed, are one.

    The derivative is that of a function of separate objects: what is set in the one would not be seen in the other.
    """
    if len({id(x) for x in objects}) < len(objects):
        error = error_called("AliasError", RuntimeError)
        raise error(
            f"an object of the class {type(objects[0]).__name__!r} is changed, and may be reached in two ways: "
            "pass a copy of it"
        )
