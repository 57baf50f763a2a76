"""How the body of a loop ends that may stop early: in an `if` that tells, or in one that skips what another one left.

    x3, stop = if c: x1, True               y, left = if c: if d: x1, True else: …
               else: y = f(x1); y, False    x3, stop = if left: y, True
                                                       else: …
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from pullback.transpile.core import Atom, Block, For, If, Lit, Stmt, Tag, Var, While
from pullback.transpile.traversal import substitute

TRUE, FALSE = Lit(True), Lit(False)
Atoms = tuple[Atom, ...]


def tail(body: Sequence[Stmt], stop: Atom) -> tuple[If, ...]:
    """The `if` at the end of some statements that tells whether to stop.

    Two, where the second one does nothing if the first one has told.
    """
    last = body[-1] if body else None
    if not isinstance(last, If) or last.tries or stop not in last.outs:
        return ()
    before = body[-2] if len(body) > 1 else None
    skips = isinstance(before, If) and not before.tries and before.origin == last.origin and last.cond in before.outs
    if skips and not last.then.body and substitute(stop, inside(last, last.then)) == TRUE:
        assert isinstance(before, If)
        return before, last
    return (last,)


def inside(s: If, b: Block) -> dict[Var, Atom]:
    """What the outs of an `if` are in one of its branches."""
    return dict(zip(s.outs, b.results, strict=True))


def ways_out(body: Sequence[Stmt], stop: Atom, atoms: Atoms) -> Iterator[Atoms]:
    """What `atoms` are at the end of each way through the statements on which the loop is left, or may be."""
    found = tail(body, stop)
    if not found and stop != FALSE:
        yield atoms
    if len(found) == 2:
        m = inside(found[1], found[1].then)
        yield from ways_out(body[:-1], found[1].cond, substitute(atoms, m))
    for b in _sides(found):
        m = inside(found[-1], b)
        yield from ways_out(b.body, substitute(stop, m), substitute(atoms, m))


def _sides(found: tuple[If, ...]) -> tuple[Block, ...]:
    if len(found) == 2:
        return (found[1].orelse,)
    return tuple(b for s in found for b in (s.then, s.orelse))


def straight(body: Sequence[Stmt], stop: Atom, results: Atoms) -> tuple[tuple[Stmt, ...], Atoms] | None:
    """What an iteration does after which the loop goes on, and its results; None where that cannot be told.

    Before: `x3, stop = if c: x1, True else: y = f(x1); y, False` and the result x3. After: `y = f(x1)` and y.
    """
    found = tail(body, stop)
    if not found:
        return (tuple(body), results) if stop == FALSE else None
    if len(found) == 2:
        before = straight(body[:-1], found[1].cond, found[0].outs)
        return None if before is None else _goes_on(*before, found[1], found[1].orelse, stop, results, found[0].outs)
    (s,) = found
    going = [b for b in (s.then, s.orelse) if substitute(stop, inside(s, b)) != TRUE]
    if len(going) == 1:
        return _goes_on(tuple(body[:-1]), (), s, going[0], stop, results, ())
    sides = [straight(b.body, substitute(stop, inside(s, b)), b.results) for b in going]
    blocks = [Block((), *x) for x in sides if x is not None]
    if len(blocks) < 2:
        return None
    return (*body[:-1], replace(s, then=blocks[0], orelse=blocks[1])), results


def _goes_on(
    before: tuple[Stmt, ...], known: Atoms, s: If, b: Block, stop: Atom, results: Atoms, outs: tuple[Var, ...]
) -> tuple[tuple[Stmt, ...], Atoms] | None:
    """Statements, and then one side of an `if`, in which `outs` are what is `known` of them."""
    m: dict[Var, Atom] = dict(zip(outs, known, strict=True))
    into = {o: substitute(x, m) for o, x in inside(s, b).items()}
    rest = straight(substitute(b.body, m), substitute(stop, into), substitute(substitute(results, into), m))
    return None if rest is None else ((*before, *rest[0]), rest[1])


def leave_nothing(b: Block, loops: Container[Tag]) -> Block:
    """A block in which the iteration that stops one of these loops leaves nothing that the loop collects."""
    body: list[Stmt] = []
    for s in b.body:
        match s:
            case If():
                s = replace(s, then=leave_nothing(s.then, loops), orelse=leave_nothing(s.orelse, loops))
            case For() | While():
                s = replace(s, body=leave_nothing(s.body, loops), keeps=s.tag not in loops)
        body.append(s)
    return Block(b.params, tuple(body), b.results)
