"""What stands in a text beside its tree."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from pullback.transpile.core import Origin


@dataclass(frozen=True)
class Layout:
    """What the tree does not say: comment lines and a blank line before statements, by node."""

    comments: Mapping[ast.AST, str] = field(default_factory=dict)
    blanks: frozenset[ast.AST] = frozenset()


@dataclass
class Note:
    """What stands before a statement in the text, and where the statement comes from."""

    origin: Origin | None = None
    comment: str = ""
    blank: bool = False


_HEADERS = ("for ", "while ", "if ", "elif ", "else", "def ", "with ", "try", "@", "async ")


def commented(origin: Origin) -> str:
    """The comment over what differentiates this line; empty for the first line of a statement with a body."""
    text = " ".join(origin.text.split())
    is_header = text.startswith(_HEADERS) or text.startswith(("match ", "case ")) and text.endswith(":")
    return "" if is_header or not origin.adjoint else text


class PrintingError(AssertionError):
    """The printer changed the program."""
