"""Scripts to scripts: in backward loops the value for the next round is computed after the last reading of the old one.

Before::

    dtotal_prev = dtotal; dtotal = dtotal_prev * x; dx += dtotal_prev * total

After::

    dx += dtotal * total; dtotal = dtotal * x
"""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile.core import Var

from .facts import WRITES
from .script import Append, Apply, Assign, Body, Branch, Define, ForLoop, Statement, WhileLoop, atoms, targets
from .sharing import accumulation


def renew_last(body: Body) -> Body:
    """The body with new values of loops computed last, where nothing else changes by that."""
    return Body(tuple(map(_statement, body.statements)), body.results)


def _statement(s: Statement) -> Statement:
    match s:
        case Branch():
            return replace(s, then=renew_last(s.then), orelse=renew_last(s.orelse))
        case Define():
            return replace(s, body=renew_last(s.body))
        case ForLoop() | WhileLoop():
            return replace(s, body=_loop_body(renew_last(s.body), s.carried))
    return s


def _loop_body(body: Body, carried: tuple[Var, ...]) -> Body:
    statements = list(body.statements)
    for p, r in zip(carried, body.results, strict=True):
        if isinstance(r, Var) and r is not p and r.hint == p.hint and not any(p in atoms(x) for x in body.results):
            _delay(statements, p, r)
    return Body(tuple(statements), body.results)


def _delay(statements: list[Statement], p: Var, r: Var) -> None:
    """Move the statement that binds `r` behind the last one that reads `p`."""
    k = next((k for k, s in enumerate(statements) if isinstance(s, Assign) and s.target is r), None)
    if k is None:
        return
    s = statements[k]
    assert isinstance(s, Assign)
    leaves = set(atoms(s.value))
    last = k
    for m, t in enumerate(statements[k + 1 :], k + 1):
        if not isinstance(t, Assign | Append) or not t.origin.adjoint or t.origin.text != s.origin.text:
            break
        if r in (read := set(atoms(t.value))) or isinstance(t, Assign) and _disturbs(t, leaves):
            break
        if p in read:
            last = m
    if last > k and s.origin.adjoint and not _is_write(s) and not _reads_later(statements[last + 1 :], p):
        statements.insert(last + 1, s)
        del statements[k]


def _is_write(s: Assign) -> bool:
    v = s.value
    return isinstance(v, Apply) and (v.op in WRITES or v.op is list.pop or accumulation(v, s.origin))


def _disturbs(t: Assign, leaves: set[Var]) -> bool:
    """Does a statement take away the array, or the name, of what is read?"""
    if _is_write(t) and isinstance(t.value, Apply) and leaves & set(atoms(t.value.args[0])):
        return True
    hints = {v.hint for v in leaves if v.hint}
    return any(v.hint in hints for v in targets(t.target))


def _reads_later(statements: list[Statement], p: Var) -> bool:
    return any(not isinstance(t, Assign | Append) or p in atoms(t.value) for t in statements)
