"""What parsing hands on: functions as trees with the file's positions, and what the names in them stand for."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

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
    `is_context`: it is a generator under `@contextmanager`; `is_inner`: no module has it under its name;
    `captured`: the parameters that are variables of the functions around it; `again`: it is read under `@checkpoint`.
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
    is_inner: bool = False
    captured: tuple[str, ...] = ()
    again: bool = False

    def __repr__(self) -> str:
        return f"<source of {self.module}.{self.qualname}>"


Binding = Value | FunctionSource | ModuleBinding | Missing


STANDS_FOR = "__pullback_stands_for__"  # what a function means that stands for one of a file that is not run
LAMBDA = "anonymous"  # what a lambda is called where it needs a name
ABSENT = object()  # the value of a name that a module does not have


class Names(Protocol):
    """What a name stands for: in a module, or in a function around."""

    def get(self, name: str, default: object, /) -> object:
        """The object."""


@dataclass(frozen=True, eq=False)
class Enclosing:
    """A variable of a function around a live one; `module` is a name that no other variable called so has."""

    cell: types.CellType
    module: str

    def get(self, name: str, default: object, /) -> object:
        """What the variable holds, whatever it is called."""
        try:
            return self.cell.cell_contents
        except ValueError:
            return default


Lookup = tuple[Callable[[str, object], object], str, object]


def lookups(names: Names, name: str, value: object) -> list[Lookup]:
    """How to look again whether a name still stands for a value, as fast as can be."""
    made = getattr(names, "lookups", None)
    return [(names.get, name, value)] if made is None else made(name, value)


@dataclass(frozen=True)
class Read:
    """A name outside of a live function that it was found to read, and the object that it stood for then."""

    module: str
    name: str
    namespace: Names
    value: object


@dataclass(frozen=True)
class Reads:
    """All that was looked up from one function and from those that it calls."""

    names: dict[tuple[int, str], Read] = field(default_factory=dict)
    functions: dict[Hashable, FunctionSource] = field(default_factory=dict)
    cells: dict[int, Enclosing] = field(default_factory=dict)

    def enclosing(self, cell: types.CellType, function: str) -> Enclosing:
        """A variable of a function around, which is called `function`."""
        if id(cell) not in self.cells:
            used = sum(e.module.partition("#")[0] == function for e in self.cells.values())
            self.cells[id(cell)] = Enclosing(cell, f"{function}#{used}" if used else function)
        return self.cells[id(cell)]


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
        raise errors.TooDeep(
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
        raise errors.at(errors.TooDeep, place(file, node), message, hint, text) from None


def parameter_nodes(tree: Any) -> list[Any]:
    """The parameters of a function's tree as `inspect.signature` orders them."""
    a = tree.args
    starred = [[x] if x is not None else [] for x in (a.vararg, a.kwarg)]
    return [*a.posonlyargs, *a.args, *starred[0], *a.kwonlyargs, *starred[1]]


@lru_cache(maxsize=512)
def as_function(node: Any) -> Any:
    """The `gast.FunctionDef` that a `gast.Lambda` stands for."""
    body = gast.copy_location(gast.Return(node.body), node.body)
    out = gast.FunctionDef(LAMBDA, node.args, [body], [], None, None, [])
    return gast.copy_location(out, node)


@lru_cache(maxsize=512)
def inner_source(outer: FunctionSource, tree: Any) -> FunctionSource:
    """The function that is defined by `tree` in another one."""
    return FunctionSource(
        name=tree.name,
        qualname=f"{outer.qualname}.<locals>.{tree.name}",
        module=outer.module,
        file=outer.file,
        tree=tree,
        text=outer.text,
        resolve=outer.resolve,
        function=None,
        key=(outer.key, tree.lineno, tree.col_offset, tree.end_lineno, tree.end_col_offset),
        reads=outer.reads,
        is_inner=True,
    )
