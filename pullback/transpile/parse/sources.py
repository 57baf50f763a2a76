"""What parsing hands on: functions as trees with the file's positions, and what the names in them stand for."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import gast

from pullback import errors


@dataclass(frozen=True)
class Value:
    """A name that stands for an object: a library module or function, a number, an array, a class.

    `module` and `name` say where it can be imported from.
    """

    obj: object
    module: str = field(default="", compare=False)
    name: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False)
class ModuleBinding:
    """A name that stands for a module of the user's; `resolve_attr` says what a name in it stands for."""

    name: str
    resolve_attr: Callable[[str], Binding]


@dataclass(frozen=True)
class Missing:
    """A name that cannot be used, and why: `reason` is the rest of a sentence that begins with the name."""

    reason: str
    hint: str = ""
    error: type[errors.PullbackError] = errors.NotSupportedYet


@dataclass(frozen=True, eq=False, repr=False)
class FunctionSource:
    """A function as text: `tree` has the file's positions, `resolve` says what a global name in it stands for.

    Two sources with the same `key` are one function. `function` is the live one, None when it was read statically.
    `is_context`: it is a generator under `@contextmanager`; `again`: it is read under `@checkpoint`.
    """

    name: str
    qualname: str
    module: str
    file: str
    tree: Any
    text: str
    resolve: Callable[[str], Binding]
    function: types.FunctionType | None
    key: Hashable
    reads: Reads
    is_context: bool = False
    again: bool = False

    def __repr__(self) -> str:
        return f"<source of {self.module}.{self.qualname}>"


Binding = Value | FunctionSource | ModuleBinding | Missing


ABSENT = object()  # the value of a name that a module does not have


@dataclass(frozen=True)
class Read:
    """A module-level name that a live function was found to read, and the object that it stood for then."""

    module: str
    name: str
    namespace: dict[str, Any]
    value: object


@dataclass(frozen=True)
class Reads:
    """All that was looked up from one function and from those that it calls."""

    names: dict[tuple[int, str], Read] = field(default_factory=dict)
    functions: dict[Hashable, FunctionSource] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """The place of a node, for `errors.at`."""

    file: str
    line: int
    col: int
    end_line: int
    end_col: int


def place(file: str, node: Any) -> Place:
    """Where an `ast` or `gast` node stands."""
    return Place(file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The line of a definition that its code object carries: that of its first decorator, if it has one."""
    return node.decorator_list[0].lineno if node.decorator_list else node.lineno


@lru_cache(maxsize=32)
def parse_text(text: str, file: str) -> ast.Module:
    """The tree of a whole file; the same one for the same text, so that nobody may change it."""
    try:
        return ast.parse(text, file)
    except SyntaxError as e:
        lines = text.split("\n")
        line, col = e.lineno or 0, e.offset or 0
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        raise errors.SourceError(
            f"not valid Python: {e.msg}", file=file, line=line, col=col, end_col=e.end_offset or 0, source_line=source
        ) from None
    except (RecursionError, MemoryError):
        raise errors.NotSupportedYet(
            "an expression is nested too deeply", file=file, hint="Split it into several statements."
        ) from None
    except ValueError as e:
        raise errors.SourceError(f"not Python source: {e}", file=file) from None


@lru_cache(maxsize=32)
def _definitions_by_line(text: str, file: str) -> dict[tuple[str, int], ast.FunctionDef | ast.AsyncFunctionDef]:
    found = {}
    nodes: list[Any] = [parse_text(text, file)]
    for node in nodes:  # which grows: functions stand in blocks, never inside of expressions
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name, first_line(node)] = node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            nodes += getattr(node, block, ())
    return found


@lru_cache(maxsize=256)
def function_tree(text: str, file: str, name: str, line: int) -> Any:
    """The `gast.FunctionDef` of the function called `name` whose code begins on `line`."""
    node = _definitions_by_line(text, file)[name, line]
    if isinstance(node, ast.AsyncFunctionDef):
        raise errors.at(errors.NotSupportedYet, place(file, node), f"{name!r} is an async function", text=text)
    try:
        return gast.ast_to_gast(node)
    except RecursionError:
        hint = "Split it into several statements."
        message = f"an expression in {name!r} is nested too deeply"
        raise errors.at(errors.NotSupportedYet, place(file, node), message, hint, text) from None
