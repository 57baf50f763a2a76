"""Every claim about speed, measured and printed as one table: `python -m benchmarks.run [--pairs 40]`.

Times are compared in interleaved pairs in one process; `control` is a program against itself, and half the range of the
middle half of its pairs is what a limit may be missed by. Needs the extra `bench`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import autograd
import autograd.numpy
import numpy as np
from threadpoolctl import threadpool_limits

import pullback
from benchmarks.programs import (
    Program,
    against_hand,
    against_primal,
    import_file,
    small_and_large,
    straight_line,
    with_numpy,
)
from benchmarks.timing import Ratio, best, compare, seconds

MODES = {"grad": pullback.grad, "value_and_grad": pullback.value_and_grad}
STATEMENTS = (500, 1000, 2000, 4000)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    claim: str
    program: str
    blas: str
    measured: str
    control: str
    limit: str
    holds: bool

    def __str__(self) -> str:
        holds = "yes" if self.holds else "**no**"
        cells = (self.claim, self.program, self.blas, self.measured, self.control, self.limit, holds)
        return "| " + " | ".join(cells) + " |"


HEADER = "| claim | program | BLAS | measured | control | limit | holds |\n|---|---|---|---|---|---|---|"


def derive(program: Program) -> Any:
    """The gradient, specialised for the program's arguments."""
    return MODES[program.mode](program.primal, wrt=program.wrt).specialize(*program.args)


def written(derived: Any) -> Callable[..., Any]:
    """The gradient as a user ships it: the emitted text, imported from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.py"
        path.write_text(derived.source)
        module = import_file(path)
    return [x for x in vars(module).values() if getattr(x, "__module__", "") == module.__name__][-1]


def ratio_row(claim: str, program: Program, blas: str, measured: Ratio, control: Ratio, limit: float) -> Row:
    """A row for a ratio of times: it holds if the limit is kept but for the spread of the control."""
    return Row(
        claim,
        program.name,
        blas,
        f"{measured.median:.2f}×",
        f"{control.median:.2f} ± {control.spread:.2f}",
        f"{limit:g}×",
        measured.median <= limit * (1.0 + control.spread),
    )


def compared(claim: str, program: Program, blas: str, run: Any, against: Any, limit: float, pairs: int) -> Row:
    """`run` against `against`, and `against` against itself, on the program's arguments."""
    args = program.args
    measured = compare(lambda: run(*args), lambda: against(*args), pairs)
    control = compare(lambda: against(*args), lambda: against(*args), pairs)
    return ratio_row(claim, program, blas, measured, control, limit)


def multiple_of_primal(program: Program, blas: str, pairs: int) -> Row:
    """The cost of value and gradient, through the public interface, beside what it is by hand."""
    row = compared("multiple of the primal", program, blas, derive(program), program.primal, program.limit, pairs)
    by_hand = compare(lambda: program.by_hand(*program.args), lambda: program.primal(*program.args), pairs)
    return replace(row, measured=f"{row.measured} (by hand {by_hand.median:.2f}×)")


def ratio_rows(blas: str, pairs: int) -> Iterator[Row]:
    """Emitted against hand-written, value and gradient against the primal, and against HIPS autograd."""
    for program in against_hand():
        emitted = written(derive(program))
        yield compared("as by hand", program, blas, emitted, program.by_hand, 1.1, pairs)
    limited = list(against_primal())
    for program in limited:
        yield multiple_of_primal(program, blas, pairs)
    for program in (*limited, *small_and_large()):
        theirs = autograd.value_and_grad(with_numpy(program.primal, autograd.numpy), program.wrt)
        yield compared("against HIPS autograd", program, blas, derive(program), theirs, 1.05, pairs)


def transpile_rows() -> Iterator[Row]:
    """How long it takes to write a gradient."""
    program = next(iter(against_hand()))
    text = inspect.getsource(program.primal)
    taken = best(lambda: derive(program))
    unit = best(lambda: compile(text, "<text>", "exec"))
    measured = f"{taken * 1e3:.1f} ms = {taken / unit:.0f}× compile()"
    yield Row("transpile, best of 30", "mlp of the gallery", "", measured, "", "20 ms", taken < 0.02)
    times = []
    for statements in STATEMENTS:
        taken = straight_line_time(statements)
        times.append(taken)
        limit = "2 s" if statements == 2000 else ""
        measured = f"{taken:.2f} s"
        yield Row("transpile", f"{statements} statements", "", measured, "", limit, not limit or taken < 2.0)
    exponent = float(np.polyfit(np.log(STATEMENTS), np.log(times), 1)[0])
    yield Row("growth of that", "exponent", "", f"{exponent:.2f}", "", "1.15", exponent <= 1.15)


def straight_line_time(statements: int, times: int = 3) -> float:
    """Seconds to transpile a straight-line function of so many statements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "straight_line.py"
        path.write_text(straight_line(statements))
        f = import_file(path).f
        x = np.linspace(0.1, 1.0, 8)
        return min(seconds(lambda: pullback.grad(f, wrt=(0, 1)).specialize(x, x), 1) for _ in range(times))


def machine() -> str:
    """What the figures were measured on, in words."""
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, autograd {version('autograd')}"
    return f"{versions}, {os.cpu_count()} cores"


def main() -> None:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    pairs = parser.parse_args().pairs
    print(machine(), HEADER, sep="\n\n", flush=True)
    with threadpool_limits(1):
        for row in ratio_rows("one thread", pairs):
            print(row, flush=True)
    for row in ratio_rows("free", pairs):
        print(row, flush=True)
    for row in transpile_rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
