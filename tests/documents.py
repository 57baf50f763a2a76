"""The code blocks of the documents, run: what they show is what happens.

A block ```python that begins with `# name.py` is a file of that name; any other one runs as a script. In a block
```console each line `$ command` is followed by what it prints. A comment `<!-- printed by: command -->` before a block
says the same of the whole block. `<!-- part -->` before a block marks an excerpt that is not run. A block ```sh is what
to type to set up.

`python -m tests.documents README.md …` writes what is shown anew.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import runpy
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from pullback import cli

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
    return [_block(m) for m in _BLOCK.finditer(path.read_text())]


def _block(m: re.Match[str]) -> Block:
    return Block(m["language"], m["text"], m["mark"] or "")


def run(block: Block, folder: Path) -> str:
    """Run a block in a folder; its text with what was really printed."""
    if block.mark.startswith("printed by: "):
        return printed(block.mark.removeprefix("printed by: "), folder)
    if block.language == "python" and block.mark != "part":
        name = re.match(r"# (\w+\.py)\n", block.text)
        (folder / (name[1] if name else "script.py")).write_text(block.text)
        if name is None:
            printed("python script.py", folder)
    if block.language == "console":
        commands = re.findall(r"^\$ (.*)", block.text, flags=re.MULTILINE)
        return "\n".join(f"$ {command}\n{printed(command, folder)}".rstrip() for command in commands) + "\n"
    return block.text


def printed(command: str, folder: Path) -> str:
    """What a command prints, errors included, as if it ran in a process of its own."""
    program, *arguments = shlex.split(command)
    if program == "cat":
        return "".join((folder / name).read_text() for name in arguments)
    shown = io.StringIO()
    with _as_new(folder), redirect_stdout(shown), redirect_stderr(shown):
        {"python": _python, "pullback": cli.main}[program](arguments)
    return shown.getvalue()


def _python(arguments: list[str]) -> None:
    if arguments[0] == "-c":
        exec(arguments[1], {"__name__": "__main__"})
    else:
        runpy.run_path(arguments[0], run_name="__main__")


@contextmanager
def _as_new(folder: Path) -> Iterator[None]:
    """In a folder, and what is imported from it or set in JAX is forgotten afterwards."""
    before, here = set(sys.modules), os.getcwd()
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        os.chdir(here)
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                del sys.modules[name]
        if "jax" in sys.modules:
            sys.modules["jax"].config.update("jax_enable_x64", False)


def main() -> None:
    """Write the outputs that documents show anew."""
    for name in sys.argv[1:]:
        path = Path(name)
        with tempfile.TemporaryDirectory() as folder:
            text = path.read_text()
            for m in _BLOCK.finditer(text):
                happened = run(_block(m), Path(folder)).rstrip() + "\n"
                text = text.replace(f"```{m['language']}\n{m['text']}```", f"```{m['language']}\n{happened}```", 1)
            path.write_text(text)


if __name__ == "__main__":
    main()
