"""What stands in a text beside its tree."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """What the tree does not say: comment lines and a blank line before statements, by node."""

    comments: Mapping[ast.AST, str] = field(default_factory=dict)
    blanks: frozenset[ast.AST] = frozenset()


class PrintingError(AssertionError):
    """The printer changed the program."""
