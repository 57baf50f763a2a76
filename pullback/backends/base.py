"""What a backend is: Core in, the text of a Python module out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pullback.transpile.core import Origin, Program, Tag, Var

DOC = 77  # characters of a docstring that fit on a line


@dataclass(frozen=True)
class Emitted:
    """A generated module.

    `user_names` are the names in the text that stand for the user's functions and values, as (module, name there):
    the text imports them, and the loader puts the live objects there instead, those in `objects` or what was looked up
    while transpiling. `origins` tells, for a line of the text,
    the user's place behind it.
    """

    name: str
    text: str
    user_names: Mapping[str, tuple[str, str]]
    origins: Mapping[int, Origin]
    objects: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """Binding times: the values that are known while a program is traced, and the loops that are done then."""

    values: Collection[Var] = ()
    loops: Collection[Tag] = ()


class Backend(Protocol):
    """A target language."""

    name: str
    fuses: bool
    """Are operations on elements joined, so that a tape costs more than computing again?"""

    def primal(self, program: Program) -> Program:
        """The program of a function in the form from which derivatives for this target are made."""
        ...

    def emit(self, program: Program, *, standalone: bool = False) -> Emitted:
        """The text of a program: its entry function and the companions that this calls.

        Standalone text holds the user's own functions and the run-time helpers too, and imports neither.
        """
        ...

    def known(self, program: Program) -> Known | None:
        """Where the text is traced before it runs: what of a program is known then."""
        ...
