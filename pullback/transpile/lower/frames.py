"""Names of functions that are written out in the one that calls them: each call has its own.

def loss(x):
    def scaled(x):                 x of loss, x of the call of scaled and k of loss are three names
        return k * x        ->
    k = 2.0                        k is looked up when scaled is called
    return scaled(x + 1.0)
"""

from __future__ import annotations

from dataclasses import dataclass


class Frame:
    """What has names of its own within the function that is lowered: a call, or an object."""


@dataclass(frozen=True)
class Local:
    """A name of a frame; those of the function itself are plain strings."""

    name: str
    frame: Frame


Variable = str | Local
EXISTS = ""  # an attribute that each object has whose attributes are set, from when it is made
KNOWN = "object known"  # another one, which is lost where the object may be another one that has been changed


def is_set(name: str, frame: Frame) -> Local:
    """Whether an attribute was set: one that the class has a constant for, or an array of an argument."""
    return Local(f"{name} set", frame)


@dataclass(frozen=True, eq=False)
class Seen:
    """The names that a function's text sees: its own, which are in `frame`, and those of the functions around it."""

    names: frozenset[str]
    frame: Frame | None
    outer: Seen | None = None

    def find(self, name: str) -> Variable | None:
        """The variable that a name stands for; None if no function around has it."""
        seen: Seen | None = self
        while seen is not None:
            if name in seen.names:
                return name if seen.frame is None else Local(name, seen.frame)
            seen = seen.outer
        return None
