"""Arrays that loops overwrite are put back as the adjoint goes: what a write destroys is kept, not what is read.

    for i in range(n):                              for i in reversed(range(n)):
        old = x1[i]; keep(old)                          x1 = set_item(x2, i, old)
        y = tanh(a[i] @ x1)             ->              … what reads x1 …
        x2 = set_item(x1, i, y)

The versions of such an array are known before a reversal begins (`Restored`). In each block of backward code a version
of forward code has a name of its own from where it is put back (`Versions`), and what backward code reads of forward
code is replaced by it there, or computed again from it. What is read earlier, where the array is not back at that
version yet, is kept as all else is.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, For, If, Op, OpFunction, Stmt, Var, While
from pullback.transpile.infer import infer
from pullback.transpile.optimise.chains import Chain
from pullback.transpile.reverse.builder import Builder
from pullback.transpile.storage import Sharing, of_index, sharing
from pullback.transpile.traversal import blocks, own_reads, reads, substitute, views_through

_CHEAP: frozenset[OpFunction] = frozenset({operator.add, operator.sub, operator.mul, operator.truediv, operator.neg})
_STEPS = 3


@dataclass(frozen=True)
class Restored:
    """The arrays that are put back: all their `versions`, and by the version that a write makes what it destroys.

    `entries`: for a version that a branch gives, the one that both sides start from; `kept`: what is on a tape in any
    case. `made` are the operations inside the loops, by what they bind, `local` all that is bound there.
    """

    versions: set[Var] = field(default_factory=set)
    entries: dict[Var, Var] = field(default_factory=dict)
    destroyed: dict[Var, Var] = field(default_factory=dict)
    made: dict[Var, Op] = field(default_factory=dict)
    local: set[Var] = field(default_factory=set)
    kept: set[Var] = field(default_factory=set)

    def copy(self, m: Mapping[Var, Atom]) -> None:
        """Know of a copy of forward code what is known of that; `m` has its names."""

        def new(v: Var) -> Var:
            found = m.get(v, v)
            return found if isinstance(found, Var) else v

        self.versions.update(map(new, self.versions & m.keys()))
        self.local.update(map(new, self.local & m.keys()))
        self.kept.update(map(new, self.kept & m.keys()))
        for table in (self.entries, self.destroyed):
            table.update({new(v): new(w) for v, w in table.items() if v in m})
        self.made.update({new(v): replace(substitute(s, m), out=new(v)) for v, s in self.made.items() if v in m})

    def comes_from_versions(self, v: Var, steps: int) -> bool:
        """Is a value made, by cheap steps, of an array that is put back?"""
        if v in self.versions:
            return True
        made = self.made.get(v)
        if made is None or v in self.kept or not (steps and _is_cheap(made)):
            return False
        return any(self.comes_from_versions(a, steps - (made.op in _CHEAP)) for a in own_reads(made))

    def slots(self, s: If | For | While) -> list[int]:
        """Which of a statement's outs are versions of an array that is put back."""
        n = len(s.outs) if isinstance(s, If) else len(s.inits)
        return [k for k in range(n) if s.outs[k] in self.versions]

    def changes(self, s: Stmt) -> bool:
        """Does a statement make a version that must be taken back?"""
        return any(o in self.versions for o in s.outs)


class Versions:
    """What forward versions are called in one block of backward code, each from where it has been put back."""

    def __init__(self, restored: Restored, b: Builder) -> None:
        self.restored, self.b = restored, b
        self.since: dict[Var, tuple[Atom, int]] = {}
        self.indices: frozenset[Var] = frozenset()  # of the loops around, in forward code

    def inside(self, around: Versions) -> None:
        """This block is inside of another one, which has come to where it is."""
        self.since = {version: (atom, 0) for version, (atom, _) in around.since.items()}
        self.indices = around.indices

    def enter(self, s: For | While, ends: Sequence[Atom], slots: Sequence[int]) -> list[Var]:
        """This block is the body of the adjoint of a loop: what goes round in these slots, and is `ends` at first."""
        if isinstance(s, For):
            self.indices |= {s.index}
        arrays = [Var(s.carried[k].hint, s.carried[k].type) for k in slots]
        self.bind_all([ends[k] for k in slots], arrays)
        return arrays

    def bind(self, version: Atom, atom: Atom) -> None:
        """From here on a version is this."""
        if isinstance(version, Var) and version not in self.since:
            self.since[version] = atom, len(self.b.body)

    def bind_all(self, versions: Iterable[Atom], atoms: Iterable[Atom]) -> None:
        """From here on each version is the atom in its place."""
        for version, atom in zip(versions, atoms, strict=True):
            self.bind(version, atom)

    def now(self, version: Atom) -> Atom:
        """A version by its name in this block; as the loops have left it, it has the name that it has there."""
        return self.since[version][0] if isinstance(version, Var) and version in self.since else version

    def take_back(self, s: Op) -> None:
        """Put back what a write has destroyed."""
        array, index = s.args[:2]
        assert isinstance(array, Var)
        before = Var(array.hint, array.type)
        self.b.define(before, prims.set_item, (self.now(s.out), index, self.restored.destroyed[s.out]), s.kwargs)
        self.bind(array, before)

    def read(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        """Statements that read what has been put back where it has been, not what forward code had."""
        if not self.since:
            return tuple(body)
        out: list[Stmt] = []
        m: dict[Var, Atom] = {}
        pending = sorted(self.since.items(), key=lambda item: item[1][1])
        for p, s in enumerate(body):
            while pending and pending[0][1][1] <= p:
                version, (atom, _) = pending.pop(0)
                m[version] = atom
            for v in reads(s):
                if self.restored.comes_from_versions(v, _STEPS):
                    self._again(v, m, out, s, _STEPS)
            out.append(substitute(s, m))
        return tuple(out)

    def _again(self, v: Var, m: dict[Var, Atom], out: list[Stmt], for_: Stmt, steps: int) -> bool:
        """Compute a forward value again from what has been put back and is at hand, if that is cheap; could it be?"""
        if v in m or v in self.indices or v not in self.restored.local:
            return True
        made = self.restored.made.get(v)
        if made is None or v in self.restored.kept or not (steps and _is_cheap(made)):
            return False
        trial: list[Stmt] = []
        known = dict(m)
        if not all(self._again(a, known, trial, for_, steps - (made.op in _CHEAP)) for a in own_reads(made)):
            return False
        out += trial
        m.update(known)
        m[v] = new = Var(v.hint, v.type)
        out.append(replace(substitute(made, m), out=new, origin=for_.origin))
        return True


def _is_cheap(s: Op) -> bool:
    if s.op is operator.getitem:
        return of_index(s.args[1]) is Sharing.VIEW
    return s.op in _CHEAP or sharing(s.op, s.args, s.kwargs) is Sharing.VIEW


def restoring(b: Block, chains: Iterable[Chain]) -> tuple[Block, Restored]:
    """Forward code that reads what each write to these arrays destroys, and what its reversal must know."""
    tags = {c.loop.tag for c in chains}
    versions = {v for c in chains for v in (*c.versions, c.last)}
    entries = {out: entry for c in chains for out, entry in c.entries.items()}
    destroyed: dict[Var, Var] = {}
    b = _reading(b, versions, destroyed)
    made: dict[Var, Op] = {}
    local: set[Var] = set()

    def scan(s: Stmt, inside: bool) -> None:
        inside = inside or isinstance(s, For | While) and s.tag in tags
        for block in blocks(s):
            if inside:
                local.update(block.params)
                local.update(o for t in block.body for o in t.outs)
                made.update((t.out, t) for t in block.body if isinstance(t, Op))
            for t in block.body:
                scan(t, inside)

    for s in b.body:
        scan(s, False)
    return b, Restored(versions, entries, destroyed, made, local, set(destroyed.values()))


def _reading(b: Block, versions: set[Var], destroyed: dict[Var, Var]) -> Block:
    body: list[Stmt] = []
    known: dict[object, Var] = {}
    for s in b.body:
        match s:
            case If():
                then, orelse = (_reading(x, versions, destroyed) for x in (s.then, s.orelse))
                s = replace(s, then=then, orelse=orelse)
            case For() | While():
                s = replace(s, body=_reading(s.body, versions, destroyed))
            case Op(op=operator.getitem):
                known.setdefault(s.args, s.out)
            case Op() if s.out in versions:
                destroyed[s.out] = _old(s, body, known)
        body.append(s)
    return Block(b.params, tuple(body), b.results)


def _old(s: Op, body: list[Stmt], known: dict[object, Var]) -> Var:
    """What stands where `s` writes, read before it; as the user has read it, if the user has."""

    def made(hint: str, fn: OpFunction, *args: Arg) -> Var:
        out = Var(hint, infer(fn, args, {}))
        body.append(Op(out, fn, args, (), s.origin))
        return out

    array, index = s.args[:2]
    for fn, rest in views_through(s):
        array = made("", fn, array, *rest)
    return known.get((array, index)) or made("old", operator.getitem, array, index)
