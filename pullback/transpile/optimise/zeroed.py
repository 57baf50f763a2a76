"""What is set to zero and added to is set to what is added."""

from __future__ import annotations

from dataclasses import replace

from pullback.transpile import prims
from pullback.transpile.core import Block, Def, For, If, Lit, Op, Stmt, Var, While
from pullback.transpile.storage import Sharing, of_index
from pullback.transpile.traversal import reads, substitute, variables


def write_once(b: Block) -> Block:
    """A block in which an element that is set to zero, and only added to until something is added to itself, is set.

    Before: `d[i] = 0.0; d[i - 1] += v; d[i] += v`. After: `d[i] = v; d[i - 1] += v`. Where the elements meet, what is
    added is only added in another order.
    """
    body = list(map(_inside, b.body))
    if not any(isinstance(s, Op) and _zeroes(s) for s in body):
        return b if body == list(b.body) else replace(b, body=tuple(body))
    users = _users(Block(b.params, tuple(body), b.results))
    position = {o: k for k, s in enumerate(body) for o in s.outs}
    m: dict[Var, Var] = {}
    moved: dict[int, list[Op]] = {}
    dropped: set[int] = set()
    for k, s in enumerate(body):
        if not isinstance(s, Op) or not _zeroes(s):
            continue
        found = _addition(s, body, users)
        if found is None:
            continue
        first, last = found
        value = body[last].args[2]  # type: ignore[union-attr]
        if isinstance(value, Var) and position.get(value, -1) >= first:
            continue
        moved.setdefault(first, []).append(replace(s, args=(*s.args[:2], value)))
        dropped |= {k, last}
        m[body[last].outs[0]] = body[last].args[0]  # type: ignore[union-attr, assignment]
    out: list[Stmt] = []
    for k, s in enumerate(body):
        out += moved.get(k, ())
        if k not in dropped:
            out.append(s)
    return _renamed(Block(b.params, tuple(out), b.results), m)


def _renamed(b: Block, m: dict[Var, Var]) -> Block:
    for v, w in list(m.items()):
        while w in m:
            w = m[w]
        m[v] = w
    return Block(b.params, substitute(b.body, m), substitute(b.results, m))


def _inside(s: Stmt) -> Stmt:
    match s:
        case If():
            then, orelse = write_once(s.then), write_once(s.orelse)
            return s if then is s.then and orelse is s.orelse else replace(s, then=then, orelse=orelse)
        case For() | While():
            body = write_once(s.body)
            return s if body is s.body else replace(s, body=body)
        case Def():
            block = write_once(s.block)
            return s if block is s.block else replace(s, block=block)
    return s


def _zeroes(s: Op) -> bool:
    """Is a part of a cotangent set to zero whose index names no element twice?"""
    if s.op is not prims.set_item or s.args[2] != Lit(0.0) or not s.origin.adjoint:
        return False
    return of_index(s.args[1]) is Sharing.VIEW


def _users(b: Block) -> dict[Var, list[int]]:
    """The positions of the statements that read each value; that of a result lies behind them."""
    out: dict[Var, list[int]] = {}
    for k, s in enumerate(b.body):
        for v in reads(s):
            out.setdefault(v, []).append(k)
    for v in variables(b.results):
        out.setdefault(v, []).append(len(b.body))
    return out


def _addition(s: Op, body: list[Stmt], users: dict[Var, list[int]]) -> tuple[int, int] | None:
    """The positions of the first statement that takes the zeroed array, and of the one that adds at the same index."""
    v, first = s.out, -1
    while len(at := users.get(v, [])) == 1 and at[0] < len(body):
        t = body[at[0]]
        if not isinstance(t, Op) or t.op is not prims.add_item or t.args[0] is not v:
            return None
        if v in variables(t.args[1:]):
            return None
        first = at[0] if first < 0 else first
        if t.args[1] == s.args[1] and t.kwargs == s.kwargs:
            return first, at[0]
        v = t.out
    return None
