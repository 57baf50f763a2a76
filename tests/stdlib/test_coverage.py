"""docs/coverage.md says of every public function what there is for it."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("scipy")
from tests import coverage

PAGE = coverage.PAGE.read_text()
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def said(namespace: str) -> dict[str, str]:
    """What the page says of each function."""
    rows = re.findall(r"^\| ([a-z ]+) \| .*? \| (`.*`) \|$", SECTIONS[namespace], re.MULTILINE)
    return {name: status for status, names in rows for name in re.findall(r"`([^`]+)`", names)}


@pytest.mark.parametrize("namespace", coverage.NAMESPACES)
def test_the_page_is_right(namespace: str) -> None:
    """For the functions of the installed version; those that other versions have are not looked at."""
    on_page = said(namespace)
    found = {e.name: e.status for e in coverage.entries(namespace) if e.name in on_page}
    assert found == {name: status for name, status in on_page.items() if name in found}


@pytest.mark.skipif(coverage.versions() not in " ".join(PAGE.split()), reason="the page is for other versions")
def test_the_page_is_complete() -> None:
    assert coverage.text() == PAGE


@pytest.mark.parametrize("namespace", coverage.NAMESPACES)
def test_what_is_covered_has_a_test(namespace: str) -> None:
    covered = [e for e in coverage.entries(namespace) if e.status != coverage.REFUSED]
    assert [e.name for e in covered if not e.about] == []
