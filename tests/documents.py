"""The code blocks of the documents, run: what they show is what happens.

A block ```python that begins with `# name.py` is a file of that name; any other one runs as a script. In a block
```console each line `$ command` is followed by what it prints. A comment `<!-- printed by: command -->` before a block
says the same of the whole block. `<!-- part -->` before a block marks an excerpt that is not run. A block ```sh is what
to type to set up.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^>]*) -->\n+)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A code block with the comment before it."""

    language: str
    text: str
    mark: str


def blocks(path: Path) -> list[Block]:
    """The code blocks of a document, in order."""
    found = _BLOCK.finditer(path.read_text())
    return [Block(m["language"], m["text"], m["mark"] or "") for m in found]


def run(block: Block, folder: Path) -> list[tuple[str, str]]:
    """Run a block in a folder: pairs of what the document shows and what was printed."""
    if block.mark.startswith("printed by: "):
        return [(block.text, printed(block.mark.removeprefix("printed by: "), folder))]
    if block.mark == "part":
        return []
    match block.language:
        case "python":
            name = re.match(r"# (\w+\.py)\n", block.text)
            if name is not None:
                (folder / name[1]).write_text(block.text)
            else:
                (folder / "script.py").write_text(block.text)
                printed("python script.py", folder)
        case "console":
            steps = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
            pairs = [step.partition("\n") for step in steps]
            return [(shown, printed(command, folder)) for command, _, shown in pairs]
    return []


def printed(command: str, folder: Path) -> str:
    """What a command prints, errors included; `pullback` and `python` are those that run the tests."""
    program, *arguments = shlex.split(command)
    if program == "cat":
        return (folder / arguments[0]).read_text()
    start = {"python": [sys.executable], "pullback": [sys.executable, "-m", "pullback"]}[program]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), str(folder)]), COLUMNS="88", NO_COLOR="1")
    done = subprocess.run(
        [*start, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if program == "python":
        assert done.returncode == 0, done.stdout
    return done.stdout
