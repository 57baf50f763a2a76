"""Core to scripts: temporaries that are read once go back into the expressions that read them.

Before::

    t1 = matmul(x, w1); t2 = add(t1, b1); h = tanh(t2)

After::

    h = np.tanh(x @ w1 + b1)

The user's own names stay statements of their own. Nothing moves past an effect, into a loop, or past a place where what
it reads is written or its name given away. What would not fit on a line stays a temporary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Call,
    Def,
    Effect,
    For,
    Function,
    If,
    Lit,
    Op,
    Origin,
    Slice,
    Stmt,
    Var,
    While,
)

from .facts import CONVERSIONS, MAKERS, STARTS, is_cheap
from .loops import LoopFolding
from .script import (
    Act,
    Append,
    Apply,
    Assign,
    Body,
    Branch,
    Choice,
    Cut,
    Define,
    Expr,
    Invoke,
    Procedure,
    Return,
    Statement,
    Target,
    atoms,
    targets,
)
from .sharing import Sharing, accumulates, writes
from .usage import Usage
from .width import LINE, width

Mode = Literal["keep", "fold", "return"]


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

    @property
    def room(self) -> int:
        return LINE - 4 * self.depth

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(s for slot in self.slots for s in slot)


@dataclass(frozen=True, eq=False)
class Pending:
    """An expression that waits for its readers."""

    out: Var
    expr: Expr
    frame: Frame
    slot: int
    position: int
    origin: Origin
    cheap: bool


@dataclass(frozen=True)
class Reader:
    """Where an expression is asked for: a position, and the statement that it would become a part of."""

    frame: Frame
    position: int
    origin: Origin | None = None
    structure: Literal["", "returned", "collected"] = ""


def fold(function: Function, effectful: Callable[[str], bool], public: bool = True) -> Procedure:
    """One function as a script. `effectful`: does the function with this key print, raise or assert?"""
    folder = Folder(function, Usage(function.block, effectful))
    body = folder.body(function.block, function.block.results, 1, (), "return")
    f = function
    results = frozenset(v for v in folder.results if not v.hint)
    return Procedure(f.name, f.params, body, f.origin, f.user_names, f.doc, public, results)


class Folder:
    """Folds the blocks of one function; `LoopFolding` has the part for loops."""

    def __init__(self, function: Function, usage: Usage) -> None:
        self.function = function
        self.usage = usage
        self.sharing = Sharing(function.block, usage.start)
        self.pending: dict[Var, Pending] = {}
        self.taken: list[Pending] = []
        self.folded: list[Pending] = []
        self.done: set[Stmt] = set()
        self.results: set[Var] = set()
        self.loops = LoopFolding(self)

    # blocks

    def body(
        self,
        block: Block,
        results: tuple[Atom, ...],
        depth: int,
        loops: tuple[Stmt, ...],
        mode: Mode = "keep",
        collect: Mapping[Atom, list[Var]] | None = None,
        first: tuple[Statement, ...] = (),
    ) -> Body:
        """A block as a script, with `first` before it."""
        frame = Frame(block, results, depth, loops, mode, dict(collect or {}), [[] for _ in range(len(block.body) + 2)])
        frame.slots[0] += first
        inner = {o for s in block.body for o in s.outs}
        for atom in frame.collect:
            if atom not in inner:
                self.append(frame, 0, atom, atom, self.function.origin)
        for i, s in enumerate(block.body, 1):
            if s not in self.done:
                self.statement(s, i, frame)
        end = self.usage.end[block.body[-1]] if block.body else 0
        if mode != "return":
            reader = Reader(frame, end)
            made = tuple(self.expression(partial(self.arg, r, reader), frame.room - 8) for r in results)
            return Body(frame.statements, made)
        if any(map(_returns, frame.statements[-1:])):
            return Body(frame.statements)
        last = self.returned(frame, end)
        return Body((*frame.statements, last))

    def returned(self, frame: Frame, position: int) -> Return:
        """The `return` at the end of a block, from where the last thing in it comes."""
        (result,) = frame.results
        value = self.expression(lambda: self.arg(result, Reader(frame, position)), frame.room - 7)
        origins = [p.origin for p in self.folded if p.origin.adjoint and not p.cheap]
        return Return(value, origins[-1] if origins else self.function.origin)

    def statement(self, s: Stmt, slot: int, frame: Frame) -> None:
        """Fold one statement into the slot of a frame."""
        match s:
            case Op():
                self.op(s, slot, frame)
            case Call():
                reader = self.reader(s, frame)
                value = self.expression(
                    lambda: Invoke(s.function, self.args(s.args, reader), s.out), self.room(s.out, frame)
                )
                self.bind(s, s.out, value, slot, frame)
            case Effect():
                reader = self.reader(s, frame)
                args = self.expression(lambda: self.args(s.args, reader), frame.room - 8)
                frame.slots[slot].append(Act(s.op, args if isinstance(args, tuple) else (args,), s.origin))
            case If():
                self.branch(s, slot, frame)
            case Def():
                body = self.body(s.block, s.block.results, frame.depth + 1, (*frame.loops, s), "return")
                frame.slots[slot].append(Define(s.out, s.name, s.block.params, body, s.origin))
            case For() | While():
                self.loops.loop(s, slot, frame)

    def op(self, s: Op, slot: int, frame: Frame) -> None:
        reader = self.reader(s, frame, self.structure(s, frame))
        if s.op in CONVERSIONS and isinstance(s.args[0], Var) and s.args[0].hint == s.out.hint:
            reader = replace(reader, origin=None)
        parts = self.all_parts(s, slot, frame)
        if parts is not None:
            self.assign(parts, self.args(s.args[:1], reader)[0], s.origin, slot, frame)
            return
        if (writes(s) or accumulates(s)) and isinstance(s.args[0], Var) and s.args[0] in self.pending:
            self.settle(self.pending[s.args[0]])
        value = self.expression(lambda: self.apply(s, reader), self.room(s.out, frame))
        self.bind(s, s.out, value, slot, frame, is_cheap(s.op, s.args, s.out.type))

    def all_parts(self, s: Op, slot: int, frame: Frame) -> Target:
        """The parts of a tuple that this statement and the next ones take apart, if it is a tape or they have names."""
        whole = s.args[0] if s.op is prims.item else None
        if not isinstance(whole, Var) or not isinstance(whole.type, ab.Seq) or whole.type.kind != "tuple":
            return None
        n = len(whole.type.items)
        run = [
            t
            for t in frame.block.body[slot - 1 : slot - 1 + n]
            if isinstance(t, Op) and t.op is prims.item and t.args[0] is whole
        ]
        by_key = {t.args[1].value: t.out for t in run if isinstance(t.args[1], Lit)}
        if n < 2 or by_key.keys() != set(range(n)) or len(run) != n or whole in self.pending:
            return None
        if whole.hint != "tape" and not all(t.out.hint for t in run):
            return None
        self.done.update(run)
        return tuple(by_key[k] if self.usage.sites.get(by_key[k]) else None for k in range(n))

    def structure(self, s: Op, frame: Frame) -> Literal["", "returned", "collected"]:
        if s.op not in MAKERS:
            return ""
        return "collected" if self.only_collected(s, s.out, frame) else "returned" if frame.mode == "return" else ""

    def apply(self, s: Op, reader: Reader) -> Expr:
        if s.op is prims.alias:
            return self.arg(s.args[0], reader)
        return Apply(s.op, self.args(s.args, reader), tuple((k, self.arg(x, reader)) for k, x in s.kwargs), s.out)

    def bind(self, s: Op | Call | If, out: Var, value: Expr, slot: int, frame: Frame, cheap: bool = False) -> None:
        """Let the value wait for its reader, or bind it here."""
        target = self.parts_of(out) if not (isinstance(s, Op) and s.op in MAKERS) else None
        if target is not None:
            self.assign(target, value, s.origin, slot, frame)
        elif self.may_wait(s, out, frame, cheap):
            position = self.usage.end[s] - 1
            self.pending[out] = Pending(out, value, frame, slot, position, s.origin, cheap)
        elif self.only_collected(s, out, frame):
            self.append(frame, slot, out, value, s.origin)
        else:
            self.assign(out, value, s.origin, slot, frame)

    def assign(self, target: Target, value: Expr, origin: Origin, slot: int, frame: Frame) -> None:
        """Bind a value where it stands, and let the lists that wait for it have it."""
        frame.slots[slot].append(Assign(target, value, origin))
        for v in targets(target):
            self.append(frame, slot, v, v, origin)

    def append(self, frame: Frame, slot: int, key: Atom, value: Expr, origin: Origin) -> None:
        """Append a value to the lists of a loop that collect it."""
        for to in frame.collect.get(key, ()):
            frame.slots[slot].append(Append(to, value, origin))

    def only_collected(self, s: Op | Call | If, out: Var, frame: Frame) -> bool:
        """Is a value read by nothing but one list?"""
        sites = self.usage.sites.get(out, [])
        if out.hint and not s.origin.adjoint or isinstance(s, Op) and (writes(s) or accumulates(s)):
            return False
        return len(sites) == 1 and sites[0].kind == "collected" and len(frame.collect.get(out, ())) == 1

    def parts_of(self, v: Var) -> Target:
        """The target that takes an unnamed tuple apart, where that is all that happens to it."""
        if v.hint or not isinstance(v.type, ab.Seq):
            return None
        parts = self.usage.parts(v)
        if parts is None or len(parts) == 1 < len(v.type.items) or max(parts) >= len(v.type.items) or min(parts) < 0:
            return None
        self.done.update(site.reader for site in self.usage.sites[v] if site.reader is not None)
        return tuple(parts.get(k) for k in range(len(v.type.items)))

    def may_wait(self, s: Op | Call | If, out: Var, frame: Frame, cheap: bool) -> bool:
        """May a value become a part of the expressions that read it?"""
        sites = self.usage.sites.get(out, [])
        if not sites or out.hint and not s.origin.adjoint or isinstance(s, Op) and (writes(s) or accumulates(s)):
            return False
        if any(site.kind == "collected" for site in sites):
            return False
        if cheap:
            return True
        site = sites[0]
        if len(sites) > 1 or site.block is not frame.block or isinstance(s, Call) and self.effectful(s):
            return False
        if site.kind == "result":
            return frame.mode != "keep"
        reader = site.reader
        if isinstance(reader, For | While) and out in reader.inits:
            return isinstance(s, Op) and s.op in STARTS
        return not (isinstance(reader, Op) and (writes(reader) or accumulates(reader)) and reader.args[0] is out)

    def effectful(self, s: Call) -> bool:
        """Does a call have effects?"""
        return self.usage.effect_between(self.usage.start[s] - 1, self.usage.end[s])

    # expressions

    def reader(self, s: Stmt, frame: Frame, structure: Literal["", "returned", "collected"] = "") -> Reader:
        return Reader(frame, self.usage.start[s], s.origin, structure)

    def room(self, out: Var, frame: Frame) -> int:
        return frame.room - max(len(out.hint), 1) - 3

    def expression(self, make: Callable[[], Expr], room: int) -> Expr:
        """Make an expression; as long as it is too wide, its widest part becomes a statement of its own."""
        while True:
            self.taken = []
            made = make()
            taken = [p for p in self.taken if not p.cheap]
            if width(made) <= room or not taken:
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
        return tuple(self.arg(x, reader) for x in xs)

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

    # branches

    def branch(self, s: If, slot: int, frame: Frame) -> None:
        tail = frame.mode == "return" and slot == len(frame.block.body) and frame.results == s.outs
        reader = self.reader(s, frame)
        if len(s.outs) == 1 and not (tail and _is_statement(s)) and not (s.outs[0].hint and _is_statement(s)):
            chosen = self.choice(s, reader)
            if chosen is not None:
                self.bind(s, s.outs[0], chosen, slot, frame)
                return
        cond = self.expression(lambda: self.arg(s.cond, reader), frame.room - 4)
        mode: Mode = "return" if tail else "keep"
        then = self.body(s.then, s.then.results, frame.depth + 1, frame.loops, mode)
        orelse = self.body(s.orelse, s.orelse.results, frame.depth + (not tail), frame.loops, mode)
        frame.slots[slot].append(Branch(() if tail else s.outs, cond, then, orelse, s.origin))
        if not tail:
            for o in s.outs:
                self.append(frame, slot, o, o, s.origin)

    def choice(self, s: If, reader: Reader) -> Expr | None:
        """A branch as a conditional expression; None where it needs statements."""
        if not _small(s):
            return None
        frame = reader.frame
        then, orelse = (self.body(b, b.results, frame.depth + 1, frame.loops, "fold") for b in (s.then, s.orelse))
        if then.statements or orelse.statements:
            return None
        boolean = isinstance(s.outs[0].type, ab.Scalar) and s.outs[0].type.kind == "bool"
        if not boolean and any(_chooses(x) for x in (*then.results, *orelse.results)):
            return None
        room = self.room(s.outs[0], frame)
        self.taken = []
        made = Choice(self.arg(s.cond, reader), then.results[0], orelse.results[0])
        if width(made) > room:
            return None
        self.consume()
        return made


def _returns(s: Statement) -> bool:
    """Do all paths through a statement end in `return`?"""
    if isinstance(s, Branch) and not s.outs:
        return all(any(map(_returns, b.statements[-1:])) for b in (s.then, s.orelse))
    return isinstance(s, Return)


def _is_statement(s: If) -> bool:
    return not s.origin.adjoint and s.origin.text.lstrip().startswith(("if ", "if(", "elif"))


def _is_converted(e: Expr) -> bool:
    return isinstance(e, Apply) and e.op in CONVERSIONS and isinstance(e.args[0], Var)


def _small(s: If, limit: int = 6) -> bool:
    for b in (s.then, s.orelse):
        for inner in b.body:
            limit -= 1
            if limit < 0 or not (
                isinstance(inner, Op) or isinstance(inner, If) and len(inner.outs) == 1 and _small(inner, limit)
            ):
                return False
    return True


def _chooses(e: Expr) -> bool:
    match e:
        case Choice():
            return True
        case Apply():
            return any(map(_chooses, e.args))
        case tuple():
            return any(map(_chooses, e))
    return False
