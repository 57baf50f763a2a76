"""Functions by reference: what pickle writes of a derivative is a name, as of any function."""

from __future__ import annotations

import operator
import sys
from typing import Any

from pullback.transpile.parse.live import primal_of


def global_name(f: Any) -> str | None:
    """The name under which a module holds `f` itself; None if it holds something else there, or nothing."""
    return str(f.__qualname__) if _named(f) is f else None


def under_its_name(primal: Any) -> Any:
    """What the module holds in the place of a function that was replaced by its derivative; else the function."""
    found = _named(primal)
    return found if primal_of(found) is primal else primal


def _named(f: Any) -> Any:
    try:
        return operator.attrgetter(f.__qualname__)(sys.modules[f.__module__])
    except (AttributeError, KeyError):
        return None
