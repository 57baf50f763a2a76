"""Programs that leave loops early, by topic. A program is a function with the arguments at which it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]
CASES: dict[str, tuple[Function, list[tuple[Any, ...]]]] = {}


def at(*calls: tuple[Any, ...]) -> Callable[[Function], Function]:
    """Decorate a program that is looked at with these arguments."""

    def note(f: Function) -> Function:
        CASES[f"{f.__module__.rpartition('.')[2]}.{f.__name__}"] = f, list(calls)
        return f

    return note
