"""Scripts to scripts: new versions of lists become changes in place, where nobody else can see the old one.

Before::

    ys2 = appended(ys1, v)

After, where no list that may be `ys1` is needed any more, and otherwise with `ys = list(ys1)` first::

    ys.append(v)

Lists that may be one are a class. A loop begins with the list that it is given if that is in nobody else's hands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pullback.runtime import zeros_of
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from .facts import LIST_CHANGES, MAKERS
from .liveness import Liveness, Skips
from .script import (
    Append,
    Apply,
    Assign,
    Body,
    Branch,
    Change,
    Choice,
    Define,
    Expr,
    ForLoop,
    Invoke,
    Loop,
    Mutate,
    Procedure,
    Statement,
    Target,
    Update,
    WhileLoop,
    Write,
    targets,
)

_NEW = frozenset({prims.make_list, prims.copies, prims.part, prims.rows, list, zeros_of})
_SAME = frozenset({prims.alias, prims.add_at_key})
_READS = frozenset({prims.item, list, len, prims.part, prims.rows})


def change_lists(procedure: Procedure) -> Procedure:
    """The procedure with changes of lists in place."""
    if not any(_changes(procedure.body)):
        return procedure
    found = _Lists(procedure)
    found.settle()
    return replace(procedure, body=_Rewriting(found).body(procedure.body))


def _changes(body: Body) -> Iterator[bool]:
    for s in body.statements:
        yield isinstance(s, Assign) and isinstance(s.value, Apply) and s.value.op in LIST_CHANGES
        for inner in _bodies(s):
            yield from _changes(inner)


def _bodies(s: Statement) -> tuple[Body, ...]:
    match s:
        case Branch():
            return (s.then, s.orelse)
        case WhileLoop():
            return (s.test, s.body)
        case ForLoop() | Define():
            return (s.body,)
    return ()


def _is_list(v: object) -> bool:
    return isinstance(v, Var) and not isinstance(v.type, ab.Scalar | ab.Array | ab.Static)


@dataclass
class _Op:
    """A change, the list before and after it, where it stands, and in which loops and which `def`."""

    s: Assign
    old: Expr
    out: Var
    position: int
    skips: Skips
    loops: tuple[Loop, ...]
    scope: int


@dataclass
class _Classes:
    """Lists that may be one."""

    parent: dict[Var, Var] = field(default_factory=dict)

    def root(self, v: Var) -> Var:
        """The representative of a class."""
        while (up := self.parent.get(v, v)) is not v:
            v = up
        return v

    def join(self, a: object, b: object) -> None:
        """These two may be one list."""
        if isinstance(a, Var) and isinstance(b, Var) and _is_list(a) and _is_list(b):
            self.parent[self.root(a)] = self.root(b)


class _Lists:
    """What is known of the lists of one procedure.

    `joins`: pairs that are one list; `entries`: of a loop, what is carried, and what it begins with; `foreign`: lists
    that may be somebody else's; `escapes`: where a list is put into something, and in which loops; `copying`: the
    changes that need a copy; `taken`: the entries that need none.
    """

    def __init__(self, procedure: Procedure) -> None:
        self.live = Liveness(procedure)
        self.joins: list[tuple[Var, Expr]] = []
        self.entries: list[tuple[Loop, Var, Expr]] = []
        self.foreign: set[Var] = {p.var for p in procedure.params}
        self.escapes: list[tuple[Var, int, tuple[Loop, ...]]] = []
        self.ops: list[_Op] = []
        self.copying: set[Assign] = set()
        self.taken: set[Var] = set()
        self._around: dict[Loop, tuple[Loop, ...]] = {}
        self._scope: dict[Loop, int] = {}
        self._body(procedure.body, (), (), 0)

    def settle(self) -> None:
        """Find which changes need copies, and which loops may have the lists that they begin with."""
        while blocked := {o.s for o in self.ops if o.s not in self.copying and self._blocked(o, self._classes())}:
            self.copying |= blocked
        for loop, p, i in self.entries:
            if isinstance(i, Var) and self._free(i, loop, self._classes()):
                self.taken.add(p)
                classes = self._classes()
                if any(o.s not in self.copying and self._blocked(o, classes) for o in self.ops):
                    self.taken.remove(p)

    def _classes(self) -> _Classes:
        classes = _Classes()
        for a, b in self.joins:
            classes.join(a, b)
        for o in self.ops:
            if o.s not in self.copying:
                classes.join(o.out, o.old)
        for _, p, i in self.entries:
            if p in self.taken:
                classes.join(p, i)
        return classes

    def _members(self, v: Var, classes: _Classes) -> list[Var]:
        root = classes.root(v)
        return [w for w in {**self.live.bound, **self.live.reads} if _is_list(w) and classes.root(w) is root]

    def _blocked(self, o: _Op, classes: _Classes) -> bool:
        if not isinstance(o.old, Var):
            return False
        members = self._members(o.old, classes)
        born = min(self.live.bound.get(w, 0) for w in members)
        if born <= o.scope or self._escaped(members, o.position, o.loops, born):
            return True
        earlier = (w for w in members if w is not o.out and self.live.bound.get(w, 0) < o.position)
        return any(self.live.live(w, o.position, o.skips) for w in earlier)

    def _escaped(self, members: list[Var], position: int, loops: tuple[Loop, ...], born: int) -> bool:
        """Is one of these somebody else's, or in something that is there when the position is come to?"""
        if not self.foreign.isdisjoint(members):
            return True
        mine = set(members)
        for v, where, around in self.escapes:
            if v not in mine:
                continue
            both = [loop for loop in loops if loop in around]
            again = any(born <= self.live.span[loop].start or not mine.isdisjoint(loop.carried) for loop in both)
            if (where < position or again):
                return True
        return False

    def _free(self, i: Var, loop: Loop, classes: _Classes) -> bool:
        """Is the list that a loop begins with in nobody else's hands?"""
        members = self._members(i, classes)
        start, around = self.live.span[loop].start, self._around[loop]
        born = min(self.live.bound.get(w, 0) for w in members)
        if born <= self._scope[loop] or self._escaped(members, start, around, born):
            return False
        if any(born <= self.live.span[outer].start for outer in around if i not in outer.carried):
            return False
        return not any(self.live.live(w, start) for w in members if self.live.bound.get(w, 0) <= start)

    # the walk

    def _body(self, body: Body, loops: tuple[Loop, ...], skips: Skips, scope: int) -> None:
        for s in body.statements:
            self._statement(s, loops, skips, scope)
        for r in body.results:
            if not isinstance(r, Var):
                self._put_in(r, self.live.span[body.statements[-1]].end if body.statements else 0, loops)

    def _statement(self, s: Statement, loops: tuple[Loop, ...], skips: Skips, scope: int) -> None:
        here = self.live.span[s].start
        match s:
            case Assign():
                self._assign(s, here, loops, skips, scope)
            case Update() | Write():
                self.joins.append((s.out, s.old))
                self._put_in((s.value,), here, loops)
            case Mutate():
                self._put_in(s.call, here, loops)
                self.joins += zip(s.new, s.old, strict=True)
                self.foreign.update(targets(s.value))
            case Append():
                self._put_in((s.value,), here, loops)
            case Branch():
                self._branch(s, loops, skips, scope)
            case ForLoop() | WhileLoop():
                self._loop(s, loops, skips, scope)
            case Define():
                self.foreign.update(s.params)
                self._body(s.body, (), (), self.live.span[s].start)

    def _assign(self, s: Assign, here: int, loops: tuple[Loop, ...], skips: Skips, scope: int) -> None:
        value = s.value
        if isinstance(s.target, Var) and isinstance(value, Apply) and value.op in LIST_CHANGES:
            self._put_in(tuple(value.args[1:]), here, loops)
            self.ops.append(_Op(s, value.args[0], s.target, here, skips, loops, scope))
            return
        if isinstance(value, Apply) and value.op is prims.add_at_key:
            self._put_in(value.args[1:], here, loops)
        else:
            self._look(value, here, loops)
        self._bind(s.target, value)

    def _bind(self, target: Target, value: Expr) -> None:
        if isinstance(target, Var) and (isinstance(value, Var) or isinstance(value, Apply) and value.op in _SAME):
            self.joins.append((target, value if isinstance(value, Var) else value.args[0]))
        elif not (isinstance(value, Apply) and (value.op in _NEW or value.op in LIST_CHANGES)):
            self.foreign.update(v for v in targets(target) if _is_list(v))

    def _branch(self, s: Branch, loops: tuple[Loop, ...], skips: Skips, scope: int) -> None:
        sides = self.live.skips(s, skips, loops[-1] if loops else None)
        for body, inner, leaves in zip((s.then, s.orelse), sides, s.leaves, strict=True):
            self._body(body, loops, inner, scope)
            outs = loops[-1].outs if leaves and loops else s.outs
            for o, r in zip(outs, body.results, strict=False):
                self._bind(o, r)

    def _loop(self, s: Loop, loops: tuple[Loop, ...], skips: Skips, scope: int) -> None:
        self._around[s], self._scope[s] = loops, scope
        inside = (*loops, s)
        if isinstance(s, ForLoop):
            self.foreign.update(v for v in targets(s.target) if _is_list(v))
        else:
            self._body(s.test, inside, skips, scope)
        self._body(s.body, inside, skips, scope)
        for o, p, i, r in zip(s.outs, s.carried, s.inits, s.body.results, strict=True):
            if _is_list(p):
                self.entries.append((s, p, i))
                self.joins.append((o, p))
                self._bind(p, r)

    def _look(self, e: Expr, here: int, loops: tuple[Loop, ...]) -> None:
        """Note the lists that an expression puts into something."""
        match e:
            case Apply(op=op, args=args):
                holds = op in MAKERS or op not in _READS and (e.out is None or _is_list(e.out))
                for x in args:
                    (self._put_in if holds else self._look)(x, here, loops)
            case Invoke(args=args):
                self._put_in(args, here, loops)
            case Choice():
                self._put_in((e.then, e.orelse), here, loops)
            case tuple():
                for x in e:
                    self._look(x, here, loops)

    def _put_in(self, e: Expr, here: int, loops: tuple[Loop, ...]) -> None:
        """Note the lists in an expression that is put into something."""
        match e:
            case Var():
                if _is_list(e):
                    self.escapes.append((e, here, loops))
            case tuple():
                for x in e:
                    self._put_in(x, here, loops)
            case _:
                self._look(e, here, loops)


class _Rewriting:
    """Writes the changes in place."""

    def __init__(self, found: _Lists) -> None:
        self.found = found
        self.changed = {o.s: o for o in found.ops}
        classes = found._classes()
        self.in_place = {classes.root(o.out) for o in found.ops if o.s not in found.copying}
        self.classes = classes

    def body(self, body: Body) -> Body:
        out: list[Statement] = []
        for s in body.statements:
            out += self.statement(s, out)
        return Body(tuple(out), body.results)

    def statement(self, s: Statement, before: list[Statement]) -> list[Statement]:
        match s:
            case Assign() if s in self.changed:
                return self.change(self.changed[s], before)
            case Branch():
                return [replace(s, then=self.body(s.then), orelse=self.body(s.orelse))]
            case ForLoop():
                return [replace(s, inits=self.inits(s), body=self.body(s.body))]
            case WhileLoop():
                return [replace(s, inits=self.inits(s), test=self.body(s.test), body=self.body(s.body))]
            case Define():
                return [replace(s, body=self.body(s.body))]
        return [s]

    def inits(self, s: Loop) -> tuple[Expr, ...]:
        """What a loop begins with: a copy of a list that it changes, unless it may have that one."""
        out: list[Expr] = []
        for p, i in zip(s.carried, s.inits, strict=True):
            own = p in self.found.taken or isinstance(i, Apply) and i.op in _NEW
            changed = _is_list(p) and self.classes.root(p) in self.in_place
            out.append(Apply(list, (i,), (), p) if changed and not own else i)
        return tuple(out)

    def change(self, o: _Op, before: list[Statement]) -> list[Statement]:
        value = o.s.value
        assert isinstance(value, Apply)
        old, copies = o.old, list[Statement]()
        taken: Var | None = None
        key = Lit(-1) if value.op is prims.shortened else value.args[1] if value.op is prims.removed else None
        if key is not None and before and (found := _item(before[-1], old, key)) is not None:
            taken = found
            before.pop()
        if o.s in self.found.copying or not isinstance(old, Var):
            old = Var(o.out.hint, o.out.type)
            copies = [Assign(old, Apply(list, (o.old,), (), old), o.s.origin)]
        return [*copies, Change(o.out, old, value.op, value.args[1:], taken, o.s.origin)]


def _item(s: Statement, xs: Expr, key: Expr) -> Var | None:
    """The variable that a statement gives the item of a list under a key."""
    match s:
        case Assign(target=Var() as v, value=Apply(op=prims.item, args=(of, at))) if of is xs and _same(at, key):
            return v
    return None


def _same(a: Expr, b: Expr) -> bool:
    """Are these one expression?"""
    match a, b:
        case Apply(), Apply():
            alike = a.op is b.op and not a.kwargs and not b.kwargs and len(a.args) == len(b.args)
            return alike and all(map(_same, a.args, b.args))
    return a is b or isinstance(a, Lit) and a == b
