"""How loops fold that stop early: the branch that stops one ends with `break`, what else happens follows it.

Before::

    x2 = for i, x1 in range(n): x3, stop = if c: x1, True
                                           else: y = f(x1); y, False
                                (x3, stop)

After::

    for i in range(n):
        if c:
            break
        x = f(x)

A branch that leaves gives the loop its last values itself; what the loop collects is appended on every way that
leaves it behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, If, Lit, Op, Origin, Stmt, Var, While
from pullback.transpile.traversal import free, substitute, variables

from .script import Append, Apply, Body, Branch, Expr, Statement
from .waiting import Frame, Reader

if TYPE_CHECKING:
    from .folding import Folder

TRUE, FALSE = Lit(True), Lit(False)


@dataclass(frozen=True)
class Entry:
    """What a list still gets in this iteration: a value, or a tuple of values."""

    to: Var
    parts: tuple[Atom, ...]
    packed: bool
    origin: Origin

    def is_whole_after(self, first: If, second: If) -> bool:
        """Is it there as soon as the first of two branches has given its part?"""
        return not self.parts_of(second) and bool(self.parts_of(first))

    def parts_of(self, s: If) -> set[Var]:
        """The parts that a branch gives."""
        return {*s.outs}.intersection(self.parts)

    def where(self, m: Mapping[Var, Atom]) -> Entry:
        """The same, inside a branch."""
        return replace(self, parts=substitute(self.parts, m))


@dataclass(frozen=True)
class Exit:
    """At some place in the body: is the loop left at its end, with which `values` of what it carries?

    `entries`: what lists get on every way from there; `last`: what they get before the loop is left.
    """

    stop: Atom
    values: tuple[Atom, ...]
    entries: tuple[Entry, ...]
    last: tuple[Entry, ...] = ()

    def where(self, m: Mapping[Var, Atom]) -> Exit:
        """The same, inside a branch."""
        entries, last = (tuple(e.where(m) for e in es) for es in (self.entries, self.last))
        return Exit(substitute(self.stop, m), substitute(self.values, m), entries, last)


class Leaving:
    """Folds the body of one loop that may stop early."""

    def __init__(self, folder: Folder, s: For | While, loops: tuple[Stmt, ...]) -> None:
        self.folder = folder
        self.s = s
        self.loops = loops

    def body(self, depth: int, collect: Mapping[Atom, list[Var]], first: tuple[Statement, ...]) -> Body:
        """The body as a script, with `first` before it."""
        s = self.s
        assert s.stop is not None
        n = len(s.inits)
        self.packs = {
            t.out: t
            for t in s.body.body
            if isinstance(t, Op) and t.op is prims.make_tuple and t.out in collect and self.reads(t.out) == 1
        }
        ends = list(self.ways_on(s.body, s.stop, s.body.results[:n]))
        self.idle = [all(e[k] in (p, s.inits[k]) for e in ends) for k, p in enumerate(s.carried)]
        results = tuple(p if idle else r for idle, p, r in zip(self.idle, s.carried, s.body.results, strict=False))
        late = {o for t in self.tail(s.body, s.stop) for o in t.outs}
        now: dict[Atom, list[Var]] = {}
        entries: list[Entry] = []
        for atom, lists in collect.items():
            pack = self.packs.get(atom) if isinstance(atom, Var) else None
            parts = (atom,) if pack is None else cast(tuple[Atom, ...], pack.args)
            if s.keeps and not late.intersection(parts):
                now[atom] = lists
                continue
            if pack is not None:
                self.folder.done.add(pack)
            origin = s.origin if pack is None else pack.origin
            entries += [Entry(to, parts, pack is not None, origin) for to in lists]
        exit_ = Exit(s.stop, s.body.results[:n], tuple(entries))
        made = self.block(s.body, results, exit_, depth, now, first)
        return made if ends else replace(made, results=s.carried)

    # how a body ends

    def tail(self, b: Block, stop: Atom) -> tuple[If, ...]:
        """The `if` at the end of a block that tells whether to stop; or two, the second skipped by the first."""
        body = [t for t in b.body if t not in self.packs.values()]
        last = body[-1] if body else None
        if not isinstance(last, If) or last.tries or stop not in last.outs:
            return ()
        before = body[-2] if len(body) > 1 else None
        skips = isinstance(before, If) and not before.tries and before.origin == last.origin
        skips = skips and before is not None and last.cond in before.outs and not last.then.body
        if skips and substitute(stop, _in(last, last.then)) == TRUE and self.reads(last.cond) == 1:
            assert isinstance(before, If)
            return before, last
        return (last,)

    def reads(self, x: Atom) -> int:
        """How often a value is read."""
        return len(self.folder.usage.sites.get(x, ())) if isinstance(x, Var) else 0

    def ways_on(self, b: Block, stop: Atom, atoms: tuple[Atom, ...]) -> Iterator[tuple[Atom, ...]]:
        """What `atoms` are at the end of each way through a block on which the loop goes on."""
        tail = self.tail(b, stop)
        if not tail:
            if stop != TRUE:
                yield _where(stop, FALSE, atoms)
            return
        sides = (tail[-1].then, tail[-1].orelse) if len(tail) == 1 else (tail[-1].orelse,)
        if len(tail) == 2 and not self.goes_on(tail[0], tail[1].cond):
            return
        for side in sides:
            m = _in(tail[-1], side)
            yield from self.ways_on(side, substitute(stop, m), substitute(atoms, m))

    def goes_on(self, s: If, stop: Atom) -> bool:
        """Is there a way through an `if` on which the loop goes on?"""
        return any(True for _ in self.ways_on(Block((), (s,), ()), stop, ()))

    # blocks

    def block(
        self,
        b: Block,
        results: tuple[Atom, ...],
        exit_: Exit,
        depth: int,
        collect: Mapping[Atom, list[Var]] | None = None,
        first: tuple[Statement, ...] = (),
    ) -> Body:
        """A block with these results, at whose end the loop may be left; without any if it is left on every way."""
        folder = self.folder
        tail = self.tail(b, exit_.stop)
        results = results if tail else _where(exit_.stop, FALSE, results)
        frame = folder.frame(b, results, depth, self.loops, "keep", collect, first)
        entries = exit_.entries if not tail and self.s.keeps or exit_.stop == FALSE else ()
        self.fold(frame, tail, entries)
        if not tail:
            return self.ended(frame, exit_)
        for e in (*exit_.entries, *exit_.last):
            self.settle(e)
        branch, side = self.branch(tail, results, exit_, frame)
        if side is None:
            made = folder.results(frame) if branch.given or not branch.outs else ()
            return Body((*frame.statements, branch), made)
        m = _in(tail[-1], side)
        if len(tail) == 2:
            exit_ = replace(exit_, entries=tuple(e for e in exit_.entries if not e.is_whole_after(*tail)))
        rest = self.block(side, substitute(results, m), exit_.where(m), depth)
        return Body((*frame.statements, branch, *rest.statements), rest.results)

    def fold(self, frame: Frame, but: tuple[If, ...], entries: Iterable[Entry]) -> None:
        """Fold the statements of a block; lists get each entry as soon as all of it is there."""
        body = frame.block.body
        place = {o: i for i, t in enumerate(body, 1) for o in t.outs}
        due: dict[int, list[Entry]] = {}
        for e in entries:
            due.setdefault(max((place.get(v, 0) for v in variables(e.parts)), default=0), []).append(e)
        frame.slots[0] += map(self.appended, due.get(0, ()))
        for i, t in enumerate(body, 1):
            if t not in self.folder.done and t not in but:
                self.folder.statement(t, i, frame)
            frame.slots[i] += map(self.appended, due.get(i, ()))

    def settle(self, e: Entry) -> None:
        for v in e.parts:
            if isinstance(v, Var) and v in self.folder.waiting.pending:
                self.folder.waiting.settle(self.folder.waiting.pending[v])

    def appended(self, e: Entry) -> Append:
        """What gives a list an entry, the parts of which must be bound by then."""
        self.settle(e)
        value: Expr = Apply(prims.make_tuple, e.parts) if e.packed else e.parts[0]
        return Append(e.to, value, e.origin)

    def ended(self, frame: Frame, exit_: Exit) -> Body:
        """A block at whose end nothing is left to tell but whether the loop is over."""
        if exit_.stop == FALSE:
            made = self.folder.results(frame)
            return Body(frame.statements, made)
        reader = Reader(frame, self.folder.end(frame.block))
        cond = self.expression(exit_.stop, reader)
        made = tuple(self.expression(r, reader) for r in frame.results)
        leave = self.left(exit_, reader)
        goes_on = exit_.stop != TRUE
        later = tuple(map(self.appended, exit_.entries)) if goes_on and not self.s.keeps else ()
        branch = Branch((), cond, leave, Body(later), self.s.origin, (True, False))
        return Body((*frame.statements, branch), made if goes_on else ())

    def left(self, exit_: Exit, reader: Reader) -> Body:
        """The end of a branch that leaves the loop: the last that lists get, and what the loop leaves."""
        last = tuple(map(self.appended, exit_.last))
        ends = _where(exit_.stop, TRUE, exit_.values)
        values = zip(self.s.carried, self.s.inits, self.idle, ends, strict=True)
        same = (p if idle and v == i else v for p, i, idle, v in values)
        return Body(last, tuple(self.expression(v, reader) for v in same))

    def expression(self, x: Atom, reader: Reader) -> Expr:
        """A value, with what waits for this reader."""
        return self.folder.waiting.expression(partial(self.folder.waiting.arg, x, reader), reader.frame.room - 4)

    def branch(
        self, tail: tuple[If, ...], results: tuple[Atom, ...], exit_: Exit, frame: Frame
    ) -> tuple[Branch, Block | None]:
        """The `if` that tells whether to stop, and the block that goes on in the same place, if one does."""
        t = tail[0]
        cond = self.expression(t.cond, self.folder.waiting.reader(t, frame))
        if len(tail) == 2:
            skipped, rest = _in(tail[1], tail[1].then), tail[1].orelse
            early = tuple(e for e in exit_.entries if e.is_whole_after(*tail))
            late = tuple(e.where(skipped) for e in exit_.entries if e not in early)
            values = substitute(exit_.values, skipped)
            exit_ = Exit(tail[1].cond, values, early, (*exit_.last, *(late if self.s.keeps else ())))
            read = {*free(rest), *variables((results, values, tuple(e.parts for e in late)))}
            goes_on = self.goes_on(t, exit_.stop)
            outs = tuple(o for o in t.outs if o in read) if goes_on else ()
            return self.either(t, outs, exit_, cond, frame), rest if goes_on else None
        for k, b in enumerate((t.then, t.orelse)):
            if exit_.where(_in(t, b)).stop == TRUE:
                leave = self.side(t, b, (), exit_, frame.depth + 1)
                sides = (leave, Body(())) if k == 0 else (Body(()), leave)
                return Branch((), cond, *sides, t.origin, (k == 0, k == 1)), (t.orelse, t.then)[k]
        return self.either(t, tuple(o for o in t.outs if o in results), exit_, cond, frame), None

    def either(self, t: If, outs: tuple[Var, ...], exit_: Exit, cond: Expr, frame: Frame) -> Branch:
        """An `if` after which the loop may go on on either side."""
        sides = [self.side(t, b, outs, exit_, frame.depth + 1) for b in (t.then, t.orelse)]
        then, orelse = (exit_.where(_in(t, b)).stop == TRUE for b in (t.then, t.orelse))
        return Branch(outs, cond, sides[0], sides[1], t.origin, (then, orelse), t.skips)

    def side(self, t: If, b: Block, outs: tuple[Var, ...], exit_: Exit, depth: int) -> Body:
        """A branch, which gives `outs` unless it leaves the loop."""
        m = _in(t, b)
        inside = exit_.where(m)
        if inside.stop != TRUE:
            return self.block(b, substitute(outs, m), inside, depth)
        frame = self.folder.frame(b, (), depth, self.loops, "keep", None, ())
        self.fold(frame, (), inside.entries if self.s.keeps else ())
        left = self.left(inside, Reader(frame, self.folder.end(b)))
        return Body((*frame.statements, *left.statements), left.results)


def _where(stop: Atom, known: Lit, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """What atoms are where it is known whether the loop stops."""
    return substitute(atoms, {stop: known}) if isinstance(stop, Var) else atoms


def _in(s: If, b: Block) -> dict[Var, Atom]:
    """What the outs of an `if` are in one of its branches."""
    return dict(zip(s.outs, b.results, strict=True))
