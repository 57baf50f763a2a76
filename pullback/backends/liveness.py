"""Who is still needed where: for each variable of a script the positions that read it, in text order.

Of an array that is only asked for its shape nobody needs the elements: they may be written by then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from pullback.transpile.core import Var
from pullback.transpile.frozen import node

from .script import (
    Act,
    Append,
    Assign,
    Body,
    Branch,
    Change,
    Define,
    Expr,
    ForLoop,
    Loop,
    Mutate,
    Procedure,
    Return,
    Reverse,
    Statement,
    Update,
    WhileLoop,
    Write,
    counted,
    reading,
    targets,
)

FOREVER = 1 << 60
Skips = tuple[tuple[int, int], ...]
"""For each `if` whose first branch one is in, innermost first: the end of that branch, and where the way goes on."""


@node
class Span:
    """Where a statement stands: its own reads, the end of its first block, and the end of it all."""

    start: int
    middle: int
    end: int


class Liveness:
    """Positions of one procedure. What a loop or a `def` reads from outside is needed until its end.

    The bounds of a `range` are needed where a loop begins, and not in it.
    """

    def __init__(self, procedure: Procedure) -> None:
        self.span: dict[Statement, Span] = {}
        self.reads: dict[Var, list[int]] = {}
        self.contents: dict[Var, list[int]] = {}
        self.bound: dict[Var, int] = {}
        self._count = 1
        self._open: list[tuple[int, dict[Var, bool]]] = []
        for p in procedure.params:
            self.bound[p.var] = 0
        captured: dict[Var, bool] = {}
        self._captured = captured
        self._body(procedure.body)
        self._count = FOREVER
        self._read(captured)

    def _read(self, vs: Mapping[Var, bool]) -> None:
        for v, contents in vs.items():
            self.reads.setdefault(v, []).append(self._count)
            if contents:
                self.contents.setdefault(v, []).append(self._count)
            if self._open:
                inside = self._open[-1][1]
                inside[v] = inside.get(v, False) or contents

    def _expr(self, *es: Expr | None) -> None:
        for e in es:
            self._read(reading(e))

    def _bind(self, vs: Iterable[Var]) -> None:
        for v in vs:
            self.bound[v] = self._count

    def _body(self, body: Body) -> None:
        for s in body.statements:
            self._statement(s)
        self._count += 1
        self._expr(*body.results)

    def _enter(self) -> None:
        self._open.append((self._count, {}))

    def _leave(self, captured: bool) -> None:
        """Close a loop or `def`: what was read in it and bound before it is needed up to here."""
        start, inside = self._open.pop()
        self._count += 1
        outer = {v: contents for v, contents in inside.items() if self.bound.get(v, 0) <= start}
        self._read(outer)
        if captured:
            for v, contents in outer.items():
                self._captured[v] = self._captured.get(v, False) or contents

    def _statement(self, s: Statement) -> None:
        self._count += 1
        start = middle = self._count
        match s:
            case Assign():
                self._expr(s.value)
                self._bind(targets(s.target))
            case Update():
                self._expr(s.old, s.value)
                self._bind((s.out,))
            case Write():
                self._expr(s.old, s.view, s.index, s.value)
                self._bind((s.out,))
            case Mutate():
                self._expr(s.call)
                self._bind((*s.new, *targets(s.value)))
            case Append():
                self._expr(s.to, s.value)
            case Change():
                self._expr(s.old, *s.args)
                self._bind((s.out, *targets(s.taken)))
            case Reverse():
                self._expr(s.what)
            case Act():
                self._expr(s.args, tuple(x for _, x in s.kwargs))
            case Return():
                self._expr(s.value)
            case Branch():
                self._expr(s.cond)
                self._body(s.then)
                middle = self._count
                self._body(s.orelse)
                self._count += 1
                self._bind(s.outs)
            case ForLoop() | WhileLoop():
                middle = self._loop(s)
            case Define():
                self._enter()
                self._count += 1
                self._bind(s.params)
                self._body(s.body)
                self._leave(captured=True)
                self._bind((s.out,))
        self.span[s] = Span(start, middle, self._count)

    def _loop(self, s: ForLoop | WhileLoop) -> int:
        self._expr(*s.inits, counted(s))
        self._enter()
        if isinstance(s, ForLoop) and counted(s) is None:
            self._expr(s.iterable)
        self._count += 1
        self._bind(s.carried)
        if isinstance(s, ForLoop):
            self._bind(targets(s.target))
        else:
            self._body(s.test)
        self._body(s.body)
        middle = self._count
        self._leave(captured=False)
        self._bind(s.outs)
        return middle

    def skips(self, s: Branch, outer: Skips, loop: Loop | None) -> tuple[Skips, Skips]:
        """What is not on the way from either side of an `if`; from one that leaves the loop, nothing in that is.

        From what is tried the way to the other side is short.
        """
        span = self.span[s]
        then = ((span.middle, span.end if loop is None or not s.leaves[0] else self.span[loop].end),)
        orelse = ((span.end, self.span[loop].end),) if loop is not None and s.leaves[1] else ()
        return (*(() if s.tries else then), *outer), (*orelse, *outer)

    def live(self, v: Var, position: int, skips: Skips = ()) -> bool:
        """Is a variable read after a position, on a path that runs from there?"""
        return _reads_after(self.reads.get(v), position, skips)

    def needed(self, v: Var, position: int, skips: Skips = ()) -> bool:
        """Is more read of a variable than its shape after a position, on a path that runs from there?"""
        return _reads_after(self.contents.get(v), position, skips)

    def last(self, v: Var) -> int:
        """The last position that reads a variable, or the one that binds it."""
        reads: Sequence[int] = self.reads.get(v, ())
        return reads[-1] if reads else self.bound.get(v, 0)


def _reads_after(reads: Sequence[int] | None, position: int, skips: Skips) -> bool:
    if reads is None:
        return False
    for end, resume in skips:
        if position > end:
            continue
        k = bisect_right(reads, position)
        if k < len(reads) and reads[k] <= end:
            return True
        position = resume
    return reads[-1] > position
