"""Every claim about the speed of code for JAX, as one table: `python -m benchmarks.jax_run [--write] [--only PART…]`.

Times are compared in interleaved pairs in one process, of compiled functions whose results are waited for: the time of
the processor on one core, or with `--free` the wall clock on all cores, or on the accelerator that JAX finds.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import numpy as np

from benchmarks import jax_in_place, jax_primal, jax_while
from benchmarks.jax_programs import models
from benchmarks.jax_table import against_jax
from benchmarks.table import HEADER, Row, Setting, write_table

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def model_rows(setting: Setting) -> Iterator[Row]:
    """Programs that JAX differentiates well."""
    for program in models():
        yield against_jax(program, setting)


PARTS: dict[str, Callable[[Setting], Iterator[Row]]] = {
    "models": model_rows,
    "in-place": jax_in_place.rows,
    "while": jax_while.rows,
    "primal": jax_primal.rows,
}


def machine() -> str:
    """What the figures were measured on, in words."""
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, JAX {jax.__version__}"
    return f"{versions}, {jax.devices()[0].device_kind}"


def main() -> None:
    """Print the table, row by row, and write it into the page about performance if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--free", action="store_true")
    args = parser.parse_args()
    setting = Setting("free", args.pairs, time.perf_counter)
    if not args.free:
        # before JAX makes as many threads as it may use cores
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        setting = Setting("one core", args.pairs, time.process_time)
    jax.config.update("jax_enable_x64", True)
    printed = [machine(), "", HEADER]
    print("\n".join(printed), flush=True)
    for part in args.only:
        for row in PARTS[part](setting):
            print(row, flush=True)
            printed.append(str(row))
    if args.write:
        write_table(PAGE, "jax table", printed)


if __name__ == "__main__":
    main()
