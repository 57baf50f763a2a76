"""README, CONTRIBUTING and the pages of docs are true: every block of code is run, every output is compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import blocks

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_blocks_do_what_they_show(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.md"
    shutil.copy(ROOT / name, copy)
    plain = dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="88", NO_COLOR="1", JAX_PLATFORMS="cpu")
    subprocess.run([sys.executable, "-m", "tests.documents", str(copy)], env=plain, check=True)
    assert copy.read_text() == (ROOT / name).read_text()


def test_setting_up_takes_two_commands() -> None:
    set_up = [block.text for block in blocks(ROOT / "README.md") if block.language == "sh"]
    assert "".join(set_up).splitlines() == [
        "python -m pip install -e '.[jax,test]' && pullback demo",
        "python -m pytest",
    ]


def test_layout_names_every_part() -> None:
    text = (ROOT / "README.md").read_text()
    parts = {p.name for p in (ROOT / "pullback").iterdir()} - {"__pycache__", "__init__.py", "__main__.py", "py.typed"}
    assert [part for part in sorted(parts) if part not in text] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []
