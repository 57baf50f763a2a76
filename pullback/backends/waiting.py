"""Expressions that wait for their readers while a block is folded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pullback.transpile.core import Arg, Atom, Block, Origin, Slice, Stmt, Var
from pullback.transpile.frozen import node

from .facts import CONVERSIONS
from .script import Apply, Assign, Cut, Expr, Statement, atoms
from .sharing import Sharing
from .usage import Usage
from .width import LINE, width

Mode = Literal["keep", "fold", "return"]
Structure = Literal["", "returned", "collected"]


@dataclass(eq=False)
class Frame:
    """A block while it is folded: for each statement of Core the statements that it becomes.

    `mode`: what happens to its results: `keep` leaves them statements where they are, `fold` lets them become
    expressions, `return` returns the one result. `collect`: the lists that take a value as soon as it is there.
    """

    block: Block
    results: tuple[Atom, ...]
    depth: int
    loops: tuple[Stmt, ...]
    mode: Mode
    collect: dict[Atom, list[Var]]
    slots: list[list[Statement]]

    @functools.cached_property
    def room(self) -> int:
        return LINE - 4 * self.depth

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(s for slot in self.slots for s in slot)


@node
class Pending:
    """An expression that waits for its readers."""

    out: Var
    expr: Expr
    frame: Frame
    slot: int
    position: int
    origin: Origin
    cheap: bool


@node
class Reader:
    """Where an expression is asked for: a position, and the statement that it would become a part of."""

    frame: Frame
    position: int
    origin: Origin | None = None
    structure: Structure = ""


class Waiting:
    """What waits, and the rules by which readers get it."""

    def __init__(self, usage: Usage, sharing: Sharing) -> None:
        self.usage = usage
        self.sharing = sharing
        self.pending: dict[Var, Pending] = {}
        self.taken: list[Pending] = []
        self.folded: list[Pending] = []
        self.results: set[Var] = set()

    def reader(self, s: Stmt, frame: Frame, structure: Structure = "") -> Reader:
        """The statement `s` as a reader."""
        return Reader(frame, self.usage.start[s], s.origin, structure)

    def room(self, out: Var, frame: Frame) -> int:
        """Columns for an expression that is bound to `out`."""
        return frame.room - max(len(out.hint), 1) - 3

    def expression(self, make: Callable[[], Expr], room: int) -> Expr:
        """Make an expression; as long as it is too wide, its widest part becomes a statement of its own."""
        while True:
            self.taken = []
            made = make()
            taken = [p for p in self.taken if not p.cheap]
            if not taken or width(made) <= room:
                break
            self.settle(max(taken, key=lambda p: width(p.expr)))
        self.consume()
        return made

    def consume(self) -> None:
        """What the expression just made has taken waits no longer."""
        self.folded = [p for p in self.taken if not p.cheap]
        for p in self.folded:
            self.pending.pop(p.out, None)

    def args(self, xs: tuple[Arg, ...], reader: Reader) -> tuple[Expr, ...]:
        return tuple([self.arg(x, reader) for x in xs])

    def arg(self, x: Arg, reader: Reader) -> Expr:
        """An argument as an expression: what waits for this reader is put in its place."""
        match x:
            case Var():
                p = self.pending.get(x)
                if p is None:
                    return x
                if not self.admits(p, reader):
                    self.settle(p)
                    if reader.structure == "returned":
                        self.results.add(x)
                    return x
                self.taken.append(p)
                return p.expr
            case Slice():
                lower, upper, step = (None if y is None else self.arg(y, reader) for y in (x.lower, x.upper, x.step))
                return Cut(lower, upper, step)
            case tuple():
                return tuple(self.arg(y, reader) for y in x)
        return x

    def admits(self, p: Pending, reader: Reader) -> bool:
        """May this reader have this expression?"""
        reach = reader.position
        if p.cheap:
            outer = next((loop for loop in reader.frame.loops if self.usage.start[loop] > p.position), None)
            reach = reach if outer is None else self.usage.end[outer]
        elif self.usage.effect_between(p.position, reach) or not self._keeps_apart(p, reader):
            return False
        return self.undisturbed(p, reach)

    def _keeps_apart(self, p: Pending, reader: Reader) -> bool:
        """Does the text still read well: names in returned structures, nothing under the comment of another line?"""
        if reader.structure == "returned":
            backward = self.usage.is_backward_between(p.position, reader.position)
            return _is_converted(p.expr) or not p.out.hint and not backward
        same_line = reader.origin is None or reader.origin.text == p.origin.text
        return not p.out.hint or bool(reader.structure) or same_line

    def undisturbed(self, p: Pending, reach: int) -> bool:
        """Is what an expression reads still there, under its name, at a later position?"""
        return not any(self.sharing.disturbed(v, p.position, reach) for v in atoms(p.expr))

    def settle(self, p: Pending) -> None:
        """Bind a waiting value after all, where it was computed."""
        del self.pending[p.out]
        p.frame.slots[p.slot].insert(0, Assign(p.out, p.expr, p.origin))


def _is_converted(e: Expr) -> bool:
    return isinstance(e, Apply) and e.op in CONVERSIONS and isinstance(e.args[0], Var)
