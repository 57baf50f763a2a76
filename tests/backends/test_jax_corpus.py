"""Programs of the corpus for JAX: as for NumPy, or refused with the line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inplace.cases import topics

pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

EVERY = 25
"""One program in so many; `python -m benchmarks.corpus` examines all."""
CASES = [c for cases in topics().values() for c in cases if c.refusal is None][::EVERY]


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_agrees_with_numpy_or_is_refused(case: Any) -> None:
    from tests.backends.jax_outcomes import case_in_jax

    found = case_in_jax(case)
    assert found.kind in ("ran", "refused"), found
