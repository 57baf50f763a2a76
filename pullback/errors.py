"""The exception tree, and the renderer of the place that an error points at.

    model.py:14:13: cannot differentiate: 'mask' is changed in the loop after it was used as an index
       14 |         y = x[mask]
          |             ^^^^^^^
       the backward pass would read the changed mask. Use a copy (mask.copy()) or move the change before the loop.
"""

from __future__ import annotations

import linecache
from typing import Protocol, TypeVar


class PullbackError(Exception):
    """Base of all errors of pullback. `line` and `col` count from 1, as printed; 0 means that there is no place."""

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        line: int = 0,
        col: int = 0,
        end_col: int = 0,
        source_line: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.col = col
        self.end_col = end_col
        self.source_line = source_line
        self.hint = hint

    def __str__(self) -> str:
        lines = [self._place() + self.message]
        if self.source_line.strip():
            source = self.source_line.rstrip()
            lines.append(f"{self.line:>5} | {source}")
            if self.col:
                start = min(self.col, len(source) + 1) - 1
                width = max(min(self.end_col, len(source) + 1) - 1 - start, 1)
                indent = "".join("\t" if c == "\t" else " " for c in source[:start])
                lines.append("      | " + indent + "^" * width)
        lines.extend("   " + line for line in self.hint.splitlines())
        return "\n".join(lines)

    def _place(self) -> str:
        parts = [self.file, str(self.line or ""), str(self.col or "") if self.line else ""]
        place = ":".join(part for part in parts if part)
        return place + ": " if place else ""


class SourceError(PullbackError):
    """The text of a function cannot be used."""


class SourceUnavailable(SourceError):
    """There is no text: a C function, code from `exec` or from an interactive prompt."""


class StaleSource(SourceError):
    """The text is not the code that is running: the file was changed after it was imported."""


class WrtError(PullbackError, ValueError):
    """`wrt` names no parameter, or one whose argument cannot be differentiated."""


class SignatureNeeded(PullbackError):
    """What the program means depends on a type that is not known; an annotation or a signature settles it."""


class NotSupportedYet(PullbackError):
    """Could be differentiated, but not by this version; the hint says the way round it."""


class TooDeep(NotSupportedYet):
    """Expressions, blocks or calls are nested more deeply than can be read, differentiated or written as Python."""


class NoRule(NotSupportedYet):
    """An operation is called that has no derivative rule."""


class NotDifferentiable(PullbackError):
    """Has no derivative; the message says why."""


class NotScalar(PullbackError, TypeError):
    """The result of a function whose gradient is asked for is not a scalar."""


class RuleError(PullbackError, TypeError):
    """A function of the user's that is a part of the derivative, a rule or an observer, returns what does not fit."""


class NotFinite(PullbackError, FloatingPointError):
    """A NaN or an infinity was born, which `check_finite` watches for."""


class AliasError(PullbackError, RuntimeError):
    """Two names turned out to share memory, or not to, against what the program's meaning needs."""


class Place(Protocol):
    """Where something stands in a file; columns are those of `ast`: in UTF-8 bytes, from 0."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def col(self) -> int: ...
    @property
    def end_line(self) -> int: ...
    @property
    def end_col(self) -> int: ...


E = TypeVar("E", bound=PullbackError)


def at(cls: type[E], origin: Place, message: str, hint: str = "", text: str = "") -> E:
    """The error `cls` that points at `origin`; its line comes from `text` (the whole file) or from linecache."""
    linecache.checkcache(origin.file)
    lines = text.split("\n") if text else linecache.getlines(origin.file)
    source = lines[origin.line - 1].rstrip("\n") if 0 < origin.line <= len(lines) else ""
    start = _characters(source, origin.col)
    end = _characters(source, origin.end_col) if origin.end_line == origin.line else len(source)
    return cls(
        message,
        file=origin.file,
        line=origin.line,
        col=start + 1,
        end_col=end + 1,
        source_line=source,
        hint=hint,
    )


def locate(error: PullbackError, origin: Place) -> None:
    """Let an error that was raised without a place point at `origin`."""
    found = at(PullbackError, origin, error.message)
    error.file, error.line, error.col, error.end_col = found.file, found.line, found.col, found.end_col
    error.source_line = found.source_line


def _characters(line: str, byte_offset: int) -> int:
    if line.isascii() or not line:
        return byte_offset
    return len(line.encode()[:byte_offset].decode(errors="ignore"))
