"""What a loop carries is what a trial lowering of its body changes, repeated until names and types are stable.

A scan for assigned names makes the first guess; names that turn out to keep their value are not carried. A name that
may be unbound when an iteration begins cannot be carried, and is refused where it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Var
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.merging import ONE_STRUCTURE
from pullback.transpile.lower.scope import NONE, Scope, joined, mixed
from pullback.transpile.lower.states import Binding, End, Inner, Unbound
from pullback.transpile.lower.values import (
    Pack,
    Value,
    flat,
    is_atom,
    leaves,
    rebuild,
    same_structure,
    same_value,
    type_of,
)

_MOST_TRIALS = 32


@dataclass
class Carried:
    """A name that goes round a loop: its value before, the types of its leaves, and the parameters that hold them."""

    name: str
    init: Value
    types: list[ab.Type]
    number: bool = True  # may the body assume that the value is a number?
    alone: bool = True  # and that nothing else sees it?
    params: list[Var] = field(default_factory=list)

    def begin(self, scope: Scope) -> Value:
        """New parameters; the value of the name at the beginning of the body."""
        self.params = []
        atoms = [(path, x) for path, x in flat(self.init) if is_atom(x)]
        for (path, x), t in zip(atoms, self.types, strict=True):
            p = Var(f"{self.name}_{path}" if path else self.name, t)
            scope.owned.hand_on(p, [x])
            scope.owned.doubt(p, self.number, self.alone)
            self.params.append(p)
        return self.with_leaves(self.params)

    def with_leaves(self, atoms: list[Var]) -> Value:
        """A value of the structure of this one."""
        new = iter(atoms)
        return rebuild(self.init, iter([next(new) if is_atom(x) else x for x in leaves(self.init)]))


@dataclass(frozen=True)
class Round:
    """A lowering of a loop's body that has come out as it was assumed."""

    inner: Inner
    params: tuple[Var, ...]
    inits: tuple[Atom, ...]
    results: tuple[Atom, ...]
    outs: tuple[Var, ...]


class _Trials:
    """The lowerings of one loop's body, and what is assumed in the next one."""

    def __init__(
        self, scope: Scope, s: Any, body: Callable[[], End], skipped: set[str], inits: dict[str, Value]
    ) -> None:
        self.scope, self.s, self.body, self.skipped = scope, s, body, skipped
        self.key = (id(s), scope.path)
        self.carried: dict[str, Carried] = {}
        self.lost: dict[str, Unbound] = {}
        self.left: dict[str, Value] = {}
        self.unchanged: set[str] = set()
        for name in dict.fromkeys((*scope.bound_in(s), *(n for loop, n in scope.wanted if loop == id(s)))):
            before = scope.env.get(name)
            if (id(s), name) in scope.wanted and isinstance(before, Unbound) and not before.wanted <= scope.wanted:
                scope.want(before)  # what an earlier loop leaves in it is what it has if this one does not run
        for name in dict.fromkeys((*scope.bound_in(s), *inits)):
            value = inits.get(name) or scope.bound(name)
            if value is None or name in skipped:
                continue
            if (self.key, name) in scope.lost:
                self.lost[name] = scope.lost[self.key, name]
            else:
                self.carry(name, value)
        for name in skipped:
            before = scope.env.get(name)
            if isinstance(before, Unbound):
                self.lost[name] = before

    def carry(self, name: str, value: Value) -> None:
        types = [_widened(type_of(x)) for x in leaves(value) if is_atom(x)]
        seen = self.scope.widths.get((self.key, name))
        if seen is not None and len(seen) == len(types):
            types = [joined(t, u) for t, u in zip(types, seen, strict=True)]
        self.carried[name] = Carried(name, value, types)

    def lose(self, name: str, reason: Unbound) -> None:
        """A name that may have no value, or none that can be used, when an iteration begins."""
        self.carried.pop(name, None)
        self.lost[name] = self.scope.lost[self.key, name] = reason

    def run(self) -> Round | None:
        """Lower the body once; None if it must be done again under other assumptions."""
        scope = self.scope
        here, text = scope.here, scope.text
        begin: dict[str, Binding] = {**self.lost, **{n: c.begin(scope) for n, c in self.carried.items()}}
        scope.loops += 1
        inner = scope.inside(self.body, begin)
        scope.loops -= 1
        scope.here, scope.text = here, text
        stable = True
        results: dict[str, list[Atom]] = {}
        for name, final in inner.names.items():
            if name in self.skipped:
                continue
            found = self.check(inner, name, final)
            if found is None:
                stable = False
            else:
                results[name] = found
        return self.finish(inner, results) if stable else None

    def check(self, inner: Inner, name: str, final: Binding) -> list[Atom] | None:
        """What a name holds at the end of the body, leaf by leaf; None if that is not what was assumed."""
        c = self.carried.get(name)
        if isinstance(final, Unbound):
            if c is None and (name in self.lost or self.scope.bound(name) is None):
                return []
            self.lose(name, final)
            return None
        if c is None:
            value = self.scope.bound(name)
            if value is None and (id(self.s), name) in self.scope.wanted:
                self.left[name] = final
                return [x for x in leaves(final) if is_atom(x)]
            if name in self.lost or value is None or (name in self.unchanged and _same_leaves(value, final)):
                return []
            self.carry(name, value)
            return None
        ends = self.align(inner, c, final)
        return None if ends is None else self.compare(c, ends)

    def align(self, inner: Inner, c: Carried, final: Value) -> list[Atom] | None:
        """The leaves of the final value in the structure of the first one, which is changed if they cannot be."""
        scope, node = self.scope, self.s
        if not same_structure(c.init, final):
            opened = explode(scope, node, c.init)
            final = scope.into(inner, lambda: explode(scope, node, final))
            if opened is not c.init and same_structure(opened, final):
                self.carry(c.name, opened)
                return None
            if not same_structure(c.init, final):
                final = scope.into(inner, lambda: as_atom(scope, node, final))
                if isinstance(c.init, Pack):
                    self.carry(c.name, as_atom(scope, node, c.init))
                    return None
        ends: list[Atom] = []
        for x, y in zip(leaves(c.init), leaves(final), strict=True):
            if is_atom(x) != is_atom(y) or not (is_atom(x) or x is y):
                scope.refuse(
                    node, f"{c.name!r} stands for another function in each iteration", "Choose by a condition."
                )
            if is_atom(y):
                ends.append(y)
        return ends

    def compare(self, c: Carried, ends: list[Atom]) -> list[Atom] | None:
        """Are types, and what else sees the values, as assumed? A name that nothing changes is not carried."""
        owned = self.scope.owned
        if all(x is p for x, p in zip(ends, c.params, strict=True)):
            del self.carried[c.name]
            self.unchanged.add(c.name)
            return None
        if any(mixed(t, type_of(x)) for t, x in zip(c.types, ends, strict=True)):
            self.lose(c.name, Unbound(_several(self.s), ONE_STRUCTURE, may_be_unbound=False))
            return None
        types = [joined(t, _widened(type_of(x))) for t, x in zip(c.types, ends, strict=True)]
        number = all(owned.number(x) for x, p in zip(ends, c.params, strict=True) if owned.number(p))
        alone = all(owned.alone(x) for x, p in zip(ends, c.params, strict=True) if owned.alone(p))
        if types == c.types and number and alone:
            return ends
        self.scope.widths[self.key, c.name] = c.types = types
        c.number, c.alone = c.number and number, c.alone and alone
        return None

    def finish(self, inner: Inner, results: dict[str, list[Atom]]) -> Round:
        """The loop's parts; after it each carried name stands for what the last iteration left in it."""
        scope = self.scope
        outs: list[Var] = []
        for name, c in self.carried.items():
            new = [Var(p.hint, p.type) for p in c.params]
            inits = [x for x in leaves(c.init) if is_atom(x)]
            for o, x, y in zip(new, inits, results[name], strict=True):
                scope.owned.hand_on(o, (x, y))
                scope.owned.doubt(o, c.number, c.alone)
            scope.bind(name, c.with_leaves(new))
            outs += new
        for name, final in inner.names.items():
            if not any(name in known for known in (self.carried, self.left, self.skipped, self.unchanged)):
                reason = final if isinstance(final, Unbound) else self.lost.get(name)
                scope.bind(name, reason or self.first_bound_inside(name))
        left = [self.leave(name) for name in self.left]
        carried = self.carried.values()
        return Round(
            inner,
            tuple(p for c in carried for p in c.params) + tuple(Var(o.hint, o.type) for new in left for o in new),
            tuple(x for c in carried for x in leaves(c.init) if is_atom(x)) + tuple(NONE for new in left for _ in new),
            tuple(x for name in (*self.carried, *self.left) for x in results[name]),
            (*outs, *(o for new in left for o in new)),
        )

    def leave(self, name: str) -> list[Var]:
        """A name that is first bound inside stands after the loop for what the last iteration left in it.

        Before the loop there is None in its place, which nobody reads unless the loop does not run.
        """
        final = self.left[name]
        atoms = [(path, x) for path, x in flat(final) if is_atom(x)]
        outs = [Var(f"{name}_{path}" if path else name, type_of(x)) for path, x in atoms]
        for o, (_, x) in zip(outs, atoms, strict=True):
            self.scope.owned.hand_on(o, [x])
        new = iter(outs)
        self.scope.bind(name, rebuild(final, iter([next(new) if is_atom(x) else x for x in leaves(final)])))
        return outs

    def first_bound_inside(self, name: str) -> Unbound:
        """What a name that is first bound in the body stands for, until somebody reads it: then it is handed on.

        In an inner loop it is refused: where that does not run, the name keeps its value from the last outer iteration.
        """
        reason = f"is first set inside the loop on line {self.s.lineno}, which may not run"
        before = self.scope.env.get(name)
        never_bound = before is None and not self.scope.loops
        kept = never_bound or (isinstance(before, Unbound) and bool(before.wanted))
        wanted = frozenset({(id(self.s), name)}) if kept else frozenset()
        return Unbound(reason, "Give it a value before the loop.", wanted)


def settle(scope: Scope, s: Any, body: Callable[[], End], skipped: set[str], inits: dict[str, Value]) -> Round:
    """Lower a loop's body as often as it takes until it changes just what it was assumed to change."""
    trials = _Trials(scope, s, body, skipped, inits)
    for _ in range(_MOST_TRIALS):
        done = trials.run()
        if done is not None:
            return done
    scope.refuse(
        s, "the values that this loop carries have no stable type", "Give them their final types before the loop."
    )


def _same_leaves(a: Value, b: Value) -> bool:
    return same_structure(a, b) and all(map(same_value, leaves(a), leaves(b)))


def _several(s: Any) -> str:
    return f"has another structure in each iteration of the loop on line {s.lineno}"


def _widened(t: ab.Type) -> ab.Type:
    """The type of a value that may be another one in the next iteration: an integer has no known value."""
    return ab.Scalar(t.kind, t.dtype) if isinstance(t, ab.Scalar) and t.value is not None else t
