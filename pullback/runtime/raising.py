"""The errors that helpers raise."""

from __future__ import annotations


def error_called(name: str, otherwise: type[Exception]) -> type[Exception]:
    """The class of pullback's errors that has this name; the other one where pullback is not installed."""
    try:
        from pullback import errors
    except ImportError:
        return otherwise
    found: type[Exception] = getattr(errors, name)
    return found
