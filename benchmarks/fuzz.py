"""Random programs, in numbers: `python -m benchmarks.fuzz --programs 20000 --jobs 2`.

They change arrays in place; with `--family objects` they are of closures, lists, comprehensions and objects, with
`--family own` of objects that they make themselves; with `--family pure` nothing is changed. With `--backend jax` code
for JAX, compiled, is held against that for NumPy, each tenth program also operation by operation.
Prints how many ran right, were refused, were wrong; a failure is printed with its seed, and `--show SEED` prints its
program, made as small as it can be by leaving lines out.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.inplace.families import FAMILIES, Family
from tests.inplace.outcomes import Outcome, outcome
from tests.inplace.shrink import shrunk


def check_for(backend: str) -> Callable[[str, int, Path, Family], Outcome]:
    """What tells the outcome of a program for a backend."""
    if backend == "numpy":
        return outcome
    import jax

    from tests.backends.jax_outcomes import outcome_in_jax

    jax.config.update("jax_enable_x64", True)
    return outcome_in_jax


def examine(seed: int, family: str, folder: str, backend: str) -> Outcome:
    """The outcome of the program of a seed."""
    path = Path(folder) / f"random_program_{seed}.py"
    try:
        return check_for(backend)(FAMILIES[family].text_of(seed), seed, path, FAMILIES[family])
    finally:
        path.unlink(missing_ok=True)


def outcomes(seeds: range, family: str, jobs: int, backend: str) -> Iterator[tuple[int, Outcome]]:
    """The outcomes of the programs of these seeds, in order."""
    with tempfile.TemporaryDirectory() as folder:
        check = partial(examine, family=family, folder=folder, backend=backend)
        if jobs == 1:
            yield from zip(seeds, map(check, seeds), strict=True)
            return
        with ProcessPoolExecutor(jobs) as pool:
            yield from zip(seeds, pool.map(check, seeds, chunksize=20), strict=True)


def show(seed: int, family: str, backend: str) -> None:
    """Print a program as small as it can be while the same kind of thing becomes of it."""
    with tempfile.TemporaryDirectory() as folder:
        text, found = shrunk(FAMILIES[family].text_of(seed), seed, Path(folder), FAMILIES[family], check_for(backend))
    print(text)
    print(f"{found.kind}: {found.detail}")


def main() -> None:
    """Examine so many programs, or show one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--family", choices=FAMILIES, default="arrays")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--show", type=int, metavar="SEED")
    parser.add_argument("--backend", choices=("numpy", "jax"), default="numpy")
    args = parser.parse_args()
    if args.show is not None:
        return show(args.show, args.family, args.backend)
    kinds: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    start = time.time()
    seeds = range(args.first, args.first + args.programs)
    for seed, found in outcomes(seeds, args.family, args.jobs, args.backend):
        kinds[found.kind] += 1
        if found.kind == "refused":
            reasons[found.detail.partition(" | ")[0]] += 1
        elif found.kind != "ran":
            print(f"seed {seed}: {found.kind}: {found.detail}", flush=True)
    for reason, count in reasons.most_common(20):
        print(f"{count:6d} refused: {reason}")
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    print(f"{args.programs} programs in {time.time() - start:.0f} s: {listed}")


if __name__ == "__main__":
    main()
