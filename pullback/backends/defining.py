"""Definitions of functions to trees of `ast`: the whole function with the parameters of the user, and those in it.

    Procedure((x, n = 2), body)          def f(x, n=2): …
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .control import without_none
from .layout import Note
from .script import Define
from .syntax import constant
from .traced_ops import is_traced

if TYPE_CHECKING:
    from .building import Builder


def define(b: Builder, s: Define) -> None:
    """Add a function inside the function."""
    span = b.live.span[s]
    given, _ = b.names.bind(s.out, span.end, b.skips, s.name)
    with b.names.region(span.start, span.end, b.skips):
        b.names.hide(span.start, span.end)
        outer, b.skips = b.skips, ()
        params = _apart([b.target(p, span.start + 1, s.origin).id for p in s.params])
        body = b.block(s.body)
        b.skips = outer
    b.names.set(s.out, given)
    note = Note(s.origin) if is_traced(s.name) else None  # what it differentiates is said inside
    b.put(_definition(given, _arguments(params), body), s.origin, note)


def whole_function(b: Builder, text_name: str) -> Any:
    """The function that a procedure is."""
    taken: set[str] = set()
    for p in b.procedure.params:
        base = p.var.hint or "x"
        n = base if base not in taken else b.names.fresh(base, p.var, 0, (), frozenset(taken))
        taken.add(n)
        b.names.set(p.var, n)
    arguments = _declared(b)
    doc = [ast.Expr(constant(b.procedure.doc))] if b.procedure.doc else []
    for node in doc:
        b.notes[node] = Note()
    body = b.block(b.procedure.body, backwards=False)
    if b.procedure.mutated:
        without_none(body)
    return _definition(text_name, arguments, [*doc, *body])


def _declared(b: Builder) -> Any:
    """The parameters as the user declared them."""
    args: defaultdict[str, list[Any]] = defaultdict(list)
    defaults, kw_defaults = [], []
    for p in b.procedure.params:
        args[p.kind].append(ast.arg(b.local(p.var)))
        if p.kind == "KEYWORD_ONLY":
            kw_defaults.append(None if p.default is None else _default(b, p.default))
        elif p.default is not None:
            defaults.append(_default(b, p.default))
    return ast.arguments(
        args["POSITIONAL_ONLY"],
        args["POSITIONAL_OR_KEYWORD"],
        next(iter(args["VAR_POSITIONAL"]), None),
        args["KEYWORD_ONLY"],
        kw_defaults,
        next(iter(args["VAR_KEYWORD"]), None),
        defaults,
    )


def _default(b: Builder, e: Any) -> Any:
    return b.write(e)


def _definition(name: str, arguments: Any, body: list[Any]) -> Any:
    node: Any = ast.FunctionDef(name, arguments, body, [])
    node.type_params = []  # which are missing, not empty, on Python 3.12
    return node


def _apart(names: list[str]) -> list[str]:
    """Names of parameters, of which those that nobody reads may be one, with an underscore more then."""
    out: list[str] = []
    for n in reversed(names):
        while n in out:
            n += "_"
        out.append(n)
    return out[::-1]


def _arguments(names: Iterable[str]) -> Any:
    return ast.arguments([], [ast.arg(n) for n in names], None, [], [], None, [])
