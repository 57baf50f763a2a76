"""Branches and loops of scripts to trees of `ast`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pullback.transpile.core import Lit, Origin, Var

from .layout import commented
from .script import Apply, Assign, Body, Branch, Expr, ForLoop, Loop, WhileLoop, atoms, counted
from .syntax import constant

if TYPE_CHECKING:
    from .building import Builder
    from .layout import Note


@dataclass(frozen=True)
class Around:
    """The loop around, and the names of what it carries."""

    loop: Loop
    names: list[str]


def branch(b: Builder, s: Branch) -> None:
    """Add an `if` to what is built."""
    span = b.live.span[s]
    chosen = out_names(b, s)
    note = b.announce(s.origin)
    test = None if isinstance(s.cond, Lit) and s.leaves[0] else b.write(s.cond)
    bodies = []
    caught: str | None = None
    around = b.loops[-1] if b.loops else None
    sides = zip(
        (s.then, s.orelse),
        s.leaves,
        b.live.skips(s, b.skips, None if around is None else around.loop),
        (span.middle, span.end),
        (span.middle if s.tries else span.end, span.end),
        strict=True,
    )
    for body, leaves, skips, end, resume in sides:
        outer = b.skips
        names, outs = (chosen, s.outs) if len(body.results) == len(s.outs) else ([], ())
        if leaves and around is not None:
            names, outs = around.names, around.loop.outs
        reserved = b.names.claim_results(body, names, outs, end) if outs else []
        with b.names.region(span.start, resume, outer):
            b.skips = skips
            if s.tries and body is s.orelse:
                caught, body = caught_by(b, body)
            statements = b.block(body, names, bool(outs), b.comment, s.origin if outs else None)
        b.skips = outer
        b.names.release(reserved)
        bodies.append([*statements, leave(b, s.origin)] if leaves else statements)
    for o, n in zip(s.outs, chosen, strict=True):
        b.names.set(o, n)
    if test is None:
        b.out += bodies[0]
    elif s.tries:
        handler = ast.ExceptHandler(test, caught, bodies[1] or [ast.Pass()])
        b.put(ast.Try(bodies[0] or [ast.Pass()], [handler], [], []), s.origin, note)
    else:
        put_branch(b, ast.If(test, *bodies), s.origin, note)
        if s.skips and b.out and bodies[1]:
            b.skipping[b.out[-1]] = (test, *bodies)
    b.comment = ""


def caught_by(b: Builder, body: Body) -> tuple[str | None, Body]:
    """The name that a handler gives to the exception, and the rest of it."""
    match body.statements[:1]:
        case (Assign(target=Var() as error, value=Apply(op=sys.exception)) as s,):
            given = b.target(error, b.live.span[s].start, s.origin)
            return given.id, Body(body.statements[1:], body.results)
    return None, body


def leave(b: Builder, origin: Origin) -> Any:
    """`break`."""
    node = ast.Break()
    b.note(node, origin)
    return node


def put_branch(b: Builder, node: Any, origin: Origin, note: Note) -> None:
    """Add an `if`; what follows a branch that is left stands after it, and an empty branch is left out."""
    then, orelse = node.body, node.orelse
    if not then and len(orelse) == 1 and _fails(orelse[0]):
        b.put(ast.Assert(node.test, orelse[0].msg), origin, note)
        return
    if not then and orelse:
        node = ast.If(ast.UnaryOp(ast.Not(), node.test), orelse, [])
        then, orelse = orelse, []
    elif orelse and isinstance(orelse[-1], ast.Break) and not isinstance(then[-1], ast.Break):
        node = ast.If(ast.UnaryOp(ast.Not(), node.test), orelse, [])
        then, orelse = orelse, then
    returned = bool(then) and _leaves(then[-1]) and _leaves_all(orelse)
    if returned or then and isinstance(then[-1], ast.Break):
        b.put(ast.If(node.test, then, []), origin, note)
        if orelse:
            b.notes[orelse[0]].blank |= returned and len(orelse) > 1
        b.out += orelse
    elif then:
        b.put(node, origin, note)


def out_names(b: Builder, s: Branch) -> list[str]:
    """Names for the results of a branch."""
    span = b.live.span[s]
    chosen: list[str] = []
    for o, *given in zip(s.outs, *s.given, strict=True):
        base = b.names.forced.get(o) or b.names.wanted(o)
        if not base:
            outer = (b.names.name.get(b.names.root(r)) for r in given if isinstance(r, Var))
            base = next((n for n in outer if n), "t")
        avoid = frozenset(chosen)
        if o in b.names.forced and base not in avoid and not b.names.free(base, o, span.end, b.skips):
            holder = b.names.holder.get(base)
            if holder is not None and b.live.live(holder, span.end, b.skips):
                saved = b.names.save(base, span.start, b.skips)
                if saved is not None:
                    b.save((saved, base), s.origin)
        n = b.names.fresh(base, o, span.end, b.skips, avoid)
        chosen.append(n)
    return chosen


def loop(b: Builder, s: Loop) -> None:
    """Add a `for` or `while` to what is built, with what has to be named before it."""
    span = b.live.span[s]
    chosen, given = slot_names(b, s)
    b.transfer(given, s.origin)
    note = b.announce(s.origin)
    comment = b.comment if b.comment == commented(s.origin) else ""  # a comprehension is one line of the user's
    for p, n in zip(s.carried, chosen, strict=True):
        b.names.set(p, n)
    iterable: Any = b.write(s.iterable) if isinstance(s, ForLoop) else None
    reserved = b.names.claim_results(s.body, chosen, s.outs, span.middle)
    b.loops.append(Around(s, chosen))
    with b.names.region(span.start):
        if isinstance(s, ForLoop):
            target = b.target(s.target, span.start + 1, s.origin, None, item_wishes(b, s))
            body = loop_body(b, s, chosen, [], comment)
            node: Any = ast.For(target, iterable, body, [])
        else:
            test, before = written_test(b, s)
            body = loop_body(b, s, chosen, before)
            node = ast.While(test, body, [])
    b.loops.pop()
    b.names.release(reserved)
    for o, r, n in zip(s.outs, s.body.results, chosen, strict=True):
        b.names.set(o, n)
        if isinstance(r, Var) and r in b.listed_names:
            b.listed_names[o] = b.listed_names[r]
    b.put(node, s.origin, note)
    b.comment = comment


def loop_body(b: Builder, s: Loop, chosen: list[str], before: list[Any], comment: str = "") -> list[Any]:
    body = [*before, *b.block(s.body, chosen, comment=comment, at=s.origin)]
    while body and body[-1] in b.skipping:  # nothing follows it, not even the values for the next round
        last = body.pop()
        test, then, orelse = b.skipping[last]
        skip = ast.Continue()
        b.note(skip, s.origin)
        guard = ast.If(test, [*then, skip], [])
        b.notes[guard] = b.notes[last]
        body += [guard, *orelse]
    return body or [ast.Pass()]


def written_test(b: Builder, s: WhileLoop) -> tuple[Any, list[Any]]:
    """The test of a `while`, or True and the statements that test and break."""
    statements = b.block(s.test)
    result = b.write(s.test.results[0])
    if not statements:
        return result, []
    leave = ast.Break()
    check = ast.If(ast.UnaryOp(ast.Not(), result), [leave], [])
    b.note(leave, s.origin)
    b.note(check, s.origin)
    return constant(True), [*statements, check]


def item_wishes(b: Builder, s: ForLoop) -> Sequence[str | None]:
    """Names for the items of a walked tape: those that they had when it was filled."""
    match s.iterable:
        case Apply(args=(Var() as v,)):
            return b.wishes(v, s.target)
    return ()


def slot_names(b: Builder, s: Loop) -> tuple[list[str], list[tuple[str, Expr]]]:
    """Names for what goes round in a loop, and what they have to be given before it."""
    start = b.live.span[s].start
    chosen: list[str] = []
    given: list[tuple[str, Expr]] = []
    bounds = set(map(b.local, atoms(counted(s))))
    for p, i, o in zip(s.carried, s.inits, s.outs, strict=True):
        mine = b.names.name.get(i) if isinstance(i, Var) else None
        base = b.names.forced.get(o) or b.names.wanted(p) or mine or b.temporary(i, s.origin)
        avoid = frozenset(chosen) | (bounds - {mine})
        if base == mine and base not in avoid and isinstance(i, Var) and b.live.live(i, start, b.skips):
            saved = b.names.save(base, start, b.skips) if b.names.fits(base, o) else None
            if saved is not None:
                b.save((saved, base), s.origin)
                chosen.append(base)
                continue
        chosen.append(b.names.fresh(base, o, start, b.skips, avoid))
        given.append((chosen[-1], i))
    return chosen, given


def _leaves(node: Any) -> bool:
    if isinstance(node, ast.If):
        return bool(node.orelse) and _leaves(node.body[-1]) and _leaves(node.orelse[-1])
    return isinstance(node, ast.Return | ast.Raise)


def _fails(node: Any) -> bool:
    """Is this `assert False`, whose message is made only if it is needed?"""
    return isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant) and node.test.value is False


def _leaves_all(nodes: list[Any]) -> bool:
    return bool(nodes) and _leaves(nodes[-1])


def without_none(body: list[Any]) -> None:
    """Leave out `return None` where a function ends."""
    match body:
        case [_, *_, ast.Return(value=ast.Constant(value=None))]:
            body.pop()
    match body:
        case [*_, ast.If(body=then, orelse=orelse)]:
            without_none(then)
            without_none(orelse)
