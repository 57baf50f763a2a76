"""Statements between marks to `ast`: `with`, and `try … finally`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .script import Act
from .syntax import call

if TYPE_CHECKING:
    from .building import Builder
    from .layout import Note


@dataclass
class _Open:
    """A mark that is not closed yet: what was built before it, and what has been built since, part by part."""

    mark: Act
    before: list[Any]
    note: Note
    backwards: bool
    parts: list[list[Any]]


class Marks:
    """The marks of one function."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.open: list[_Open] = []

    def act(self, s: Act) -> None:
        """Open a mark, or close the last one and add what it makes of the statements since."""
        b = self.builder
        match s.op:
            case "enter" | "try":
                backwards = b.backwards
                self.open.append(_Open(s, b.out, b.announce(s.origin), backwards, [[]]))
                b.out = self.open[-1].parts[-1]
            case "finally":
                b.out = []
                self.open[-1].parts.append(b.out)
            case "leave" | "end":
                self.close(self.open.pop())

    def close(self, opened: _Open) -> None:
        b, s = self.builder, opened.mark
        b.out = opened.before
        body, *final = opened.parts
        if s.op == "try":
            b.put(ast.Try(body or [ast.Pass()], [], [], final[0]), s.origin, opened.note)
        elif body:
            made = call(b.write(s.args[0]), **{k: b.write(x) for k, x in s.kwargs})
            b.put(ast.With([ast.withitem(made, None)], body), s.origin, opened.note)
        else:
            b.backwards = opened.backwards
