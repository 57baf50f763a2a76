"""How many bytes a derivative takes, as `tracemalloc` counts them."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import pullback


def peak_bytes(run: Callable[[], Any]) -> int:
    """The most bytes that a second run holds at once beyond what was there before; what it gives counts."""
    run()
    gc.disable()  # to look for garbage among all that other tests have left would take seconds
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()


def kept_bytes(f: Callable[..., Any], args: tuple[Any, ...], wrt: Sequence[int]) -> int:
    """The bytes that stay allocated for the pullback of a call, beside its result."""
    derivative = pullback.vjp(f, wrt=tuple(wrt))
    derivative(*args)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        out, pull = derivative(*args)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert pull is not None
    return after - before - np.asarray(out).nbytes
