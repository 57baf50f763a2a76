"""Transpiling makes many small values and drops few: the garbage collector would walk them over and over again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
        if gc.get_freeze_count() == 0:  # what is left counts as old, so that it is not walked at once after all
            gc.freeze()
            gc.unfreeze()
        gc.enable()
