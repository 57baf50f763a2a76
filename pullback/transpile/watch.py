"""Have the user's module-level names, that a derivative was made from, been rebound since?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pullback import errors
from pullback.transpile.sources import ABSENT, Read, Reads


class Watch:
    """What a derivative was made from: names and what they stood for, functions and their code."""

    def __init__(self, reads: Reads, generated: dict[str, Any], names: Mapping[str, Read]) -> None:
        self._names = [(r.namespace, r.name, r.value) for r in reads.names.values()]
        self._functions = [
            (f, f.__code__, f.__defaults__) for s in reads.functions.values() if (f := s.function) is not None
        ]
        self._generated = generated
        self._in_text = {(id(r.namespace), r.name): name for name, r in names.items()}

    def is_current(self) -> bool:
        """Is everything as it was?"""
        for namespace, name, value in self._names:
            if namespace.get(name, ABSENT) is not value:
                return False
        for function, code, defaults in self._functions:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                return False
        return True

    def refresh(self) -> None:
        """Let generated code see rebound values that are like the old ones. Raises StaleSource for any other change."""
        for function, code, defaults in self._functions:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                raise _stale(function.__name__, function.__module__)
        for k, (namespace, name, old) in enumerate(self._names):
            new = namespace.get(name, ABSENT)
            if new is old:
                continue
            in_text = self._in_text.get((id(namespace), name))
            if in_text is None or not _fits(new, old):
                raise _stale(name, namespace.get("__name__", ""))
            self._generated[in_text] = new
            self._names[k] = namespace, name, new


def _fits(new: object, old: object) -> bool:
    """Is code that was made for `old`, and reads it when it runs, right for `new` too?"""
    if type(new) is not type(old):
        return False
    if isinstance(new, np.ndarray) and isinstance(old, np.ndarray):
        return (new.dtype, new.shape) == (old.dtype, old.shape)
    return isinstance(new, float | complex | np.inexact)


def _stale(name: str, module: str) -> errors.StaleSource:
    return errors.StaleSource(
        f"{name!r} of the module {module!r} was changed after the derivative was made from it",
        hint="Make the derivative again.",
    )
