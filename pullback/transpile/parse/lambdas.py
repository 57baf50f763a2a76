"""The text of a lambda: several may stand on one line, so that its columns tell which one it is."""

from __future__ import annotations

import ast
import types
from typing import Any

import gast

from pullback import errors
from pullback.transpile.parse.sources import as_function, parse_text


def lambda_tree(text: str, file: str, code: types.CodeType) -> Any:
    """The `gast.FunctionDef` that the lambda with this code stands for. Raises SourceUnavailable if it is not clear."""
    line = code.co_firstlineno
    found = [n for n in ast.walk(parse_text(text, file)) if isinstance(n, ast.Lambda) and n.lineno == line]
    places = {p for p in code.co_positions() if p[2] is not None}
    if places:
        found = [n for n in found if _place(n.body) in places]
    if len(found) != 1:
        message = "it is not known which lambda on this line this is"
        raise errors.SourceUnavailable(message, file=file, line=line, hint="Put each on a line of its own.")
    try:
        return as_function(gast.ast_to_gast(found[0]))
    except RecursionError:
        message, hint = "a lambda is nested too deeply", "Split it into several statements."
        raise errors.NotSupportedYet(message, file=file, line=line, hint=hint) from None


def _place(node: ast.expr) -> tuple[int | None, ...]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
