"""Timing for a busy machine: interleaved pairs in one process, and a program against itself as control."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Run = Callable[[], Any]
# Processor time is not disturbed by other programs; it says nothing of work that several threads share.
Clock = Callable[[], float]


@dataclass(frozen=True)
class Ratio:
    """One program's time by another's: the median over pairs, and half the range of the middle half of them."""

    median: float
    spread: float


def seconds(run: Run, repeats: int = 1, clock: Clock = time.process_time) -> float:
    """Mean time of one of `repeats` runs in a row."""
    start = clock()
    for _ in range(repeats):
        run()
    return (clock() - start) / repeats


def repeats_for(run: Run, clock: Clock, least: float = 0.004) -> int:
    """How many runs in a row take at least so many seconds."""
    repeats = 1
    while seconds(run, repeats, clock) * repeats < least:
        repeats *= 2
    return repeats


def compare(run: Run, against: Run, pairs: int = 40, clock: Clock = time.process_time) -> Ratio:
    """Time of `run` by the time of `against`, in pairs one after the other, each of the two first in turn."""
    run(), against()
    one, other = repeats_for(run, clock), repeats_for(against, clock)
    ratios = []
    gc.collect()
    gc.disable()
    try:
        for i in range(pairs):
            if i % 2:
                a = seconds(run, one, clock)
                b = seconds(against, other, clock)
            else:
                b = seconds(against, other, clock)
                a = seconds(run, one, clock)
            ratios.append(a / b)
    finally:
        gc.enable()
    low, median, high = statistics.quantiles(ratios, n=4)
    return Ratio(median, (high - low) / 2)


def best(run: Run, times: int = 30) -> float:
    """The shortest of so many runs, in seconds of the processor."""
    return min(seconds(run) for _ in range(times))
