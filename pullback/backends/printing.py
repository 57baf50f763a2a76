"""gast to text, by astor: comments and blank lines before statements, lines that fit, and a check of the result."""

from __future__ import annotations

import ast
import functools
import importlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import gast

from .width import LINE
from .wrapping import wrapped


@dataclass(frozen=True)
class Layout:
    """What the tree does not say: comment lines and a blank line before statements of gast, by node."""

    comments: Mapping[Any, str] = field(default_factory=dict)
    blanks: frozenset[Any] = frozenset()


class PrintingError(AssertionError):
    """The printer changed the program."""


@functools.cache
def _astor() -> ModuleType:
    """astor, which looks at names of `ast` that newer Pythons warn about, or lack."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("astor.code_gen")


@functools.cache
def _generator() -> type[Any]:
    """The subclass of astor's generator that prints our trees."""
    base: Any = _astor().SourceGenerator
    set_precedence = _astor().set_precedence
    comma = _astor().Precedence.Comma

    class Generator(base):  # type: ignore[misc]
        """astor's generator with notes before statements, and `ast.unparse` for what astor does not know."""

        def __init__(self, before: Mapping[ast.AST, tuple[str, bool]]) -> None:
            super().__init__(" " * 4)
            self.before = before

        def visit(self, node: Any) -> None:
            if isinstance(node, ast.stmt):
                self._announce(node)
            super().visit(node)

        def _announce(self, node: ast.stmt) -> None:
            comment, blank = self.before.get(node, ("", False))
            if blank:
                self.newline(extra=1)
            if comment:
                self.newline()
                self.write(_shortened("# " + comment, LINE - 4 * self.indentation))

        def visit_Constant(self, node: ast.Constant) -> None:
            if type(node.value) not in (int, float, complex, str, bytes, bool, type(None), type(...)):
                raise PrintingError(f"no literal: {node.value!r}")
            if isinstance(node.value, str):
                self.write(_quoted(node.value))
            else:
                super().visit_Constant(node)

        def visit_Call(self, node: ast.Call) -> None:
            set_precedence(comma, *node.args, *(k.value for k in node.keywords))
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
                set_precedence(comma, *node.elts)
                self.write("(", node.elts[0], ",)")
            else:
                super().visit_Tuple(node)

        def visit_Expr(self, node: ast.Expr) -> None:
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                self.newline()
                self.write(_docstring(node.value.value, 4 * self.indentation))
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

    return Generator


def _quoted(text: str) -> str:
    r = repr(text)
    return f'"{r[1:-1]}"' if r[0] == "'" and '"' not in text and "\\'" not in r else r


def _docstring(text: str, indent: int) -> str:
    plain = text.isprintable() and not text.endswith('"') and '"""' not in text and "\\" not in text
    return f'"""{text}"""' if plain else _quoted(text)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 4].rstrip() + " ..."


def statements(tree: Any) -> Iterator[Any]:
    """The statements of a tree of gast or `ast`, in text order."""
    for block in ("body", "orelse", "finalbody"):
        for node in getattr(tree, block, ()) if isinstance(getattr(tree, block, ()), list) else ():
            yield node
            yield from statements(node)


def to_text(tree: Any, layout: Layout | None = None) -> str:
    """The text of a module of gast. Raises PrintingError when the text does not parse to the same tree."""
    return printed(tree, layout or Layout())[0]


def printed(tree: Any, layout: Layout) -> tuple[str, ast.Module]:
    """The text of a module of gast, and the tree that the text parses to."""
    plain = gast.gast_to_ast(tree)
    before = {
        node: (layout.comments.get(g, ""), g in layout.blanks)
        for g, node in zip(statements(tree), statements(plain), strict=True)
    }
    generator = _generator()(before)
    generator.visit(plain)
    lines = _tidy("".join(generator.result))
    for choice in ([x for line in lines for x in wrapped(line)], lines):
        text = "\n".join(choice) + "\n"
        found = ast.parse(text)
        if same_tree(found, plain):
            return text, found
    evidence = f"{text}\n{_difference(ast.dump(plain), ast.dump(found))}"
    raise PrintingError(f"internal error, please report: the printer changed the program\n{evidence}")


def same_tree(a: object, b: object) -> bool:
    """Are two trees of `ast` the same but for their places, as `ast.dump` tells it?"""
    if type(a) is not type(b):
        return False
    if isinstance(a, ast.AST):
        return all(same_tree(getattr(a, f, None), getattr(b, f, None)) for f in _FIELDS[type(a)])
    if isinstance(a, list):
        assert isinstance(b, list)
        return len(a) == len(b) and all(map(same_tree, a, b))
    return a == b and repr(a) == repr(b) if isinstance(a, float | complex) else a == b


class _Fields(dict[type[Any], tuple[str, ...]]):
    """The fields of nodes by type; whether a name is read or bound shows in where it stands."""

    def __missing__(self, kind: type[Any]) -> tuple[str, ...]:
        self[kind] = tuple(f for f in kind._fields if f != "ctx") if issubclass(kind, ast.AST) else ()
        return self[kind]


_FIELDS = _Fields()


def _difference(wanted: str, found: str) -> str:
    k = next((k for k, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b), min(len(wanted), len(found)))
    return f"wanted {wanted[max(k - 40, 0) : k + 80]}\nfound  {found[max(k - 40, 0) : k + 80]}"


def _tidy(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    return [line for k, line in enumerate(lines) if line or not (k and lines[k - 1].endswith(":"))]
