"""astor's generator, with comments, and with what astor does not print well. Imported where something is printed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from typing import Any, cast

from .layout import Layout, PrintingError
from .width import LINE

with warnings.catch_warnings():  # astor looks at names of `ast` that newer Pythons warn about, or lack
    warnings.simplefilter("ignore", DeprecationWarning)
    from astor.code_gen import Precedence, SourceGenerator, set_precedence


Visitor = Callable[[Any], None]

_SHORTEST = 40  # characters of a comment, where lines are indented so far that there is no room for any


class Generator(SourceGenerator):  # type: ignore[misc]
    """astor's generator with notes before statements, and `ast.unparse` for what astor does not know."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(" " * 4)
        self.layout = layout
        self.visitors: dict[type[Any], Visitor] = {}

    def visit(self, node: Any) -> None:
        if isinstance(node, ast.stmt):
            self._announce(node)
        kind = type(node)
        if kind not in self.visitors:
            self.visitors[kind] = cast(Visitor, getattr(self, f"visit_{kind.__name__}", super().visit))
        self.visitors[kind](node)

    def _announce(self, node: ast.stmt) -> None:
        if node in self.layout.blanks:
            self.newline(extra=1)
        comment = self.layout.comments.get(node)
        if comment:
            self.newline()
            self.write(_shortened("# " + comment, max(LINE - 4 * self.indentation, _SHORTEST)))

    def visit_Constant(self, node: ast.Constant) -> None:
        if type(node.value) not in (int, float, complex, str, bytes, bool, type(None), type(...)):
            raise PrintingError(f"no literal: {node.value!r}")
        if isinstance(node.value, str):
            self.write(_quoted(node.value))
        else:
            super().visit_Constant(node)

    def visit_Call(self, node: ast.Call) -> None:
        set_precedence(Precedence.Comma, *node.args, *(k.value for k in node.keywords))
        self.write(node.func, "(")
        for k, x in enumerate((*node.args, *node.keywords)):
            self.write(", " if k else "")
            if isinstance(x, ast.keyword):
                self.write(f"{x.arg}=" if x.arg else "**", x.value)
            else:
                self.write(x)
        self.write(")")

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if len(node.elts) == 1:
            set_precedence(Precedence.Comma, *node.elts)
            self.write("(", node.elts[0], ",)")
        else:
            super().visit_Tuple(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            self.newline()
            self.write(_docstring(node.value.value))
        else:
            super().visit_Expr(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        super().visit_FunctionDef(node, False)
        if self.indentation:
            self.newline(extra=1)

    def _unparsed(self, node: ast.AST) -> None:
        for k, line in enumerate(ast.unparse(ast.fix_missing_locations(node)).split("\n")):
            if k or isinstance(node, ast.stmt):
                self.newline()
            self.write(line)

    visit_JoinedStr = visit_TemplateStr = visit_Match = visit_TryStar = visit_TypeAlias = _unparsed


def _quoted(text: str) -> str:
    r = repr(text)
    return f'"{r[1:-1]}"' if r[0] == "'" and '"' not in text and "\\'" not in r else r


def _docstring(text: str) -> str:
    plain = text.isprintable() and not text.endswith('"') and '"""' not in text and "\\" not in text
    return f'"""{text}"""' if plain else _quoted(text)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 4].rstrip() + " ..."
