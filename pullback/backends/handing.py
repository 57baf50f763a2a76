"""How a function of the user's that writes into its parameters hands them back: it returns the rest of its result.

Before::

    a2 = set_item(a, i, v); return value, a2

After::

    a[i] = v; return value

A parameter whose last version is elsewhere is given it at the end: `a[...] = a2`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from .facts import type_of
from .script import Apply, Assign, Body, Branch, Expr, Procedure, Return, Statement, Write


def returning_first(s: Return) -> tuple[Return, tuple[Expr, ...]]:
    """A `return` of the first part of a tuple alone, and the other parts."""
    assert isinstance(s.value, Apply)
    first, *arrays = s.value.args
    return replace(s, value=first), tuple(arrays)


def handed_back(procedure: Procedure, away: Collection[Var]) -> Procedure:
    """The procedure with a tuple in each `return`, and before it what gives the parameters `away` their values."""
    if not procedure.mutated:
        return procedure
    return replace(procedure, body=_returns(procedure.body, lambda s: _prepared(s, procedure.mutated, away)))


def _returns(body: Body, change: Callable[[Return], list[Statement]]) -> Body:
    out: list[Statement] = []
    for s in body.statements:
        match s:
            case Return():
                out += change(s)
            case Branch():
                out.append(replace(s, then=_returns(s.then, change), orelse=_returns(s.orelse, change)))
            case _:
                out.append(s)
    return Body(tuple(out), body.results)


def _prepared(s: Return, mutated: tuple[Var, ...], away: Collection[Var]) -> list[Statement]:
    out: list[Statement] = []
    parts = _parts(s, 1 + len(mutated), out)
    if away:
        parts = [_bound(x, s, out) for x in parts]
    for k, p in enumerate(mutated, 1):
        if p in away:
            new = Var(p.hint, p.type)
            out.append(Write(new, p, p, (Lit(...),), parts[k], None, False, s.origin))
            parts[k] = new
    return [*out, Return(Apply(prims.make_tuple, tuple(parts)), s.origin)]


def _parts(s: Return, n: int, before: list[Statement]) -> list[Expr]:
    """The parts of what is returned; what is no tuple yet is bound first."""
    if isinstance(s.value, Apply) and s.value.op is prims.make_tuple:
        return list(s.value.args)
    whole = s.value if isinstance(s.value, Var) else Var("", type_of(s.value))
    if whole is not s.value:
        before.append(Assign(whole, s.value, s.origin))
    return [_item(whole, k) for k in range(n)]


def _item(whole: Var, k: int) -> Apply:
    items = getattr(whole.type, "items", ())
    return Apply(prims.item, (whole, Lit(k)), (), Var("", items[k]) if items else None)


def _bound(e: Expr, s: Return, before: list[Statement]) -> Expr:
    """A value under a name of its own, which may become a copy."""
    if isinstance(e, Lit):
        return e
    out = Var("", type_of(e))
    before.append(Assign(out, e, s.origin))
    return out
