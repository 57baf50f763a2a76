"""Lines that are too long, broken inside their brackets."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from .width import LINE

_MARKS = re.compile(r"""[ ,()\[\]{}]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
"""Spaces, commas, brackets, and whole strings."""


def wrapped(line: str, width: int = LINE, inside: bool = False) -> list[str]:
    """A line as several if it is too long; `inside`: brackets around it allow a break anywhere."""
    if len(line) <= width or line.lstrip().startswith(("#", '"""')):
        return [line]
    indent = len(line) - len(line.lstrip())
    if inside and (pieces := _terms(line.strip())):
        return [x for p in pieces for x in wrapped(" " * indent + p, width)]
    for start, end in _brackets(line):
        head, inner, tail = line[: start + 1], line[start + 1 : end], line[end:]
        if not inner.strip() or len(head) > width:
            continue
        deeper = " " * (indent + 4)
        rest = wrapped(" " * indent + tail, width)
        if len(deeper) + len(inner) <= width:
            return [head, deeper + inner.rstrip(), *rest]
        clauses = _clauses(inner)
        if len(clauses) > 1:
            return [head, *(x for c in clauses for x in wrapped(deeper + c, width, inside=True)), *rest]
        parts = _parts(inner)
        if len(parts) > 1:
            items = [x for p in parts for x in wrapped(deeper + p + ",", width, inside=True)]
            if _is_subscript(line, start) and not inner.rstrip().endswith(","):
                items[-1] = items[-1].removesuffix(",")
            return [head, *items, *rest]
    return _in_parentheses(line, width)


def _is_subscript(line: str, start: int) -> bool:
    return line[start] == "[" and start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_)]")


def _in_parentheses(line: str, width: int) -> list[str]:
    """`a = b + c` as `a = (`, a line for each term, and `)`."""
    body = line.lstrip()
    indent = " " * (len(line) - len(body))
    cut = [(0, "return ")] if body.startswith("return ") else _top(body, (" = ", " += ", " -= "))
    if not cut:
        return [line]
    at = cut[0][0] + len(cut[0][1])
    head, rest = body[:at], body[at:]
    pieces = [f"{p}," for p in _parts(rest)] if _parts(rest)[1:] else _terms(rest)
    if not pieces:
        return [line]
    inner = (x for p in pieces for x in wrapped(f"{indent}    {p}", width, inside=True))
    return [f"{indent}{head}(", *inner, f"{indent})"]


def _terms(text: str) -> list[str]:
    """An expression cut before its loosest operators; nothing if there are none."""
    for signs in ((" if ", " else "), (" and ", " or "), (" + ", " - "), (" * ", " / ", " @ ")):
        found = _top(text, signs)
        if found:
            cuts = [0, *(k for k, _ in found), len(text)]
            return [text[a:b].strip() for a, b in itertools.pairwise(cuts)]
    return []


def _clauses(text: str) -> list[str]:
    """A comprehension cut before each `for`, whose targets may have commas between them."""
    edges = [0, *(k for k, _ in _top(text, (" for ",))), len(text)]
    return [text[a:b].strip() for a, b in itertools.pairwise(edges)]


def _scan(text: str) -> Iterator[tuple[int, str, int]]:
    """Spaces, commas and brackets outside strings and after the indentation, with the depth of brackets around them."""
    depth = 0
    for found in _MARKS.finditer(text, len(text) - len(text.lstrip())):
        c = found[0]
        if c in ")]}":
            depth -= 1
        if len(c) == 1:
            yield found.start(), c, depth
        if c in "([{":
            depth += 1


def _brackets(line: str) -> list[tuple[int, int]]:
    """Outermost brackets, the last first."""
    opened, out = 0, []
    for k, c, depth in _scan(line):
        if depth == 0 and c in "([{":
            opened = k
        elif depth == 0 and c in ")]}":
            out.append((opened, k))
    return out[::-1]


def _parts(text: str) -> list[str]:
    cuts = [k for k, c, depth in _scan(text) if c == "," and depth == 0]
    edges = [-1, *cuts, len(text)]
    return [part for a, b in itertools.pairwise(edges) if (part := text[a + 1 : b].strip())]


def _top(text: str, signs: Sequence[str]) -> list[tuple[int, str]]:
    out = []
    for k, c, depth in _scan(text):
        if c == " " and depth == 0 or c == "," and depth == 0:
            out += [(k, sign) for sign in signs if text.startswith(sign, k)]
    return out
