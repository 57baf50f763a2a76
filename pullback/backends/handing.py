"""How a function of the user's that writes into its parameters hands them back: it returns the rest of its result.

Before::

    a2 = set_item(a, i, v); return value, a2

After::

    a[i] = v; return value

A parameter whose last version is elsewhere is given it at the end: `a[...] = a2`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from .facts import MAKERS, is_array, type_of
from .script import Apply, Assign, Body, Branch, Expr, Procedure, Return, Statement, Write

Path = tuple[int | str, ...]


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
    whole = _bound(s.value, s, out) if not _is_tuple(s.value) else s.value
    parts = [_item(whole, k) for k in range(1 + len(mutated))]
    leaves = [(k, p, list(_paths(p.type, s))) for k, p in enumerate(mutated, 1)]
    leaves = [leaf for leaf in leaves if leaf[1] in away]
    if leaves:
        parts[0] = _bound(parts[0], s, out)
    values = [[_leaf(parts[k], path) for path in paths] for k, _, paths in leaves]
    if sum(map(len, values)) > 1:  # one of them may be what another one is written to
        values = [[_bound(x, s, out) for x in xs] for xs in values]
    for (k, p, paths), xs in zip(leaves, values, strict=True):
        for path, x in zip(paths, xs, strict=True):
            new = Var(p.hint, p.type)
            out.append(Write(new, p, _leaf(p, path), (Lit(...),), x, None, False, s.origin))
            p = new
        parts[k] = p
    return [*out, Return(Apply(prims.make_tuple, tuple(parts)), s.origin)]


def _is_tuple(e: Expr) -> bool:
    return isinstance(e, Apply) and e.op is prims.make_tuple


def _paths(t: ab.Type, s: Return) -> Iterator[Path]:
    """The ways to the arrays of a structure."""
    match t:
        case ab.Array():
            yield ()
        case ab.Seq(items=items):
            yield from ((k, *path) for k, u in enumerate(items) if is_array(u) for path in _paths(u, s))
        case ab.Mapping(items=entries):
            yield from ((k, *path) for k, u in entries if is_array(u) for path in _paths(u, s))
        case _:
            message = "a function that writes into arrays of a list cannot be written out yet"
            raise errors.at(errors.NotSupportedYet, s.origin, message, "leave it in its module, or pass the arrays")


def _leaf(e: Expr, path: Path) -> Expr:
    for key in path:
        e = _item(e, key)
    return e


def _item(e: Expr, key: int | str) -> Expr:
    """A part of a structure, directly where the structure is made."""
    if isinstance(e, Apply) and e.op in MAKERS:
        if e.op is not prims.make_dict:
            return e.args[int(key)]
        keys = e.args[0]
        assert isinstance(keys, tuple)
        return e.args[1 + keys.index(Lit(key))]
    t = type_of(e)
    entries = t.items if isinstance(t, ab.Mapping) else tuple(enumerate(t.items)) if isinstance(t, ab.Seq) else ()
    kinds: dict[int | str, ab.Type] = dict(entries)
    return Apply(prims.item, (e, Lit(key)), (), Var("", kinds.get(key, ab.UNKNOWN)))


def _bound(e: Expr, s: Return, before: list[Statement]) -> Expr:
    """A value under a name of its own, which may become a copy."""
    if isinstance(e, Lit):
        return e
    out = Var("", type_of(e))
    before.append(Assign(out, e, s.origin))
    return out
