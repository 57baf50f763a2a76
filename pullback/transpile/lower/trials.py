"""What a loop carries is what a trial lowering of its body changes, repeated until names and types are stable.

A scan for assigned names makes the first guess; names that turn out to keep their value are not carried. A name that
may be unbound when an iteration begins cannot be carried, and is refused where it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Var
from pullback.transpile.lower.afterwards import Round, finish
from pullback.transpile.lower.carried import Carried, widened
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.current import content, unusable_part
from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.identity import containers, keep_apart, now, same_containers
from pullback.transpile.lower.kin import Kin, Local
from pullback.transpile.lower.memory import Cell, Container, Memory
from pullback.transpile.lower.merging import ONE_STRUCTURE
from pullback.transpile.lower.scope import Scope, joined, mixed
from pullback.transpile.lower.states import Binding, End, Inner, Later, Name, Unbound
from pullback.transpile.lower.values import (
    Pack,
    Value,
    class_of,
    is_atom,
    leaves,
    same_structure,
    same_value,
    type_of,
)

_MOST_TRIALS = 32


class Trials:
    """The lowerings of one loop's body, and what is assumed in the next one."""

    def __init__(
        self,
        scope: Scope,
        s: Any,
        body: Callable[[], End],
        skipped: set[Variable],
        inits: dict[Variable, Value],
        own: list[Var],
    ) -> None:
        self.scope, self.s, self.body, self.skipped, self.own = scope, s, body, skipped, own
        self.key = (id(s), scope.path)
        self.carried: dict[Name, Carried] = {}
        self.lost: dict[Name, Unbound] = {}
        self.left: dict[Variable, Value] = {}
        self.only_at_the_end: list[Name] = []
        self.unchanged: set[Name] = set()
        self.older: set[Cell] = set()  # of values that were put together before the loop
        before = scope.kin.get(self.key, Kin())  # of a lowering of an outer loop; of its own arrays nothing is left
        self.kin = scope.kin[self.key] = Kin()
        self.kin.written = {c: None for c in before.written if scope.memory.owner.get(c) in scope.parameters}
        for name in dict.fromkeys((*scope.bound_in(s), *(n for loop, n in scope.wanted if loop == id(s)))):
            before = scope.env.get(name)
            if (id(s), name) in scope.wanted and isinstance(before, Unbound) and not before.wanted <= scope.wanted:
                scope.want(before)  # what an earlier loop leaves in it is what it has if this one does not run
        for name, rebinds in {**scope.bound_in(s), **dict.fromkeys(inits, True)}.items():
            value = inits.get(name) or scope.bound(name)
            if value is None or name in skipped or not (rebinds or self.may_be_rebound(value)):
                continue
            gone = scope.lost.get((self.key, name)) or unusable_part(scope, value)
            if gone is not None:
                self.lost[name] = gone
            else:
                self.carry(name, now(scope, value))
        for cell in self.kin.written:
            self.discover(cell)
        for name in skipped:
            before = scope.env.get(name)
            if isinstance(before, Unbound):
                self.lost[name] = before

    def may_be_rebound(self, value: Value) -> bool:
        """Does `op=` give a name with this value another one? An array stays the array that it is."""
        return not isinstance(type_of(value), ab.Array) or self.scope.numbers.has(value)

    def discover(self, cell: Cell) -> None:
        """A cell from outside that the body writes: carried, or lost."""
        scope = self.scope
        gone = scope.lost.get((self.key, cell))
        if gone is not None:
            self.lost[cell] = gone
        elif not isinstance(scope.env.get(cell), Unbound) and cell not in self.carried:
            self.carry(cell, content(scope, cell))

    def carry(self, name: Name, value: Value) -> None:
        types = [widened(type_of(x)) for x in leaves(value) if is_atom(x)]
        seen = self.scope.widths.get((self.key, name))
        if seen is not None and len(seen) == len(types):
            types = [joined(t, u) for t, u in zip(types, seen, strict=True)]
        self.carried[name] = Carried(name, value, types)

    def lose(self, name: Name, reason: Unbound) -> None:
        """A name that may have no value, or none that can be used, when an iteration begins."""
        self.carried.pop(name, None)
        reason = replace(reason, if_not_left=None, last=None)
        self.lost[name] = self.scope.lost[self.key, name] = reason

    def run(self) -> Round | None:
        """Lower the body once; None if it must be done again under other assumptions."""
        scope = self.scope
        here, text = scope.here, scope.text
        mark, since = len(scope.memory.born), len(scope.memory.made)
        begin: dict[Name, Binding] = dict(self.lost)
        for c in self.carried.values():
            begin.update(c.begin(scope))
        self.kin.begin(scope.memory, self.carried.values())
        scope.loops += 1
        inner = scope.inside(self.body, begin)
        scope.loops -= 1
        scope.here, scope.text = here, text
        if self.drop_unchanged(inner):
            self.forget(scope.memory.born[mark:], since)
            return None
        stable = True
        results: dict[Name, list[Atom]] = {}
        params = (*self.own, *(p for c in self.carried.values() for p in c.params))
        local = Local(scope.memory, scope.env, [inner], params)
        for name, final in list(inner.names.items()):
            if name in self.skipped or isinstance(name, Cell) and local(name):
                continue
            found = self.check(inner, name, final)
            if found is None:
                stable = False
            else:
                results[name] = found
        stable = stable and not self.kin.grows(scope.memory, self.carried.values(), local)
        of_body = scope.memory.born[mark:]
        done = finish(self, inner, results, local) if stable else None
        self.forget(of_body, since)
        return done

    def forget(self, cells: list[Cell], since: int) -> None:
        """These belonged to the body, but for those of values that were put together before the loop."""
        self.scope.memory.forget((c for c in cells if c not in self.older), since)

    def before(self, make: Callable[[], Value]) -> Value:
        """A value that is put together before the loop."""
        mark = len(self.scope.memory.born)
        value = make()
        self.older.update(self.scope.memory.born[mark:])
        return value

    def drop_unchanged(self, inner: Inner) -> bool:
        """Names that stand for the same object at the end are not carried; what else this body has shown is void."""
        scope, same = self.scope, self.scope.memory.same
        dropped = False
        for name, c in list(self.carried.items()):
            final = inner.names[name]
            if isinstance(name, Cell) or isinstance(final, Unbound):
                continue
            if c.value is not None and _is_still(scope.memory, c.value, final):
                del self.carried[name]
                self.unchanged.add(name)
                dropped = True
                continue
            if not same_structure(c.init, final):
                continue
            pairs = zip((x for x in leaves(final) if is_atom(x)), c.params, strict=False)
            others = zip(leaves(c.init), leaves(final), strict=True)
            if all(same(x, p) for x, p in pairs) and all(is_atom(y) or same_value(x, y) for x, y in others):
                if c.value is None or not same_containers(c.value, final):
                    continue
                del self.carried[name]
                self.unchanged.add(name)
                dropped = True
        return dropped

    def check(self, inner: Inner, name: Name, final: Binding) -> list[Atom] | None:
        """What a name holds at the end of the body, leaf by leaf; None if that is not what was assumed."""
        c = self.carried.get(name)
        if isinstance(name, Cell) and not isinstance(name, Container):
            return self.check_cell(inner, name, final, c)
        known = c is not None or self.hands_on(name) or self.scope.bound(name) is not None
        if known and not isinstance(final, Unbound):
            gone = self.scope.into(inner, partial(unusable_part, self.scope, final))
            final = gone if gone is not None else self.scope.into(inner, partial(now, self.scope, final))
        if isinstance(final, Unbound):
            if final.last is not None and not isinstance(final.last, Later) and self.hands_on(name):
                assert not isinstance(name, Cell)
                self.left[name] = final.last
                self.only_at_the_end.append(name)
                return self.now(inner, [x for x in leaves(final.last) if is_atom(x)])
            if c is None and (name in self.lost or self.scope.bound(name) is None):
                return []
            self.lose(name, final)
            return None
        if c is None:
            value = self.scope.bound(name)
            if value is None and self.hands_on(name):
                assert not isinstance(name, Cell)
                self.left[name] = final
                return self.now(inner, [x for x in leaves(final) if is_atom(x)])
            if name in self.lost or value is None or (name in self.unchanged and _same_leaves(value, final)):
                return []
            if isinstance(name, Container):
                if value is final:
                    return []
                self.kin.written[name] = None
            self.carry(name, now(self.scope, value))
            return None
        ends = self.align(inner, c, final)
        if ends is None or self.moves(c, final):
            return None
        return self.compare(inner, c, ends)

    def moves(self, c: Carried, final: Value) -> bool:
        """Is a list or dict another one than at the beginning of the body, and was that not assumed?"""
        assert c.value is not None
        if not isinstance(final, Pack) or not isinstance(c.value, Pack):
            return False
        pairs: list[tuple[Value, Value]] = [(c.value, final)]
        if isinstance(c.name, Container):
            pairs = list(zip(c.value.items, final.items, strict=True))
        if c.may_be is None and all(same_containers(x, y) for x, y in pairs):
            return False
        get, closure = self.scope.env.get, self.scope.memory.closure
        ids = (*containers(c.init), *containers(final))
        found = {x for i in ids if get(i) is not None for x in closure(i) if not isinstance(x, Container) or get(x)}
        found -= {c.name}
        if c.may_be is not None and found <= c.may_be:
            return False
        c.may_be = found | (c.may_be or set())
        return True

    def hands_on(self, name: Name) -> bool:
        """Is a name without a value before the loop to have the one after it that it is left with?"""
        return (id(self.s), name) in self.scope.wanted

    def check_cell(self, inner: Inner, cell: Cell, final: Binding, c: Carried | None) -> list[Atom] | None:
        """What a cell from outside holds at the end of the body."""
        if isinstance(final, Unbound):
            if c is None and (cell in self.lost or isinstance(self.scope.env.get(cell), Unbound)):
                return []
            self.kin.written[cell] = None
            self.lose(cell, final)
            return None
        assert isinstance(final, Var)
        if c is not None:
            return self.compare(inner, c, [final]) if isinstance(final.type, ab.ListOf) else [final]
        self.kin.written[cell] = None
        self.discover(cell)
        return None

    def now(self, inner: Inner, ends: list[Atom]) -> list[Atom]:
        """What values hold at the end of the body."""
        return self.scope.into(inner, lambda: [self.scope.current(x) for x in ends])

    def align(self, inner: Inner, c: Carried, final: Value) -> list[Atom] | None:
        """The leaves of the final value in the structure of the first one, which is changed if they cannot be."""
        scope, node = self.scope, self.s
        if not same_structure(c.init, final):
            opened = self.before(partial(explode, scope, node, c.init))
            final = scope.into(inner, lambda: explode(scope, node, final))
            if opened is not c.init and same_structure(opened, final):
                self.carry(c.name, opened)
                return None
            if not same_structure(c.init, final):
                final = scope.into(inner, lambda: as_atom(scope, node, final))
                if isinstance(c.name, Container):
                    keep_apart(scope, c.name, cast(Var, final))
                if not isinstance(c.name, Cell) and any(k in inner.names for k in containers(c.init)):
                    self.lose(c.name, Unbound(_another(node), _COPY, may_be_unbound=False))
                    return None
                if isinstance(c.init, Pack):
                    first = self.before(partial(as_atom, scope, node, c.init))
                    if isinstance(c.name, Container):
                        keep_apart(scope, c.name, cast(Var, first))
                    self.carry(c.name, first)
                    either = joined(type_of(first), widened(type_of(final)))
                    if not isinstance(either, ab.Unknown):
                        self.carried[c.name].types = [either]
                    return None
        ends: list[Atom] = []
        for x, y in zip(leaves(c.init), leaves(final), strict=True):
            if is_atom(x) != is_atom(y) or not (is_atom(x) or same_value(x, y)):
                is_object = class_of(x) is not None or class_of(y) is not None
                what = "object, whose attributes are set," if is_object else "function"
                scope.refuse(node, f"{c.hint!r} stands for another {what} in each iteration", "Choose by a condition.")
            if is_atom(y):
                ends.append(y)
        return ends

    def compare(self, inner: Inner, c: Carried, ends: list[Atom]) -> list[Atom] | None:
        """Are types as assumed?"""
        numbers = self.scope.numbers
        if any(mixed(t, type_of(x)) for t, x in zip(c.types, ends, strict=True)):
            self.lose(c.name, Unbound(_several(self.s), ONE_STRUCTURE, may_be_unbound=False))
            return None
        types = [joined(t, widened(type_of(x))) for t, x in zip(c.types, ends, strict=True)]
        number = all(numbers.has(x) for x, p in zip(ends, c.params, strict=True) if numbers.has(p))
        if types == c.types and number:
            c.ends = ends
            return self.now(inner, ends)
        self.scope.widths[self.key, c.name] = c.types = types
        c.number = c.number and number
        return None


def settle(
    scope: Scope, s: Any, body: Callable[[], End], skipped: set[Variable], inits: dict[Variable, Value], own: list[Var]
) -> Round:
    """Lower a loop's body as often as it takes until it changes just what it was assumed to change.

    `own`: further parameters of the body, known once it has been lowered.
    """
    trials = Trials(scope, s, body, skipped, inits, own)
    for _ in range(_MOST_TRIALS):
        done = trials.run()
        if done is not None:
            return done
    scope.refuse(
        s, "the values that this loop carries have no stable type", "Give them their final types before the loop."
    )


def _is_still(memory: Memory, before: Value, after: Value) -> bool:
    """Is this the same object, whatever it holds by now, or a tuple of the same ones?"""
    if not isinstance(before, Pack) or not isinstance(after, Pack):
        return is_atom(before) and is_atom(after) and memory.same(before, after)
    if before.kind != "tuple" or after.kind != "tuple":
        return before.cell is not None and before.cell is after.cell
    return len(before.items) == len(after.items) and all(
        _is_still(memory, x, y) for x, y in zip(before.items, after.items, strict=True)
    )


def _same_leaves(a: Value, b: Value) -> bool:
    return same_structure(a, b) and all(map(same_value, leaves(a), leaves(b)))


def _another(s: Any) -> str:
    return f"is another list in each iteration of the loop on line {s.lineno}, where lists are changed"


_COPY = "Change the list in place (append, pop, xs[k] = v), or give the new one another name."


def _several(s: Any) -> str:
    return f"has another structure in each iteration of the loop on line {s.lineno}"
