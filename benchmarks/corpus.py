"""The corpus of programs that change arrays in place, for JAX: `python -m benchmarks.corpus [TOPIC…]`.

Each is held against what comes out for NumPy. Prints what is refused and why, and how many programs ran right.
"""

from __future__ import annotations

import argparse
from collections import Counter

import jax

from tests.backends.jax_outcomes import case_in_jax
from tests.inplace.cases import topics


def main() -> None:
    """Examine all programs of these topics, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC")
    wanted = parser.parse_args().topics
    jax.config.update("jax_enable_x64", True)
    kinds: Counter[str] = Counter()
    for topic, cases in topics().items():
        if wanted and topic not in wanted:
            continue
        for case in cases:
            if case.refusal is None:
                found = case_in_jax(case)
                kinds[found.kind] += 1
                if found.kind != "ran":
                    print(f"{topic} {case.name}: {found.kind}: {found.detail}", flush=True)
        jax.clear_caches()
    print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))


if __name__ == "__main__":
    main()
