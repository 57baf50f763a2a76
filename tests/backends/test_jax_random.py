"""Random programs for JAX: as for NumPy, or refused with the line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.inplace.families import FAMILIES

pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

SEEDS = 10  # of each test


@pytest.mark.parametrize("first", range(0, 60, SEEDS))
def test_programs_agree_with_numpy_or_are_refused(first: int, tmp_path: Path) -> None:
    from tests.backends.jax_outcomes import outcome_in_jax

    made = FAMILIES["pure"]
    kinds: Counter[str] = Counter()
    for seed in range(first, first + SEEDS):
        found = outcome_in_jax(made.text_of(seed), seed, tmp_path / f"for_jax_{seed}.py", made, jitted=0)
        assert found.kind in ("ran", "refused"), (seed, found)
        kinds[found.kind] += 1
    assert kinds["ran"] >= 0.8 * SEEDS
