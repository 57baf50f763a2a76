"""Is what a derivative was made from still what the user's modules hold?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from pullback import errors
from pullback.transpile.objects import is_users
from pullback.transpile.parse.sources import ABSENT, Lookup, Read, Reads, lookups
from pullback.transpile.signature import signature_key

_CHANGEABLE = (list, dict, tuple, np.ndarray)


class Watch:
    """What a derivative was made from: names and what they stood for, functions and their code.

    `names` are those of the generated text that are read when it runs, in the namespace `generated`. Their values may
    be replaced by others of the same signature, and change in place as long as their signatures stay.
    """

    def __init__(self, reads: Reads, generated: dict[str, Any], names: Mapping[str, Read]) -> None:
        self._generated = generated
        self._in_text: dict[tuple[int, str], list[str]] = {}
        for in_text, r in names.items():
            self._in_text.setdefault((id(r.namespace), r.name), []).append(in_text)
        self._names = [(r.namespace, r.name, r.value) for r in reads.names.values()]
        self._functions = [
            (f, f.__code__, f.__defaults__, dict(f.__kwdefaults__ or {}))
            for s in reads.functions.values()
            if (f := s.function) is not None
        ]
        self._structures = self._signatures()
        self._lookups = self._found()

    def is_current(self) -> bool:
        """Is everything as it was?"""
        for get, name, value in self._lookups:
            if get(name, ABSENT) is not value:
                return False
        for function, code, defaults, by_name in self._functions:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                return False
            if by_name and not _are(function.__kwdefaults__, by_name):
                return False
        structures = self._structures
        return not structures or all(signature_key((value,)) == signature for value, signature, _ in structures)

    def refresh(self) -> None:
        """Let generated code see values that are like those they replaced. Raises StaleSource for any other change."""
        for function, code, defaults, by_name in self._functions:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                raise _stale(function.__name__)
            if by_name and not _are(function.__kwdefaults__, by_name):
                raise _stale(function.__name__)
        for value, signature, name in self._structures:
            if signature_key((value,)) != signature:
                raise _stale(name)
        for k, (namespace, name, old) in enumerate(self._names):
            new = namespace.get(name, ABSENT)
            if new is old:
                continue
            in_text = self._in_text.get((id(namespace), name))
            if in_text is None or new is ABSENT or signature_key((new,)) != signature_key((old,)):
                raise _stale(name)
            self._generated.update(dict.fromkeys(in_text, new))
            self._names[k] = namespace, name, new
        self._structures = self._signatures()
        self._lookups = self._found()

    def _found(self) -> list[Lookup]:
        """Where each name is looked up, and what was found there; the order of base classes once for each class."""
        every = [x for namespace, name, value in self._names for x in lookups(namespace, name, value)]
        orders = {id(value): (get, name, value) for get, name, value in every if name == "__mro__"}
        return [*orders.values(), *(x for x in every if x[1] != "__mro__")]

    def _signatures(self) -> list[tuple[object, Hashable, str]]:
        """The values that can change in place, with their signatures."""
        return [
            (value, signature_key((value,)), name)
            for namespace, name, value in self._names
            if (id(namespace), name) in self._in_text and (isinstance(value, _CHANGEABLE) or is_users(type(value)))
        ]


def _are(found: dict[str, Any] | None, expected: dict[str, Any]) -> bool:
    return found is not None and all(found.get(name, ABSENT) is x for name, x in expected.items())


def _stale(name: str) -> errors.StaleSource:
    message = f"{name!r} was changed after the derivative was made from it"
    return errors.StaleSource(message, hint="Make the derivative again.")
