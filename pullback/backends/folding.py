"""Core to scripts: temporaries that are read once go back into the expressions that read them.

Before::

    t1 = matmul(x, w1); t2 = add(t1, b1); h = tanh(t2)

After::

    h = np.tanh(x @ w1 + b1)

The user's own names stay statements of their own. Nothing moves past an effect, into a loop, or past a place where what
it reads is written or its name given away. What would not fit on a line stays a temporary.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, Call, Def, Effect, For, Function, If, Lit, Op, Origin, Stmt, Var, While
from pullback.transpile.traversal import variables

from .capturing import held
from .choosing import branch
from .facts import CONVERSIONS, MAKERS, STARTS, WRITES, is_cheap
from .intents import wanted
from .loops import LoopFolding
from .passed import is_set, passed
from .returning import kept
from .script import (
    Act,
    Append,
    Apply,
    Assign,
    Body,
    Branch,
    Define,
    Expr,
    Invoke,
    Mutate,
    Procedure,
    Return,
    Statement,
    Target,
    targets,
)
from .sharing import Sharing, Taken
from .traced_ops import TAKEN_APART, is_traced
from .usage import Usage
from .waiting import Frame, Mode, Pending, Reader, Structure, Waiting


@dataclass(frozen=True)
class Callees:
    """What is known of the functions that a program calls, by their keys.

    `effectful`: does it print, raise or assert? `taken`: the positions of the arguments that it takes over, to write
    into them; `mutates`: of those that the user's own function writes into.
    """

    effectful: Callable[[str], bool]
    taken: Taken
    mutates: Taken


def fold(function: Function, callees: Callees, public: bool, owned: Collection[int]) -> Procedure:
    """One function as a script; it may write into its parameters at the positions `owned`."""
    folder = Folder(function, Usage(function.block, callees.effectful), callees)
    body = folder.body(function.block, function.block.results, 1, (), "return")
    f = function
    results = frozenset(v for v in folder.waiting.results if not v.hint)
    mutated = tuple(f.params[k].var for k in f.written) if f.primal else ()
    return Procedure(
        f.name, f.params, body, f.origin, f.user_names, f.doc, public, results,
        frozenset(folder.wanted), frozenset(f.params[k].var for k in owned), mutated,
    )  # fmt: skip


class Folder:
    """Folds the blocks of one function; `LoopFolding` has the part for loops."""

    def __init__(self, function: Function, usage: Usage, callees: Callees) -> None:
        self.function = function
        self.usage = usage
        self.callees = callees
        self.wanted = wanted(function.block, callees.taken)
        sharing = Sharing(function.block, usage.start, callees.taken)
        self.changing = sharing.changing
        self.waiting = Waiting(usage, sharing)
        self.passed = passed(function)
        self.held = held(function.block)
        self.done: set[Stmt] = set()
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
        frame = self.frame(block, results, depth, loops, mode, collect, first)
        for i, s in enumerate(block.body, 1):
            if s not in self.done:
                self.statement(s, i, frame)
        if mode != "return":
            made = self.results(frame)
            return Body(frame.statements, made)
        if any(map(_returns, frame.statements[-1:])):
            return Body(frame.statements)
        last = self.returned(frame, self.end(block))
        return Body((*frame.statements, last))

    def frame(
        self,
        block: Block,
        results: tuple[Atom, ...],
        depth: int,
        loops: tuple[Stmt, ...],
        mode: Mode,
        collect: Mapping[Atom, list[Var]] | None,
        first: tuple[Statement, ...],
    ) -> Frame:
        """A block about to be folded, with what stands before its own statements."""
        frame = Frame(block, results, depth, loops, mode, dict(collect or {}), [[] for _ in range(len(block.body) + 2)])
        frame.slots[0] += first
        inner = {o for s in block.body if s not in self.done for o in s.outs}
        for atom in frame.collect:
            if atom not in inner:
                self.append(frame, 0, atom, atom, loops[-1].origin)
        return frame

    def end(self, block: Block) -> int:
        """The position behind a block's statements."""
        return self.usage.end[block.body[-1]] if block.body else 0

    def results(self, frame: Frame) -> tuple[Expr, ...]:
        """The results of a block whose statements have been folded."""
        reader = Reader(frame, self.end(frame.block))
        room = frame.room - 8
        return tuple(self.waiting.expression(partial(self.waiting.arg, r, reader), room) for r in frame.results)

    def returned(self, frame: Frame, position: int) -> Return:
        """The `return` at the end of a block, from where the last thing in it comes."""
        (result,) = frame.results
        value = self.waiting.expression(lambda: self.waiting.arg(result, Reader(frame, position)), frame.room - 7)
        origins = [p.origin for p in self.waiting.folded if p.origin.adjoint and not p.cheap]
        return Return(value, origins[-1] if origins else self.function.origin)

    def statement(self, s: Stmt, slot: int, frame: Frame) -> None:
        """Fold one statement into the slot of a frame."""
        match s:
            case Op():
                self.op(s, slot, frame)
            case Call():
                self.call(s, slot, frame)
            case Effect():
                reader = self.waiting.reader(s, frame)
                names, values = tuple(k for k, _ in s.kwargs), (*s.args, *(x for _, x in s.kwargs))
                made = self.waiting.expression(lambda: self.waiting.args(values, reader), frame.room - 8)
                assert isinstance(made, tuple)
                n = len(s.args)
                if is_set(s):
                    made = (*made[:2], kept(made[2], s.args[2] in self.passed))
                kwargs = tuple(zip(names, made[n:], strict=True))
                frame.slots[slot].append(Act(s.op, made[:n], kwargs, s.origin))
            case If():
                branch(self, s, slot, frame)
            case Def():
                first = tuple(self.unpacked(s)) if is_traced(s.name) else ()
                loops = (*frame.loops, s)
                body = self.body(s.block, s.block.results, frame.depth + 1, loops, "return", None, first)
                frame.slots[slot].append(Define(s.out, s.name, s.block.params, body, s.origin))
            case For() | While():
                self.loops.loop(s, slot, frame)

    def call(self, s: Call, slot: int, frame: Frame) -> None:
        taken = self.callees.taken(s.function)
        for k in taken:
            p = self.waiting.pending.get(v) if isinstance(v := s.args[k], Var) else None
            if p is not None and not (isinstance(p.expr, Apply) and p.expr.op in MAKERS):
                self.waiting.settle(p)
        reader = self.waiting.reader(s, frame)
        value = self.waiting.expression(
            lambda: Invoke(s.function, self.waiting.args(s.args, reader), s.out, tuple(sorted(taken))),
            self.waiting.room(s.out, frame),
        )
        assert isinstance(value, Invoke)
        mutated = self.callees.mutates(s.function)
        if not mutated:
            self.bind(s, s.out, value, slot, frame)
            return
        first, *new = self.parts_at(slot, frame, len(mutated) + 1)
        read = first if self.usage.sites.get(first) else None
        frame.slots[slot].append(Mutate(read, tuple(new), tuple(mutated), value, s.origin))
        for v in (first, *new):
            self.append(frame, slot, v, v, s.origin)

    def parts_at(self, slot: int, frame: Frame, n: int) -> list[Var]:
        """The parts of the result of the call in a slot, which the next statements take out."""
        items = frame.block.body[slot : slot + n]
        self.done.update(items)
        return [v for s in items for v in s.outs]

    def op(self, s: Op, slot: int, frame: Frame) -> None:
        reader = self.waiting.reader(s, frame, self.structure(s, frame))
        if s.op in CONVERSIONS and isinstance(s.args[0], Var) and s.args[0].hint == s.out.hint:
            reader = replace(reader, origin=None)
        parts = self.all_parts(s, slot, frame)
        if parts is not None:
            self.assign(parts, self.waiting.args(s.args[:1], reader)[0], s.origin, slot, frame)
            return
        if s in self.changing and isinstance(s.args[0], Var) and s.args[0] in self.waiting.pending:
            self.waiting.settle(self.waiting.pending[s.args[0]])
        at_once = s.op in (prims.item, len) and (s.out in self.wanted or s.out in self.held)
        cheap = not at_once and is_cheap(s.op, s.args, s.out.type)
        if cheap and len(self.usage.sites.get(s.out, ())) > 1:
            self.settle_costly(s)
        value = self.waiting.expression(lambda: self.apply(s, reader), self.waiting.room(s.out, frame))
        self.bind(s, s.out, value, slot, frame, cheap)

    def settle_costly(self, s: Op) -> None:
        """What is computed is bound before an expression that reads it becomes a part of several others."""
        for v in variables(s.args):
            p = self.waiting.pending.get(v)
            if p is not None and not p.cheap:
                self.waiting.settle(p)

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
        if n < 2 or by_key.keys() != set(range(n)) or len(run) != n or whole in self.waiting.pending:
            return None
        if whole.hint != "tape" and not all(t.out.hint for t in run):
            return None
        self.done.update(run)
        return tuple(by_key[k] if self.usage.sites.get(by_key[k]) else None for k in range(n))

    def structure(self, s: Op, frame: Frame) -> Structure:
        if s.op not in MAKERS:
            return ""
        return "collected" if self.only_collected(s, s.out, frame) else "returned" if frame.mode == "return" else ""

    def apply(self, s: Op, reader: Reader) -> Expr:
        if s.op is prims.alias:
            return self.waiting.arg(s.args[0], reader)
        args = self.waiting.args(s.args, reader)
        return Apply(s.op, args, tuple([(k, self.waiting.arg(x, reader)) for k, x in s.kwargs]), s.out)

    def bind(self, s: Op | Call | If, out: Var, value: Expr, slot: int, frame: Frame, cheap: bool = False) -> None:
        """Let the value wait for its reader, or bind it here."""
        whole = isinstance(s, Op) and s.op in TAKEN_APART
        target = self.parts_of(out, whole) if not (isinstance(s, Op) and s.op in MAKERS | WRITES) else None
        if target is not None:
            self.assign(target, value, s.origin, slot, frame)
        elif self.may_wait(s, out, frame, cheap):
            position = self.usage.end[s] - 1
            self.waiting.pending[out] = Pending(out, value, frame, slot, position, s.origin, cheap)
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
        if len(frame.collect.get(out, ())) != 1 or out.hint and not s.origin.adjoint or s in self.changing:
            return False
        sites = self.usage.sites.get(out, [])
        return len(sites) == 1 and sites[0].kind == "collected"

    def unpacked(self, s: Def) -> Iterator[Assign]:
        """What takes the parameters of a function apart, where it begins."""
        for p in s.block.params:
            target = self.part_of(p, alone=True)
            if target is not None:
                yield Assign(target, p, s.origin)

    def parts_of(self, v: Var, alone: bool = False) -> Target:
        """The target that takes an unnamed tuple apart, where that is all that happens to it.

        `alone`: also one that has a name, or of which one part is read.
        """
        if v.hint and not alone or not isinstance(v.type, ab.Seq):
            return None
        parts = self.usage.parts(v)
        if parts is None or max(parts) >= len(v.type.items) or min(parts) < 0:
            return None
        if not alone and len(parts) == 1 < len(v.type.items) and not self.wanted & set(parts.values()):
            return None
        self.done.update(site.reader for site in self.usage.sites[v] if site.reader is not None)
        read = ((k, p) for k in range(len(v.type.items)) for p in (parts.get(k),))
        return tuple(
            None if p is None or not self.usage.sites.get(p) else self.part_of(p, alone) or p for _, p in read
        )

    def part_of(self, v: Var, alone: bool) -> Target:
        """As `parts_of`, of what is handed on, and perhaps None where it is not read."""
        return self.parts_of(v, alone) if self.usage.is_read_where_made(v) else None

    def may_wait(self, s: Op | Call | If, out: Var, frame: Frame, cheap: bool) -> bool:
        """May a value become a part of the expressions that read it?"""
        sites = self.usage.sites.get(out, [])
        if not sites or out.hint and not s.origin.adjoint or s in self.changing:
            return False
        if isinstance(s, Op) and prims.has_effect(s.op):
            return False
        if any(site.kind == "collected" for site in sites):
            return False
        if cheap:
            return True
        site = sites[0]
        if len(sites) > 1 or site.block is not frame.block or isinstance(s, Call) and not self.is_pure(s):
            return False
        if site.kind == "result":
            return frame.mode != "keep"
        reader = site.reader
        if isinstance(reader, For | While) and out in reader.inits:
            return isinstance(s, Op) and s.op in STARTS
        return not (isinstance(reader, Op) and reader in self.changing and reader.args[0] is out)

    def is_pure(self, s: Call) -> bool:
        """Does a call neither have effects nor take over an argument?"""
        effects = self.usage.effect_between(self.usage.start[s] - 1, self.usage.end[s])
        return not effects and not self.callees.taken(s.function)


def _returns(s: Statement) -> bool:
    """Do all paths through a statement end in `return`?"""
    if isinstance(s, Branch) and not s.outs:
        return all(any(map(_returns, b.statements[-1:])) for b in (s.then, s.orelse))
    return isinstance(s, Return)
