"""What a call costs beside the arithmetic: parameters in objects against those in a tuple or dict, and dispatch.

`python -m benchmarks.calls` prints these rows of the table alone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import pullback
from benchmarks import models
from benchmarks.models import Layer, Network, Six
from benchmarks.programs import Program, normal
from benchmarks.table import Row, Setting, compared_runs, derive, print_rows, verdict, written
from benchmarks.timing import Run, seconds

CALLS, PAIRS = 200, 100  # in a row, and how often: 20,000 calls of each


def networks() -> Iterator[tuple[str, dict[str, Program]]]:
    """The network at several sizes, with its parameters in an object, a tuple and a dict."""
    n = normal(6)
    for inputs, hidden, outputs, batch in ((3, 4, 2, 5), (64, 128, 10, 64), (64, 128, 10, 256)):
        shapes = (inputs, hidden), (hidden,), (hidden, hidden), (hidden,), (hidden, outputs), (outputs,)
        w1, b1, w2, b2, w3, b3 = arrays = tuple(n(*s) for s in shapes)
        rest = n(batch, inputs), np.eye(outputs)[np.arange(batch) % outputs]
        held = {
            "object": (models.of_object, Network(Layer(w1, b1), Layer(w2, b2), Layer(w3, b3))),
            "tuple": (models.of_tuple, arrays),
            "dict": (models.of_dict, dict(zip(("w1", "b1", "w2", "b2", "w3", "b3"), arrays, strict=True))),
        }
        name = f"mlp {inputs}-{hidden}-{hidden}-{outputs}, batch {batch}"
        yield name, {kind: Program(name, f, (p, *rest), (0,)) for kind, (f, p) in held.items()}


def object_rows(setting: Setting) -> Iterator[Row]:
    """Value and gradient by an object with methods, against the plain function of a tuple and of a dict."""
    for name, kinds in networks():
        ours = kinds["object"]
        for kind in ("tuple", "dict"):
            for how, made in (("emitted text", lambda p: written(derive(p))), ("called", derive)):
                other = kinds[kind]
                run, against = ours.call(made(ours)), other.call(made(other))
                row = f"{name}, by a {kind}, {how}"
                yield compared_runs("objects by plain functions", row, setting, run, against, 1.05)


def difference(run: Run, against: Run, pairs: int) -> tuple[float, float]:
    """Microseconds that one call takes more than another: by the best of each in so many pairs, and in the median."""
    run(), against()
    taken = [(seconds(run, CALLS), seconds(against, CALLS)) for _ in range(pairs)]
    best = min(a for a, _ in taken) - min(b for _, b in taken)
    return best * 1e6, statistics.median(a - b for a, b in taken) * 1e6


def generated(derivative: Any, args: tuple[Any, ...]) -> Callable[..., Any]:
    """The very function that was generated for these arguments, with nothing around it."""
    made: Callable[..., Any] = derivative._function(args).__wrapped__
    return made


def dispatch_rows() -> Iterator[Row]:
    """What a call through the public interface takes more than one of the generated function itself."""
    n = normal(7)
    x = n(4, 4)
    network = Network(*(Layer(n(4, 4), n(4)) for _ in range(3)))
    trivial = models.of_anything
    cases: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
        ("3 numbers", models.of_three, (2.0, 3.0, 4.0)),
        ("3 arrays", models.of_three, (2.0, x, n(4))),
        ("dict of 10 arrays", trivial, (2.0, {k: n(4, 4) for k in "abcdefghij"})),
        ("dataclass of 6 arrays", trivial, (2.0, Six(*(n(4, 4) for _ in range(6))))),
        ("3 dataclasses of 2 arrays in another, with a method", models.of_a_model, (2.0, network)),
        ("dicts, list and tuple of 5 arrays", trivial, (2.0, {"a": {"b": x, "c": [x, x]}, "d": (x, x)})),
    ]
    for name, f, args in cases:
        derivative = pullback.grad(f)
        direct = generated(derivative, args)
        best, median = difference(lambda: derivative(*args), lambda: direct(*args), PAIRS)  # noqa: B023
        control, _ = difference(lambda: direct(*args), lambda: direct(*args), PAIRS)  # noqa: B023
        measured = f"{best:.1f} µs (median {median:.1f} µs)"
        claim, itself = f"dispatch, best of {PAIRS}", f"{abs(control):.1f} µs"
        yield Row(claim, name, "", measured, itself, "5 µs", verdict(best, 5.0))


def rows(pairs: int) -> Iterator[Row]:
    """All rows about calls."""
    with threadpool_limits(1):
        yield from object_rows(Setting("one thread", pairs, time.process_time))
    yield from dispatch_rows()


if __name__ == "__main__":
    print_rows(__doc__, rows, 40)
