"""How loops fold: what Core collects is appended to lists; a list that one loop reads is popped, last in, first out."""

from __future__ import annotations

import builtins
import operator
from functools import partial
from typing import TYPE_CHECKING

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, For, Lit, Stmt, Var, While

from .facts import is_array
from .leaving import Leaving
from .script import Apply, Assign, Body, Expr, ForLoop, Reverse, Statement, Target, WhileLoop, targets

if TYPE_CHECKING:
    from .folding import Folder
    from .waiting import Frame

ZERO, ONE = Lit(0), Lit(1)


class LoopFolding:
    """The part of folding that is about loops."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.usage = folder.usage
        self.filled: dict[Var, tuple[Stmt | None, bool]] = {}
        """Lists of this function's own: the loop or `def` around their making, and were they filled backwards?"""

    def loop(self, s: For | While, slot: int, frame: Frame) -> None:
        """Fold a loop into the slot of a frame."""
        n = len(s.inits)
        reader = self.folder.waiting.reader(s, frame)
        inits = tuple(
            self.folder.waiting.expression(partial(self.folder.waiting.arg, x, reader), frame.room - 8) for x in s.inits
        )
        collect: dict[Atom, list[Var]] = {}
        for r, o in zip(s.body.results[n:], s.outs[n:], strict=True):
            if self.usage.sites.get(o):
                collect.setdefault(r, []).append(o)
                frame.slots[slot].append(Assign(o, Apply(prims.make_list, (), (), o), s.origin))
                self.filled[o] = (self.usage.context[s], isinstance(s, For) and s.reverse)
        if isinstance(s, For):
            frame.slots[slot] += self.for_loop(s, inits, frame, collect)
        else:
            test = self.folder.body(s.cond, s.cond.results, frame.depth, (*frame.loops, s), "fold")
            body = self.body(s, frame, collect)
            frame.slots[slot].append(WhileLoop(s.outs[:n], inits, s.carried, test, body, s.origin))
        for o in s.outs:
            if self.filled.get(o, (None, False))[1] and not self.popped_forwards(o):
                frame.slots[slot].append(Reverse(o, s.origin))
            self.folder.append(frame, slot, o, o, s.origin)

    def body(
        self, s: For | While, frame: Frame, collect: dict[Atom, list[Var]], first: tuple[Statement, ...] = ()
    ) -> Body:
        """The body of a loop, with `first` before it."""
        loops, depth = (*frame.loops, s), frame.depth + 1
        if s.stop is not None:
            return Leaving(self.folder, s, loops).body(depth, collect, first)
        return self.folder.body(s.body, s.body.results[: len(s.inits)], depth, loops, "keep", collect, first)

    def popped_forwards(self, v: Var) -> bool:
        """Is a list that was filled backwards only read by one forward loop, which pops it?"""
        sites = self.usage.sites[v]
        return len(sites) == 1 and isinstance(s := sites[0].reader, For) and self.can_pop(v, s)

    def can_pop(self, v: Atom, s: For) -> bool:
        """Is this loop the only reader of a list, run once for each filling of it, and in the other direction?"""
        if not isinstance(v, Var) or v not in self.filled:
            return False
        sites = self.usage.sites[v]
        context, backwards = self.filled[v]
        once = len(sites) == 1 and sites[0].kind == "item" and self.usage.context[s] is context
        return once and s.reverse != backwards

    def target(self, p: Var, s: For, owned: bool) -> Target:
        """What an item is bound to: the parts of a tuple, or None where nobody reads it."""
        if not self.usage.sites.get(p):
            return None
        parts = self.folder.parts_of(p)
        target: Target = p if parts is None else parts
        if owned:
            self.filled.update((v, (s, False)) for v in targets(target) if isinstance(v.type, ab.ListOf))
        return target

    def for_loop(
        self, s: For, inits: tuple[Expr, ...], frame: Frame, collect: dict[Atom, list[Var]]
    ) -> list[Statement]:
        header = _Header(self, s, frame)
        n = len(s.inits)
        body = self.body(s, frame, collect, tuple(header.prologue))
        if header.iterable is None:
            test = Body((), (header.last,))
            return [WhileLoop(s.outs[:n], inits, s.carried, test, body, s.origin)]
        return [ForLoop(s.outs[:n], inits, s.carried, header.target, header.iterable, body, s.origin)]


class _Header:
    """Target and iterable of a `for`, and what its body begins with; without an iterable it is `while last:`."""

    def __init__(self, folding: LoopFolding, s: For, frame: Frame) -> None:
        self.folding = folding
        self.s = s
        self.prologue: list[Statement] = []
        self.last: Expr = ZERO
        self.target: Target = None
        self.iterable: Expr | None = None
        self.index = s.index if folding.usage.sites.get(s.index) else None
        folder = folding.folder
        reader = folder.waiting.reader(s, frame)
        pairs = list(zip(s.items, s.item_params, strict=True))
        pops = [(v, p) for v, p in pairs if folding.can_pop(v, s)]
        walked = [(v, p) for v, p in pairs if (v, p) not in pops]
        self.own = all(v in folding.filled for v, _ in walked if isinstance(v, Var))

        def arg(x: Atom) -> Expr:
            return folder.waiting.expression(partial(folder.waiting.arg, x, reader), frame.room - 20)

        self.sequences: list[Expr] = [arg(v) for v, _ in walked]
        self.targets: list[Target] = [folding.target(p, s, False) for _, p in walked]
        if s.source is not None:
            start, stop, step = (arg(x) for x in (s.source.start, s.source.stop, s.source.step))
            bounds = (start, stop, step) if step != ONE else (start, stop) if start != ZERO else (stop,)
            self.over_range(Apply(builtins.range, bounds))
        elif walked:
            self.over_items()
        else:
            self.over_lists(pops)
        for v, p in pops:
            self.pop(v, p)

    def pop(self, v: Atom, p: Var) -> None:
        target = self.folding.target(p, self.s, True)
        self.prologue.append(Assign(target, Apply(list.pop, (v,)), self.s.origin))

    def over_range(self, indices: Apply) -> None:
        if self.counts(indices):
            self.over_items()
            return
        if self.sequences and (self.index is not None or not self.own):
            self.sequences.insert(0, indices)
            self.targets.insert(0, self.index)
        if self.sequences:
            self.zipped()
        else:
            self.target, self.iterable = self.index, indices if self.index is None else self.turned(indices)

    def counts(self, indices: Apply) -> bool:
        """Do the indices number the items of the one sequence?"""
        stop = indices.args[0] if len(indices.args) == 1 else None
        if not isinstance(stop, Apply) or len(self.sequences) != 1 or isinstance(self.targets[0], tuple):
            return False
        if stop.args[0] is self.sequences[0] and isinstance(stop.args[0], Var):
            return stop.op is builtins.len or stop.op is prims.dim and stop.args[1] == ZERO
        return False

    def turned(self, e: Expr) -> Expr:
        return Apply(builtins.reversed, (e,)) if self.s.reverse else e

    def zipped(self) -> None:
        """Walk several sequences in step; from the end only if they are known to be of one length."""
        if len(self.sequences) == 1:
            self.target, self.iterable = self.targets[0], self.turned(self.sequences[0])
            return
        self.target = tuple(self.targets)
        if self.own or not self.s.reverse:
            self.iterable = Apply(builtins.zip, tuple(map(self.turned, self.sequences)))
        else:
            pairs = Apply(builtins.list, (Apply(builtins.zip, tuple(self.sequences)),))
            self.iterable = Apply(builtins.reversed, (pairs,))

    def over_items(self) -> None:
        if self.index is None:
            self.zipped()
        elif not self.s.reverse:
            self.zipped()
            assert self.iterable is not None
            self.target, self.iterable = (self.index, self.target), Apply(builtins.enumerate, (self.iterable,))
        elif len(self.sequences) == 1 and not isinstance(self.targets[0], tuple):
            (sequence,) = self.sequences
            self.target = self.index
            length = Apply(builtins.range, (Apply(builtins.len, (sequence,)),))
            self.iterable = Apply(builtins.reversed, (length,))
            if isinstance(item := self.targets[0], Var):
                read = Apply(operator.getitem, (sequence, (self.index,)), (), item)
                self.prologue.append(Assign(item, read, self.s.origin))
        else:
            items = Apply(builtins.zip, tuple(self.sequences)) if len(self.sequences) > 1 else self.sequences[0]
            self.target = (self.index, tuple(self.targets) if len(self.targets) > 1 else self.targets[0])
            numbered = Apply(builtins.list, (Apply(builtins.enumerate, (items,)),))
            self.iterable = Apply(builtins.reversed, (numbered,))

    def over_lists(self, pops: list[tuple[Atom, Var]]) -> None:
        """Only lists that belong to the function: pop the last of them until it is empty, or walk it from its end."""
        v, p = pops[0]
        if self.index is not None:
            count = Apply(builtins.range, (Apply(builtins.len, (v,)),))
            self.target, self.iterable = self.index, self.turned(count)
        elif is_array(p.type) and any(is_array(x.type) for x in targets(self.peek(p))):
            self.last = v
        else:
            del pops[0]
            self.target = self.folding.target(p, self.s, True)
            self.iterable = Apply(builtins.reversed, (v,))

    def peek(self, p: Var) -> Target:
        parts = self.folding.usage.parts(p)
        return tuple(parts.values()) if parts else p
