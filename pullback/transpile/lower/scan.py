"""What can be read off a function's tree at once: the names that it binds, and all that occur in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gast

from pullback.transpile.parse.sources import FunctionSource

_OWN_NAMES = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.Lambda)
_INNER = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)
PATTERNS = (gast.MatchAs, gast.MatchStar, gast.MatchMapping)
_LEAVES = (gast.expr_context, gast.operator, gast.unaryop, gast.cmpop, gast.boolop, gast.Constant)


class _Walked(dict[type, bool]):
    """Is this a kind of node that may have names in it?"""

    def __missing__(self, kind: type) -> bool:
        self[kind] = issubclass(kind, gast.AST) and not issubclass(kind, _LEAVES)
        return self[kind]


_WALKED = _Walked()


@dataclass(frozen=True)
class Names:
    """`local`: the names that a function binds; `every`: all in it; `declared`: its `global` and `nonlocal`."""

    local: frozenset[str]
    every: frozenset[str]
    declared: tuple[Any, ...]


@lru_cache(maxsize=512)
def names_of(source: FunctionSource) -> Names:
    """The names in a function."""
    local: dict[str, None] = {}
    every = {source.name}
    outside: list[Any] = []
    a = source.tree.args
    for p in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))):
        local[p.id] = None
        every.add(p.id)
    for node, binds in _walk([*source.tree.body, *a.defaults, *filter(None, a.kw_defaults)], True):
        if isinstance(node, gast.Name):
            every.add(node.id)
            if binds and not isinstance(node.ctx, gast.Load):
                local[node.id] = None
        elif isinstance(node, _INNER):
            every.add(node.name)
            if binds:
                local[node.name] = None
        elif isinstance(node, PATTERNS):
            bound = dict.fromkeys(captured(node))
            every.update(bound)
            local.update(bound)
        elif isinstance(node, gast.Global | gast.Nonlocal) and binds:
            outside.append(node)
    others = {name for node in outside for name in node.names}
    return Names(frozenset(local) - others, frozenset(every), tuple(outside))


def bound_names(nodes: Iterable[Any]) -> dict[str, bool]:
    """The names that statements or targets bind, in order, and whether `op=` is not all that does so."""
    out: dict[str, bool] = {}
    updated: set[int] = set()
    for node, binds in _walk(nodes, True):
        if isinstance(node, gast.AugAssign):
            updated.add(id(node.target))
        if binds and isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            out[node.id] = out.get(node.id, False) or id(node) not in updated
        elif binds and isinstance(node, _INNER):
            out[node.name] = True
        elif isinstance(node, PATTERNS):
            out.update(dict.fromkeys(captured(node), True))
    return out


def captured(pattern: Any) -> Iterator[str]:
    """The name that a pattern itself binds, if it binds one."""
    name = pattern.rest if isinstance(pattern, gast.MatchMapping) else pattern.name
    if name is not None:
        yield name


def _walk(nodes: Iterable[Any], binds: bool) -> Iterator[tuple[Any, bool]]:
    """Every node, and whether a name bound there belongs to the function itself; not recursive, for deep trees."""
    stack = [(n, binds) for n in reversed(list(nodes))]
    while stack:
        node, binds = stack.pop()
        yield node, binds
        if type(node) is gast.Name and node.annotation is None:
            continue
        inside = binds and not isinstance(node, _OWN_NAMES) and not isinstance(node, _INNER)
        for field in reversed(node._fields):
            value = getattr(node, field, None)
            if _WALKED[type(value)]:
                stack.append((value, inside))
            elif type(value) is list:
                stack += [(x, inside) for x in reversed(value) if _WALKED[type(x)]]
