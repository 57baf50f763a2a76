"""The errors that helpers raise."""

from __future__ import annotations

from typing import Any


def error_called(name: str, otherwise: type[Exception]) -> Any:
    """The class of pullback's errors that has this name; the other one where pullback is not installed."""
    try:
        from pullback import errors
    except ImportError:
        return otherwise
    return getattr(errors, name)
