"""Trees to text, by astor: comments and blank lines before statements, lines that fit, and a check of the result."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from .layout import Layout, PrintingError
from .wrapping import wrapped


def statements(tree: Any) -> Iterator[Any]:
    """The statements of a tree, in text order."""
    for block in ("body", "handlers", "orelse", "finalbody"):
        for node in getattr(tree, block, ()):
            yield node
            if hasattr(node, "body"):
                yield from statements(node)


def to_text(tree: ast.Module, layout: Layout | None = None) -> str:
    """The text of a module. Raises PrintingError when the text does not parse to the same tree."""
    return printed(tree, layout or Layout())[0]


def printed(tree: ast.Module, layout: Layout) -> tuple[str, ast.Module]:
    """The text of a module, and the tree that the text parses to. No node of the tree may stand in it twice.

    Raises SyntaxError where the text is nested more deeply than Python allows.
    """
    from .generator import Generator

    generator = Generator(layout)
    generator.visit(tree)
    lines = _tidy("".join(generator.result))
    for choice in ([x for line in lines for x in wrapped(line)], lines):
        text = "\n".join(choice) + "\n"
        found = ast.parse(text)
        if same_tree(found, tree):
            return text, found
    evidence = f"{text}\n{_difference(ast.dump(tree), ast.dump(found))}"
    raise PrintingError(f"internal error, please report: the printer changed the program\n{evidence}")


def same_tree(a: object, b: object) -> bool:
    """Are two trees the same but for their places, as `ast.dump` tells it?"""
    pairs: list[tuple[Any, Any]] = [(a, b)]
    while pairs:
        x, y = pairs.pop()
        if x is y:
            continue
        kind = type(x)
        if kind is not type(y):
            return False
        if kind is list:
            if len(x) != len(y):
                return False
            pairs += zip(x, y, strict=True)
        elif (parts := _PARTS[kind]) is not None:
            for p, q in zip(parts(x), parts(y), strict=True):
                if p is not q and not (type(p) is type(q) is str and p == q):
                    pairs.append((p, q))
        elif x != y or (kind in (float, complex) and repr(x) != repr(y)):
            return False
    return True


class _Parts(dict[type[Any], Callable[[Any], Any] | None]):
    """What gives the fields of nodes, by type; whether a name is read or bound shows in where it stands."""

    def __missing__(self, kind: type[Any]) -> Callable[[Any], Any] | None:
        is_node = issubclass(kind, ast.AST)
        fields = [f for f in kind._fields if f != "ctx"] if is_node else []
        self[kind] = attrgetter("_fields", *fields) if is_node else None  # of one attribute it would give no tuple
        return self[kind]


_PARTS = _Parts()


def _difference(wanted: str, found: str) -> str:
    k = next((k for k, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b), min(len(wanted), len(found)))
    return f"wanted {wanted[max(k - 40, 0) : k + 80]}\nfound  {found[max(k - 40, 0) : k + 80]}"


def _tidy(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    return [line for k, line in enumerate(lines) if line or not (k and lines[k - 1].endswith(":"))]
