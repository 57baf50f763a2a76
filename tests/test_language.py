"""docs/language.md says what is true: each row names programs, and these are right or refused as it says."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import jumps, statement_programs, test_containers
from tests.inplace.cases import Case, topics
from tests.jumps import breaks, endless, returns, skips  # noqa: F401  registers the programs
from tests.transpile.test_lower_refusals import EXPRESSIONS, STATEMENTS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "language.md"


@dataclass(frozen=True)
class Row:
    """A row of a table: what the construct is, what is said of it, and the names of what shows it."""

    construct: str
    says: str
    names: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        return self.says.startswith("Refused")

    @property
    def quoted(self) -> str:
        """A part of the message of a refusal, empty where it is not given."""
        found = re.search(r'"(.+)"[^"]*$', self.says)
        return found[1] if found else ""


def rows() -> list[Row]:
    """The rows of the tables of constructs."""
    found = []
    for line in PAGE.read_text().splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("construct", "promise"):
            found.append(Row(cells[0], cells[1], tuple(re.findall(r"`(.+?)`(?:, |$)", cells[2]))))
    return found


ROWS = rows()
CASES: dict[str, list[Case]] = {}
for topic, cases in topics().items():
    for case in cases:
        CASES.setdefault(f"{topic}.{case.f.__name__}", []).append(case)
LOWERING = {**STATEMENTS, **EXPRESSIONS}
STATEMENT_TESTS = (ROOT / "tests" / "test_statements.py").read_text()


def is_test(name: str) -> bool:
    """Is this `test_file.test_function`, or the same with a file in a folder?"""
    file, _, function = name.partition(".")
    texts = [p.read_text() for p in (ROOT / "tests").rglob(f"{file}.py")] if file.startswith("test_") else []
    defined = (n.name for text in texts for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    return function in defined


def is_right(name: str) -> bool:
    """Is this a program that a test expects to differentiate?"""
    topic, _, function = name.partition(".")
    if name in CASES:
        return all(c.refusal is None for c in CASES[name])
    if topic == "statements":
        return hasattr(statement_programs, function) and f"p.{function}," in STATEMENT_TESTS
    if name.startswith("containers: "):
        return name.removeprefix("containers: ") in test_containers.RIGHT
    return name in jumps.CASES or is_test(name)


def messages(name: str) -> list[str]:
    """What a test expects to be said where a program is refused."""
    if name.startswith("lowering: "):
        case: Any = LOWERING[name.removeprefix("lowering: ")]
        return [case[1] if len(case) == 4 else case[2]]
    if name.startswith("containers: "):
        return [test_containers.REFUSED[name.removeprefix("containers: ")][2]]
    if name in CASES:
        return [message(c) for c in CASES[name]]
    return [""] if is_test(name) else []


def message(case: Case) -> str:
    """What is said where a program is refused, empty where it is not."""
    return "" if case.refusal is None else case.refusal[1]


@pytest.mark.parametrize("row", [r for r in ROWS if not r.is_refused], ids=lambda r: r.construct)
def test_what_is_called_supported_is_right(row: Row) -> None:
    assert row.says.startswith("Supported")
    assert row.names
    for name in row.names:
        assert is_right(name), name


@pytest.mark.parametrize("row", [r for r in ROWS if r.is_refused], ids=lambda r: r.construct)
def test_what_is_called_refused_is_refused_in_these_words(row: Row) -> None:
    assert row.names
    assert row.quoted or all(name.startswith("test_") for name in row.names)
    for name in row.names:
        found = messages(name)
        assert found, name
        for text in found:
            assert row.quoted in text, (name, text)


def test_every_program_that_is_refused_is_in_a_row() -> None:
    named = {name for row in ROWS for name in row.names}
    refused = {name for name, cases in CASES.items() if any(c.refusal is not None for c in cases)}
    assert not refused - named


def test_no_construct_has_two_rows() -> None:
    assert len({row.construct for row in ROWS}) == len(ROWS) > 100
