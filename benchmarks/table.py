"""The table that benchmarks print: its rows, and what one row measures."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pullback
from benchmarks.programs import Program, import_file
from benchmarks.timing import Clock, Ratio, Run, compare

MODES = {"grad": pullback.grad, "value_and_grad": pullback.value_and_grad}
NOISE = 0.25


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    claim: str
    program: str
    blas: str
    measured: str
    control: str
    limit: str
    holds: str

    def __str__(self) -> str:
        cells = (self.claim, self.program, self.blas, self.measured, self.control, self.limit, self.holds)
        return "| " + " | ".join(cells) + " |"


HEADER = "| claim | program | BLAS | measured | control | limit | holds |\n|---|---|---|---|---|---|---|"


def print_rows(about: str | None, rows: Callable[[int], Iterator[Row]], pairs: int) -> None:
    """Print the rows of one part of the table, measured in so many pairs unless the command line says otherwise."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--pairs", type=int, default=pairs)
    print(HEADER)
    for row in rows(parser.parse_args().pairs):
        print(row, flush=True)


def write_table(page: Path, name: str, printed: list[str]) -> None:
    """Write the lines of a table into a page, between the comments with its name."""
    before, _, rest = page.read_text().partition(f"<!-- {name} -->\n")
    after = rest.partition(f"<!-- end of {name} -->")[2]
    page.write_text(f"{before}<!-- {name} -->\n" + "\n".join(printed) + f"\n<!-- end of {name} -->{after}")


@dataclass(frozen=True)
class Setting:
    """How programs are compared: threads of BLAS, the number of pairs, and the clock that suits."""

    blas: str
    pairs: int
    clock: Clock

    def compare(self, run: Run, against: Run) -> Ratio:
        """The ratio of two programs' times."""
        return compare(run, against, self.pairs, self.clock)


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


def verdict(value: float, limit: float, spread: float = 0.0) -> str:
    """Whether a limit is kept, but for the spread of the control; a control that is off proves nothing."""
    if spread > NOISE:
        return "too noisy"
    return "yes" if value <= limit * (1.0 + spread) else "**no**"


def compared(claim: str, program: Program, setting: Setting, run: Any, against: Any, limit: float) -> Row:
    """`run` against `against`, and `against` against itself, on the program's arguments."""
    return compared_runs(claim, program.name, setting, program.call(run), program.call(against), limit)


def compared_runs(claim: str, name: str, setting: Setting, run: Run, against: Run, limit: float) -> Row:
    """One run against another, and that against itself."""
    measured, control = setting.compare(run, against), setting.compare(against, against)
    return Row(
        claim,
        name,
        setting.blas,
        f"{measured.median:.2f}×" if measured.median >= 0.1 else f"{measured.median:.1g}×",
        f"{control.median:.2f} ± {control.spread:.2f}",
        f"{limit:g}×",
        verdict(measured.median, limit, control.spread),
    )


def multiple_of_primal(program: Program, setting: Setting) -> Row:
    """The cost of value and gradient, through the public interface, beside what it is by hand where that is known."""
    row = compared("multiple of the primal", program, setting, derive(program), program.primal, program.limit)
    if program.by_hand is None:
        return row
    by_hand = setting.compare(program.call(program.by_hand), program.call(program.primal))
    return replace(row, measured=f"{row.measured} (by hand {by_hand.median:.2f}×)")
