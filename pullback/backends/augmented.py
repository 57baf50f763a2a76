"""The user's own augmented assignments, told from the text of a statement: `x += 1`, `a[i, j] *= b`."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Callable
from typing import Any

from pullback.transpile.core import Origin

from .facts import BINARY

_BY_SIGN = {sign: op for op, sign in BINARY.items()}
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
_LIKELY = re.compile("[-+*/@%&|^<>]=")


def augmented(origin: Origin) -> Callable[..., Any] | None:
    """The operator of the user's augmented assignment; None for other statements and in backward code."""
    return None if origin.adjoint else _operator(origin.text)


@functools.cache
def _operator(text: str) -> Callable[..., Any] | None:
    if not _LIKELY.search(text):
        return None
    try:
        (statement,) = ast.parse(textwrap.dedent(text).strip()).body
    except (SyntaxError, ValueError):
        return None
    return _BY_SIGN[_SIGNS[type(statement.op)]] if isinstance(statement, ast.AugAssign) else None
