"""Every program of this package differentiates, or is refused, as it says."""

from __future__ import annotations

import pytest

from tests.inplace.cases import Case, cases
from tests.inplace.checks import assert_refused, assert_right


def named(case: Case) -> str:
    return f"{case.f.__module__.rpartition('.')[2]}.{case.name}"


@pytest.mark.parametrize("case", [c for c in cases() if c.refusal is None], ids=named)
def test_program_differentiates(case: Case) -> None:
    assert_right(case.f, case.args)


@pytest.mark.parametrize("case", [c for c in cases() if c.refusal is not None], ids=named)
def test_program_is_refused(case: Case) -> None:
    assert_refused(case)
