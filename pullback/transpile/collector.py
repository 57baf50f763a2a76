"""Transpiling makes many small values and drops few: the garbage collector would walk them over and over again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MOST = 2_000_000
"""Objects that may be left, some two hundred megabytes, until those that are garbage are looked for."""

_left = [0]  # since the last time
_there = [0]  # after the last time: looking takes time in proportion to them


@contextmanager
def collector_paused() -> Iterator[None]:
    """Run a block, or as a decorator a function, without garbage collections, unless they were off already."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:
            _make_old()
        gc.enable()


def _make_old() -> None:
    """Let what is left count as old, so that it is not walked at once after all.

    Python does not count how much became old so, and would never look at it again.
    """
    _left[0] += gc.get_count()[0]
    gc.freeze()
    gc.unfreeze()
    if _left[0] > max(_MOST, _there[0]):
        gc.collect()
        _left[0], _there[0] = 0, len(gc.get_objects())
