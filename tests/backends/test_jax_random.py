"""Random programs for JAX: as for NumPy, or refused with the line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.inplace.families import FAMILIES

pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

SEEDS = 20  # of each family: the shorter programs of twice as many
EACH = 5  # one in so many is run under `jit` too
LEAST = {"pure": 19, "arrays": 15, "own": 12}
"""How many of a family are not refused."""


@pytest.mark.parametrize("family", LEAST)
def test_programs_agree_with_numpy_or_are_refused(family: str, tmp_path: Path) -> None:
    from tests.backends.jax_outcomes import outcome_in_jax

    made = FAMILIES[family]
    seeds = sorted(range(2 * SEEDS), key=lambda seed: len(made.text_of(seed)))[:SEEDS]
    kinds: Counter[str] = Counter()
    for k, seed in enumerate(sorted(seeds)):
        path = tmp_path / f"for_jax_{family}_{seed}.py"
        found = outcome_in_jax(made.text_of(seed), seed, path, made, each=0 if k % EACH else 1)
        assert found.kind in ("ran", "refused"), (seed, found)
        kinds[found.kind] += 1
    assert kinds["ran"] >= LEAST[family], kinds
