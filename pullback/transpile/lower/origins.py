"""The user's text: what a statement says, on one line."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

import gast

from pullback.transpile.core import Origin


@lru_cache(maxsize=32)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def statement_text(text: str, s: Any) -> str:
    """The text of a statement on one line; of one with a body, its header.

    Text as it stands in the file where it is on one line there, printed anew otherwise.
    """
    match s:
        case gast.If(test=last) | gast.While(test=last) | gast.For(iter=last):
            colon = ":"
        case gast.With(items=[*_, item]):
            last, colon = item.optional_vars or item.context_expr, ":"
        case gast.Try() | gast.Match():
            return type(s).__name__.lower() + ":"
        case _:
            last, colon = s, ""
    if last.end_lineno == s.lineno and (lines := _lines(text)) and s.lineno <= len(lines):
        return _cut(lines[s.lineno - 1], s.col_offset, last.end_col_offset) + colon
    return _printed(s)


def _cut(line: str, start: int, end: int) -> str:
    return line[start:end] if line.isascii() else line.encode()[start:end].decode(errors="replace")


def _printed(s: Any) -> str:
    match s:
        case gast.If(test=test):
            return f"if {unparse(test)}:"
        case gast.While(test=test):
            return f"while {unparse(test)}:"
        case gast.For(target=target, iter=it):
            return f"for {unparse(target)} in {unparse(it)}:"
        case gast.With(items=items):
            return f"with {', '.join(map(unparse, items))}:"
    return " ".join(unparse(s).split("\n"))


def unparse(node: Any) -> str:
    """The text of a node, printed anew."""
    return ast.unparse(gast.gast_to_ast(node))


def origin_of(file: str, node: Any, text: str) -> Origin:
    """The place of a node in a statement that says `text`."""
    return Origin(file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text)
