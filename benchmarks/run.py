"""Every claim about speed, measured and printed as one table: `python -m benchmarks.run [--write]`.

Times are compared in interleaved pairs in one process: processor time where BLAS has one thread, the wall clock where
it is free. `control` is a program against itself; half the range of the middle half of its pairs is what a limit may be
missed by. Needs the extra `bench`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import autograd
import autograd.numpy
import numpy as np
from threadpoolctl import threadpool_limits

import pullback
from benchmarks import calls, checkpoints, in_place, modes
from benchmarks.programs import (
    against_hand,
    against_primal,
    import_file,
    small_and_large,
    straight_line,
    with_numpy,
)
from benchmarks.table import HEADER, Row, Setting, compared, derive, multiple_of_primal, verdict, write_table, written
from benchmarks.timing import best, seconds

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
STATEMENTS = (500, 1000, 2000, 4000)


def ratio_rows(setting: Setting) -> Iterator[Row]:
    """Emitted against hand-written, value and gradient against the primal, and against HIPS autograd."""
    for program in against_hand():
        yield compared("as by hand", program, setting, written(derive(program)), program.by_hand, 1.1)
    limited = list(against_primal())
    for program in limited:
        yield multiple_of_primal(program, setting)
    for program in (*limited, *small_and_large()):
        theirs = autograd.value_and_grad(with_numpy(program.primal, autograd.numpy), program.wrt)
        yield compared("against HIPS autograd", program, setting, derive(program), theirs, 1.05)


def transpile_rows() -> Iterator[Row]:
    """How long it takes to write a gradient."""
    program = next(iter(against_hand()))
    text = inspect.getsource(program.primal)
    taken = best(lambda: derive(program))
    unit = best(lambda: compile(text, "<text>", "exec"))
    measured = f"{taken * 1e3:.1f} ms = {taken / unit:.0f}× compile()"
    yield Row("transpile, best of 30", "mlp of the gallery", "", measured, "", "20 ms", verdict(taken, 0.02))
    times = []
    for statements in STATEMENTS:
        taken, unit = straight_line_time(statements)
        times.append(taken)
        measured = f"{taken:.2f} s = {taken / unit:.0f}× compile() of what comes out"
        limit, holds = ("2 s", verdict(taken, 2.0)) if statements == 2000 else ("", "")
        yield Row("transpile", f"{statements} statements", "", measured, "", limit, holds)
    exponent = float(np.polyfit(np.log(STATEMENTS), np.log(times), 1)[0])
    yield Row("growth of that", "exponent", "", f"{exponent:.2f}", "", "1.15", verdict(exponent, 1.15))


def straight_line_time(statements: int, times: int = 7) -> tuple[float, float]:
    """Seconds to transpile a straight-line function of so many statements, from a file that was never read before.

    And those in which Python compiles the text that comes out, right after: they say how busy the machine was.
    """
    x = np.linspace(0.1, 1.0, 8)
    taken, compiled = [], []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(times):
            path = Path(folder) / f"straight_line_{k}.py"
            path.write_text(straight_line(statements))
            derived = pullback.grad(import_file(path).f, wrt=(0, 1, 2, 3))
            start = time.process_time()
            made = derived.specialize(x, x, 0.3, 0.7)
            taken.append(time.process_time() - start)
            compiled.append(seconds(lambda text=made.source: compile(text, "<text>", "exec")))
    return min(taken), min(compiled)


def machine() -> str:
    """What the figures were measured on, in words."""
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, autograd {version('autograd')}"
    return f"{versions}, {os.cpu_count()} cores"


def lines(pairs: int) -> Iterator[str]:
    """The table, line by line."""
    yield from (machine(), "", HEADER)
    with threadpool_limits(1):
        yield from map(str, ratio_rows(Setting("one thread", pairs, time.process_time)))
        yield from map(str, modes.rows(pairs))
    yield from map(str, ratio_rows(Setting("free", pairs, time.perf_counter)))
    yield from map(str, in_place.rows(pairs))
    yield from map(str, checkpoints.rows(pairs))
    yield from map(str, calls.rows(pairs))
    yield from map(str, transpile_rows())


def main() -> None:
    """Print the table, row by row, and write it into the page about performance if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    printed = []
    for line in lines(args.pairs):
        print(line, flush=True)
        printed.append(line)
    if args.write:
        write_table(PAGE, "table", printed)


if __name__ == "__main__":
    main()
