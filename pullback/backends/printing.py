"""gast to text, by astor: comments and blank lines before statements, lines that fit, and a check that the text is the tree."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import gast

from .width import LINE


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
        import astor.code_gen

    return astor.code_gen


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


def to_ast(tree: Any) -> ast.Module:
    """A module of gast as one of `ast`. Raises PrintingError for a node that gast cannot translate."""
    out: ast.Module = gast.gast_to_ast(tree)
    for node in ast.walk(out):
        if any(x is None for _, x in ast.iter_fields(node) if isinstance(x, list) for x in x) and not isinstance(
            node, ast.arguments | ast.Dict
        ):
            raise PrintingError(f"lost in translation: {ast.dump(node)}")
    return out


def statements(tree: Any) -> Iterator[Any]:
    """The statements of a tree of gast or `ast`, in text order."""
    for block in ("body", "orelse", "finalbody"):
        for node in getattr(tree, block, ()) if isinstance(getattr(tree, block, ()), list) else ():
            yield node
            yield from statements(node)


def to_text(tree: Any, layout: Layout | None = None) -> str:
    """The text of a module of gast. Raises PrintingError when the text does not parse to the same tree."""
    layout = layout or Layout()
    plain = to_ast(tree)
    before = {
        node: (layout.comments.get(g, ""), g in layout.blanks)
        for g, node in zip(statements(tree), statements(plain), strict=True)
    }
    wanted = ast.dump(plain)
    generator = _generator()(before)
    generator.visit(plain)
    lines = _tidy("".join(generator.result))
    text = "\n".join(x for line in lines for x in wrapped(line)) + "\n"
    found = ast.dump(ast.parse(text))
    if found != wanted:
        text = "\n".join(lines) + "\n"
        found = ast.dump(ast.parse(text))
    if found != wanted:
        raise PrintingError(f"internal error, please report: the printer changed the program\n{text}\n{_difference(wanted, found)}")
    return text


def _difference(wanted: str, found: str) -> str:
    k = next((k for k, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b), min(len(wanted), len(found)))
    return f"wanted {wanted[max(k - 40, 0) : k + 80]}\nfound  {found[max(k - 40, 0) : k + 80]}"


def _tidy(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    return [line for k, line in enumerate(lines) if line or not (k and lines[k - 1].endswith(":"))]


# long lines


def wrapped(line: str, width: int = LINE) -> list[str]:
    """A line, broken inside its brackets if it is too long."""
    if len(line) <= width or line.lstrip().startswith(("#", '"""')):
        return [line]
    indent = len(line) - len(line.lstrip())
    for start, end in _brackets(line):
        head, inner, tail = line[: start + 1], line[start + 1 : end], line[end:]
        if not inner.strip() or len(head) > width:
            continue
        deeper = " " * (indent + 4)
        if len(deeper) + len(inner) <= width and not _is_for(inner):
            return [head, deeper + inner.rstrip(), *wrapped(" " * indent + tail, width)]
        parts = _parts(inner)
        if len(parts) > 1:
            items = [x for p in parts for x in wrapped(deeper + p + ",", width)]
            if _is_subscript(line, start) or inner.rstrip().endswith(","):
                items[-1] = items[-1].removesuffix(",") + ("," if inner.rstrip().endswith(",") else "")
            return [head, *items, *wrapped(" " * indent + tail, width)]
    return _after_operator(line, width)


def _is_for(inner: str) -> bool:
    return " for " in inner and not _parts(inner)[1:]


def _is_subscript(line: str, start: int) -> bool:
    return line[start] == "[" and start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_)]")


def _after_operator(line: str, width: int) -> list[str]:
    """`a = b + c` as `a = (` and a line for each term."""
    body = line.lstrip()
    indent = " " * (len(line) - len(body))
    for keyword in ("return ",):
        if body.startswith(keyword):
            head, rest = keyword, body[len(keyword) :]
            break
    else:
        cut = _top(body, (" = ", " += ", " -= "))
        if not cut:
            return [line]
        k, sign = cut[0]
        head, rest = body[: k + len(sign)], body[k + len(sign) :]
    if not _top(rest, (" + ", " - ", " * ", " / ", " @ ", ", ", " if ", " and ", " or ")):
        return [line]
    if _parts(rest)[1:]:
        items = [x for p in _parts(rest) for x in wrapped(f"{indent}    {p},", width)]
        return [f"{indent}{head}(", *items, f"{indent})"]
    terms = _top(rest, (" + ", " - ")) or _top(rest, (" * ", " / ", " @ ", " if ", " else ", " and ", " or "))
    cuts = [0, *(k for k, _ in terms), len(rest)]
    pieces = [rest[a:b].strip() for a, b in zip(cuts, cuts[1:], strict=False)]
    return [f"{indent}{head}(", *(x for p in pieces for x in wrapped(f"{indent}    {p}", width)), f"{indent})"]


def _scan(text: str) -> Iterator[tuple[int, str, int]]:
    """The characters outside strings, with the depth of brackets around them."""
    depth, quote, k = 0, "", 0
    while k < len(text):
        c = text[k]
        if quote:
            if c == "\\":
                k += 1
            elif c == quote:
                quote = ""
        elif c in "\"'":
            quote = c
        else:
            if c in ")]}":
                depth -= 1
            yield k, c, depth
            if c in "([{":
                depth += 1
        k += 1


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
    return [part for a, b in zip(edges, edges[1:], strict=False) if (part := text[a + 1 : b].strip())]


def _top(text: str, signs: Sequence[str]) -> list[tuple[int, str]]:
    out = []
    for k, c, depth in _scan(text):
        if c == " " and depth == 0 or c == "," and depth == 0:
            out += [(k, sign) for sign in signs if text.startswith(sign, k)]
    return out


