"""Random programs that change arrays in place: right or refused, never wrong; and not many are refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inplace.generator import program
from tests.inplace.outcomes import outcome

EXAMPLES = 100


@st.composite
def programs(draw: st.DrawFn) -> str:
    return program(lambda options: options[draw(st.integers(0, len(options) - 1))])


@pytest.mark.parametrize("seed", range(3))
def test_a_random_program_is_right_or_refused(seed: int, tmp_path: Path) -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(text=programs())
    def check(text: str) -> None:
        found = outcome(text, seed, tmp_path / f"random_program_{counts.total()}_{seed}.py")
        assert found.kind not in ("wrong", "crash"), f"{found.detail}\n{text}"
        counts[found.kind] += 1

    check()
    assert counts["ran"] >= 0.75 * counts.total(), counts
