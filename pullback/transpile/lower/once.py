"""Generators that have a name and are used once: they stand where they are used, and what they run over keeps its name.

    g = (f(v) for v in zip(a, b))             .g = a; .g1 = b
    a = other                          ->     a = other
    return sum(g)                             return sum(f(v) for v in zip(.g, .g1))

What a generator runs over is looked up where it is made, and all else where its items are read, as in Python.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import gast

from pullback.transpile.lower.scan import PATTERNS, captured, names_of
from pullback.transpile.parse.sources import FunctionSource, Value

_MAKERS = (enumerate, filter, map, range, zip)
_COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
_DEFINITIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)
_RUN_AGAIN = (gast.While, gast.Lambda, *_DEFINITIONS)


def read_in_place(source: FunctionSource, body: list[Any]) -> list[Any]:
    """The statements of a function, in which no generator has a name that is read once after it; `body` stays."""
    if not any(_is_candidate(source, s) for s in _statements(body)):
        return body
    body = copy.deepcopy(body)
    names = [n for s in body for n in gast.walk(s) if isinstance(n, gast.Name)]
    read = Counter(n.id for n in names if isinstance(n.ctx, gast.Load))
    others = Counter(n.id for n in names if not isinstance(n.ctx, gast.Load))
    once = {name for name in read if read[name] == others[name] == 1} - _otherwise_bound(source)
    _in_block(source, body, once)
    return body


def _otherwise_bound(source: FunctionSource) -> set[str]:
    """The names that a function binds by something else than an assignment, or that are not its own."""
    out = {n.id for n in gast.walk(source.tree.args) if isinstance(n, gast.Name)}
    out.update(*(d.names for d in names_of(source).declared))
    for n in gast.walk(source.tree):
        if isinstance(n, _DEFINITIONS):
            out.add(n.name)
        elif isinstance(n, PATTERNS):
            out.update(captured(n))
    return out


def _blocks(s: Any) -> Iterator[list[Any]]:
    for field in ("body", "orelse", "finalbody"):
        found = getattr(s, field, None)
        if isinstance(found, list) and not isinstance(s, _DEFINITIONS):
            yield found
    for part in (*getattr(s, "handlers", ()), *getattr(s, "cases", ())):
        yield part.body


def _statements(body: Sequence[Any]) -> Iterator[Any]:
    for s in body:
        yield s
        for block in _blocks(s):
            yield from _statements(block)


def _is_candidate(source: FunctionSource, s: Any) -> bool:
    match s:
        case gast.Assign(targets=[gast.Name()], value=value):
            return isinstance(value, gast.GeneratorExp) or _made_by(source, value)
    return False


def _made_by(source: FunctionSource, node: Any) -> bool:
    """Is this a call of `map`, `zip` or the like, with nothing but arguments by position?"""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Name) or node.keywords:
        return False
    name = node.func.id
    is_local = name in names_of(source).local or source.is_inner and source.function is None
    if is_local or any(isinstance(a, gast.Starred) for a in node.args):
        return False
    found = source.resolve(name) if any(name == m.__name__ for m in _MAKERS) else None
    return isinstance(found, Value) and any(found.obj is m for m in _MAKERS)


def _in_block(source: FunctionSource, block: list[Any], once: set[str]) -> None:
    k = 0
    while k < len(block):
        s = block[k]
        if _is_candidate(source, s) and s.targets[0].id in once:
            name = s.targets[0].id
            place = next((p for later in block[k + 1 :] for p in _reads(later, name)), None)
            if place is not None:
                bound: list[Any] = []
                _put(place, _apart(source, s, s.value, bound))
                block[k : k + 1] = bound
                k += len(bound)
                continue
        for inner in _blocks(s):
            _in_block(source, inner, once)
        k += 1


_Place = tuple[Any, str, int | None]  # a node, the field that the name stands in, and its place there


def _reads(node: Any, name: str) -> Iterator[_Place]:
    """Where a name is read in a node, if it is read there at most once each time that the node is run."""
    if isinstance(node, _RUN_AGAIN):
        return
    for field, value in gast.iter_fields(node):
        if isinstance(node, gast.For) and field == "body" or isinstance(node, gast.comprehension) and field != "iter":
            continue
        if isinstance(node, _COMPREHENSIONS):  # what the first loop is over is not run again
            value = value[:1] if field == "generators" else []
        items = value if isinstance(value, list) else [value]
        for k, x in enumerate(items):
            if isinstance(x, gast.Name) and x.id == name and isinstance(x.ctx, gast.Load):
                yield node, field, k if isinstance(value, list) else None
            elif isinstance(x, gast.AST):
                yield from _reads(x, name)


def _put(place: _Place, new: Any) -> None:
    node, field, k = place
    if k is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[k] = new


def _apart(source: FunctionSource, s: Any, node: Any, bound: list[Any]) -> Any:
    """A generator as it is made later of what it is made of; statements that give that a name go to `bound`."""
    if isinstance(node, gast.GeneratorExp):
        node.generators[0].iter = _apart(source, s, node.generators[0].iter, bound)
        return node
    if _made_by(source, node):
        node.args = [_apart(source, s, a, bound) for a in node.args]
        return node
    if isinstance(node, gast.Constant):
        return node
    name = f".{s.targets[0].id}{len(bound) or ''}"
    target = gast.copy_location(gast.Name(name, gast.Store(), None, None), node)
    bound.append(gast.copy_location(gast.Assign([target], node, None), s))
    return gast.copy_location(gast.Name(name, gast.Load(), None, None), node)
