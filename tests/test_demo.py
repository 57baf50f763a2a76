from __future__ import annotations

import sys

import pytest

from pullback import demo


def test_demo_shows_both_texts_and_trains(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.setenv("COLUMNS", "200")
    assert demo.main() == 0
    printed = capsys.readouterr().out
    assert any("what you write" in line and "what pullback writes" in line for line in printed.splitlines())
    assert float(printed.rsplit(":", 1)[1].strip().rstrip("%")) > 95.0


@pytest.mark.parametrize("columns", [40, 80])
def test_demo_stacks_the_texts_on_a_narrow_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(demo, "EPOCHS", 1)
    assert demo.main() == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def test_demo_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert demo.main() == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "pip install scikit-learn" in line
