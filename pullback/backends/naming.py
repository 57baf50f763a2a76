"""What the variables of a script are called.

A variable gets the name that it would like (its hint), if nobody who is still needed has it; the values that go round
in a loop share one name. Where a loop or a branch gives a name a new value while the old one is needed, the old one is
kept under another name first (`h_prev = h`); in straight-line code the newcomer is called something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pullback.transpile.core import Var

from .liveness import Liveness, Skips
from .script import Assign, Body, Branch, Change, Define, ForLoop, Mutate, Procedure, Update, WhileLoop, Write, targets

_SEARCHED = 40
"""Numbers tried one after the other for a name; where all are taken, the next is higher than any before."""


@dataclass(frozen=True)
class Region:
    """A body that is being named: where it begins, and for a branch where its `if` ends and how one gets there."""

    start: int
    resume: int | None
    skips: Skips


@dataclass(frozen=True)
class Reservation:
    """A name that a loop needs: others may have it until `limit`, where the value for the next round takes it."""

    limit: int
    heirs: frozenset[Var]


class Names:
    """Names in force at one point of a walk over a procedure."""

    def __init__(self, procedure: Procedure, live: Liveness, forbidden: frozenset[str]) -> None:
        self.live = live
        self.forbidden = forbidden
        self.users = procedure.user_names
        self.name: dict[Var, str] = {}
        self.holder: dict[str, Var] = {}
        self.wish: dict[Var, str] = {}
        self.forced: dict[Var, str] = {}
        self.origin: dict[Var, Var] = {}
        self.heir: dict[Var, Var] = {}
        self.begun: dict[Var, int] = {}
        self.regions: list[Region] = [Region(0, None, ())]
        self.reserved: dict[str, list[Reservation]] = {}
        self.highest: dict[str, int] = {}
        self._log: list[tuple[dict[Var, str] | dict[str, Var], object, object]] = []
        self._chains(procedure.body)
        self._wishes(procedure.body)

    # what is known before the walk

    def _chains(self, body: Body) -> None:
        """Which variables are one array that is written in place, and so have one name."""
        for s in body.statements:
            self.begun.update((v, self.live.span[s].start) for v in bound(s))
            match s:
                case Write() | Update() | Change():
                    self.origin[s.out] = self.origin.get(s.old, s.old)
                    self.heir[s.old] = s.out
                case Mutate():
                    for old, new in zip(s.old, s.new, strict=True):
                        assert isinstance(old, Var)
                        self.origin[new] = self.origin.get(old, old)
                        self.heir[old] = new
                case Branch():
                    self._chains(s.then)
                    self._chains(s.orelse)
                case ForLoop() | WhileLoop() | Define():
                    if isinstance(s, WhileLoop):
                        self._chains(s.test)
                    self._chains(s.body)

    def _wishes(self, body: Body, loop: tuple[Var, ...] = ()) -> None:
        """Hand the name of what a value becomes back to the value, where it has none of its own.

        `loop`: what the loop around leaves.
        """
        for s in reversed(body.statements):
            match s:
                case Write() | Update() | Change():
                    self._inherit(s.old, s.out)
                case Mutate():
                    for old, new in zip(s.old, s.new, strict=True):
                        self._inherit(old, new)
                case Branch():
                    ways = [(s.outs, given) for given in s.given]
                    ways += [(loop, b.results) for b, x in zip((s.then, s.orelse), s.leaves, strict=True) if x]
                    for outs, results in ways:
                        for o, x in zip(outs, results, strict=True):
                            self._inherit(x, o)
                    self._wishes(s.then, loop)
                    self._wishes(s.orelse, loop)
                case ForLoop() | WhileLoop():
                    for i, p, r, o in zip(s.inits, s.carried, s.body.results, s.outs, strict=True):
                        self._inherit(p, o)
                        self._inherit(o, p)
                        self._inherit(r, p)
                        self._inherit(i, p)
                    if isinstance(s, WhileLoop):
                        self._wishes(s.test)
                    self._wishes(s.body, s.outs)
                case Define():
                    self._wishes(s.body)

    def _inherit(self, v: object, like: Var) -> None:
        if isinstance(v, Var) and not self.wanted(v) and self.wanted(like):
            self.wish[v] = self.wanted(like)

    def wanted(self, v: Var) -> str:
        """The name that a variable would like, or nothing."""
        return self.wish.get(v) or v.hint

    def prefer(self, v: Var, name: str) -> None:
        """Let a variable like another name better than its own."""
        self.wish[v] = name

    def root(self, v: Var) -> Var:
        """The first of the variables that are one array written in place."""
        return self.origin.get(v, v)

    def last_heir(self, v: Var) -> Var:
        """The last of the variables that are one array written in place."""
        while v in self.heir:
            v = self.heir[v]
        return v

    # the walk

    def set(self, v: Var, name: str) -> None:
        """Let a variable have a name from here on."""
        self._log.append((self.name, v, self.name.get(v)))
        self._log.append((self.holder, name, self.holder.get(name)))
        self.name[v] = name
        self.holder[name] = v

    @contextmanager
    def region(self, start: int, resume: int | None = None, skips: Skips = ()) -> Iterator[None]:
        """Name a body. Names given in a branch or a `def` (which tell by `resume`) are forgotten at its end."""
        self.regions.append(Region(start, resume, skips))
        mark = len(self._log)
        yield
        self.regions.pop()
        if resume is not None:
            while len(self._log) > mark:
                table, key, old = self._log.pop()
                if old is None:
                    table.pop(key, None)  # type: ignore[call-overload]
                else:
                    table[key] = old  # type: ignore[index,assignment]

    def hide(self, start: int, end: int) -> None:
        """In a function between these positions, let names be free whose values it does not read."""
        for name, holder in list(self.holder.items()):
            if not any(start <= at <= end for at in self.live.reads.get(holder, ())):
                self._log.append((self.holder, name, holder))
                del self.holder[name]

    def free(self, name: str, v: Var, position: int, skips: Skips) -> bool:
        """May a variable that is bound at a position have this name?"""
        if name in self.forbidden or name in self.users and name != self.wanted(v):
            return False
        holder = self.holder.get(name)
        if holder is not None and holder is not v and self.live.live(holder, position, skips):
            return False
        return self.fits(name, v)

    def fits(self, name: str, v: Var) -> bool:
        """Does a variable leave a name in time for the loops that need it?"""
        reserved = self.reserved.get(name)
        if not reserved:
            return True
        end = self.last_heir(v)
        last = max(self.live.last(v), self.live.last(end))
        inner: Reservation | None = None
        for r in reversed(reserved):
            handed_on = inner is not None and bool(inner.heirs & r.heirs)  # the inner loop gives what `r` waits for
            if not handed_on and end not in r.heirs and v not in r.heirs and last > r.limit:
                return False
            inner = r
        return True

    def fresh(self, base: str, v: Var, position: int, skips: Skips, avoid: frozenset[str] = frozenset()) -> str:
        """A name that is free, as like the wanted one as can be."""
        if base not in avoid and self.free(base, v, position, skips):
            return base
        stem = base if not base[-1:].isdigit() else base + "_"
        k = 2
        while (name := f"{stem}{k}") in avoid or not self.free(name, v, position, skips):
            k = k + 1 if k < _SEARCHED else max(k, self.highest.get(stem, 0)) + 1
        self.highest[stem] = max(k, self.highest.get(stem, 0))
        return name

    def may_save(self, v: Var) -> bool:
        """Could a variable be called something else from here on, because all that reads it lies ahead in this body?"""
        bound = self.live.bound.get(v, 0)
        for region in reversed(self.regions):
            if bound >= region.start:
                return True
            if region.resume is None or self.live.live(v, region.resume, region.skips):
                return False
        return True

    def bind(self, v: Var, position: int, skips: Skips, temporary: str) -> tuple[str, tuple[str, str] | None]:
        """Name a variable that a statement binds; also (new, old) if the name's old value has to be kept first."""
        name = self.forced.get(v)
        if name is not None:
            holder = self.holder.get(name)
            if holder is None or holder is v or not self.live.live(holder, position, skips):
                self.set(v, name)
                return name, None
            saved = self.save(name, position, skips)
            if saved is not None:
                self.set(v, name)
                return name, (saved, name)
        name = self.fresh(self.wanted(v) or temporary, v, position, skips)
        self.set(v, name)
        return name, None

    def save(self, name: str, position: int, skips: Skips) -> str | None:
        """Give the holder of a name another one, `name_prev`, before a statement; None where that cannot be."""
        holder = self.holder[name]
        if not self.may_save(holder):
            return None
        saved = self.fresh(f"{name}_prev", holder, position - 1, skips, frozenset((name,)))
        self.set(holder, saved)
        return saved

    def reserve(self, name: str, limit: int, heirs: frozenset[Var]) -> None:
        """Keep a name for a loop."""
        self.reserved.setdefault(name, []).append(Reservation(limit, heirs))

    def claim_results(self, body: Body, names: list[str], outs: tuple[Var, ...], end: int) -> list[str]:
        """Let the results that a body binds have these names; gives the names to release afterwards."""
        own = {v for s in body.statements for v in bound(s)}
        forced: set[Var] = set()
        for name, r, o in zip(names, body.results, outs, strict=True):
            limit, heirs = end, {o}
            if isinstance(r, Var) and r in own and self.root(r) not in forced:
                root = self.root(r)
                forced.add(root)
                heirs.add(r)
                if root in own:
                    self.forced[root] = name
                    limit = self.begun[root]
                    heirs.add(root)
            self.reserve(name, limit, frozenset(heirs))
        return names

    def release(self, names: list[str]) -> None:
        """The loop that needed these names is over."""
        for name in names:
            self.reserved[name].pop()


def bound(s: object) -> Iterator[Var]:
    """The variables that a statement binds."""
    match s:
        case Assign():
            yield from targets(s.target)
        case Write() | Update() | Define():
            yield s.out
        case Change():
            yield from (s.out, *targets(s.taken))
        case Mutate():
            yield from (*s.new, *targets(s.value))
        case Branch() | ForLoop() | WhileLoop():
            yield from s.outs
