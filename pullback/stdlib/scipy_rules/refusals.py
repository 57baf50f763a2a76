"""Functions of SciPy whose derivative nobody has written: called where nothing is differentiated, refused elsewhere."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pullback.stdlib import registry

NONE_KNOWN = "No derivative is known here: write it with functions that have one, or register a rule."
_WITH_EFFECTS = ("geterr", "seterr")


def refuse_others(module: ModuleType) -> None:
    """Refuse the functions of a subpackage that have no rule, and no way round of their own."""
    names = getattr(module, "__all__", dir(module))
    found = [getattr(module, name) for name in names if name not in _WITH_EFFECTS]
    refuse_all(f for f in found if callable(f) and not isinstance(f, type | ModuleType))


def refuse_all(functions: Any) -> None:
    """Refuse those of these functions that have no rule, and no way round of their own."""
    for f in functions:
        if not registry.has_rule(f) and registry.way_round(f) is None:
            registry.refused(f, way_round=NONE_KNOWN)
