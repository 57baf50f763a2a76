"""The size of functions as trees, and the statements in them that nothing needs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Statements, and nodes of any kind that `ast.walk` meets."""

    statements: int
    nodes: int


def functions(text: str, names: Iterable[str]) -> list[ast.FunctionDef]:
    """The functions of these names in a module's text, without their docstrings."""
    wanted = set(names)
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name in wanted]
    for f in found:
        if ast.get_docstring(f) is not None:
            del f.body[0]
    return found


def size(found: Iterable[ast.FunctionDef]) -> Size:
    """The size of functions together; comments, imports and docstrings do not count."""
    nodes = [node for f in found for node in ast.walk(f)]
    return Size(sum(isinstance(node, ast.stmt) for node in nodes), len(nodes))


def dead_names(f: ast.FunctionDef) -> list[tuple[int, str]]:
    """Line and name of each binding whose value no later statement reads."""
    analysis = _Liveness()
    analysis.block(f.body, frozenset())
    return sorted(set(analysis.dead))


class _Liveness:
    """Walks statements backwards with the set of names that are read later."""

    def __init__(self) -> None:
        self.dead: list[tuple[int, str]] = []

    def block(self, body: list[ast.stmt], live: frozenset[str]) -> frozenset[str]:
        for s in reversed(body):
            live = self.statement(s, live)
        return live

    def statement(self, s: ast.stmt, live: frozenset[str]) -> frozenset[str]:
        match s:
            case ast.Return():
                return frozenset(_loads(s))
            case ast.Assign():
                bound = [n for t in s.targets for n in _stores(t)]
                unread = [n for n in bound if n not in live]
                self.dead += [(s.lineno, n) for n in unread if n != "_"]
                return live if bound and unread == bound else live.difference(bound) | set(_loads(s))
            case ast.AugAssign(target=ast.Name(id=name)):
                if name in live:
                    return live | set(_loads(s.value))
                self.dead.append((s.lineno, name))
                return live
            case ast.If():
                return self.block(s.body, live) | self.block(s.orelse, live) | set(_loads(s.test))
            case ast.For() | ast.While():
                return self.loop(s, live)
            case ast.FunctionDef():
                inner = self.block(s.body, frozenset())
                if s.name not in live:
                    self.dead.append((s.lineno, s.name))
                return (live - {s.name}) | (inner - {a.arg for a in s.args.args})
        return live | set(_loads(s))

    def loop(self, s: ast.For | ast.While, live: frozenset[str]) -> frozenset[str]:
        head = s.iter if isinstance(s, ast.For) else s.test
        targets = set(_stores(s.target)) if isinstance(s, ast.For) else set()
        around = live | set(_loads(head))
        quiet = _Liveness()
        while True:
            more = around | (quiet.block(s.body, around) - targets)
            if more == around:
                break
            around = more
        self.block(s.body, around)
        return around


def _loads(node: ast.AST) -> Iterator[str]:
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load):
            yield n.id


def _stores(node: ast.AST) -> Iterator[str]:
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            yield n.id
