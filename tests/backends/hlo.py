"""What XLA makes of a program, as text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

_CALLED = re.compile(r"(?:body|condition|calls|to_apply|branch_computations|true_computation|false_computation)=\{?([^,}]+(?:, ?%[^,}]+)*)")  # fmt: skip  # noqa: E501
_COPY = re.compile(r"= \w+\[([\d,]*)\]\S* copy\(")


def copies_in_loops(compiled: Any, elements: int) -> list[str]:
    """The lines in loop bodies, and in what they call, that copy an array of at least so many elements."""
    computations = _computations(compiled.as_text())
    inside: set[str] = set()
    queue = [
        name for lines in computations.values() for line in lines for name in re.findall(r"body=%([\w.\-]+)", line)
    ]
    while queue:
        name = queue.pop()
        if name not in inside:
            inside.add(name)
            queue += (c for line in computations[name] for c in _called(line))
    return [line for name in sorted(inside) for line in computations[name] if _copied(line) >= elements]


def _computations(text: str) -> dict[str, list[str]]:
    """The lines of each computation."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        head = re.match(r"(?:ENTRY )?%([\w.\-]+) \(", line)
        if head:
            lines = found[head[1]] = []
        elif line.startswith("  "):
            lines.append(line)
    return found


def _called(line: str) -> Iterator[str]:
    for names in _CALLED.findall(line):
        yield from re.findall(r"%([\w.\-]+)", names)


def _copied(line: str) -> int:
    """How many elements a line copies."""
    found = _COPY.search(line)
    return math.prod(map(int, filter(None, found[1].split(",")))) if found else 0
