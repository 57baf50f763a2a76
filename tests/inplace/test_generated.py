"""Random programs: right or refused, never wrong; and not many are refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inplace.families import FAMILIES
from tests.inplace.outcomes import outcome

EXAMPLES = {"arrays": 50, "objects": 40}


@pytest.mark.parametrize(("family", "seed"), [("arrays", 0), ("arrays", 1), ("arrays", 2), ("objects", 0)])
def test_a_random_program_is_right_or_refused(family: str, seed: int, tmp_path: Path) -> None:
    made = FAMILIES[family]
    counts: Counter[str] = Counter()

    @st.composite
    def programs(draw: st.DrawFn) -> str:
        return made.program(lambda options: options[draw(st.integers(0, len(options) - 1))])

    @settings(max_examples=EXAMPLES[family])
    @given(text=programs())
    def check(text: str) -> None:
        found = outcome(text, seed, tmp_path / f"random_program_{counts.total()}_{seed}.py", made)
        assert found.kind not in ("wrong", "crash"), f"{found.detail}\n{text}"
        counts[found.kind] += 1

    check()
    assert counts["ran"] >= 0.75 * counts.total(), counts
