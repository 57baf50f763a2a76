"""Which names a statement binds, and which branch of a module-level `if` is taken."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def truth(test: ast.expr) -> bool | str | None:
    """What is known of a module-level condition: true, false, true for type checkers only (`typing`), or nothing."""
    match test:
        case ast.Constant(value):
            return bool(value)
        case ast.Name("TYPE_CHECKING") | ast.Attribute(ast.Name(), "TYPE_CHECKING"):
            return "typing"
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return False
    return None


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind in their own scope."""
    found: set[str] = set()
    pending = [*nodes]
    while pending:
        node = pending.pop()
        match node:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                found.add(name)
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                continue
            case ast.Name(name, ast.Store() | ast.Del()):
                found.add(name)
            case ast.alias(name, asname):
                found.add(asname or name.partition(".")[0])
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
                found.add(name)
            case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
                found.add(name)
        pending += ast.iter_child_nodes(node)
    return found


def walrus_names(s: ast.stmt) -> Iterator[str]:
    """The names that expressions at the top level bind by `:=`."""
    if not isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for node in ast.walk(s):
            if isinstance(node, ast.NamedExpr):
                yield node.target.id


def keyword(s: ast.stmt) -> str:
    """What a statement is called in a message."""
    words = {ast.AugAssign: "assignment", ast.Delete: "del", ast.For: "for", ast.While: "while", ast.With: "with"}
    return words.get(type(s), type(s).__name__.lower())
