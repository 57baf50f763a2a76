"""`break`, `continue` and `return` inside loops, as values: what follows is skipped, what is left is known by a flag.

    for i in range(n):              x2, found = for i, x1 = x in range(n), until stop:
        if x > c:                       x3, stop = if x1 > c: x1, True
            return x           ->                  else:      x1 * a, False
        x = x * a                       (x3, stop)
    return -x                       if found: x2 else: -x2

Nothing is copied: where both branches of an `if` go on, a flag says whether what follows is to be skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from pullback.transpile.abstract import BOOL
from pullback.transpile.core import Atom, If, Lit, Stmt, Var
from pullback.transpile.lower.afterwards import Round
from pullback.transpile.lower.frames import Variable
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.merging import Merged, merge
from pullback.transpile.lower.scope import NONE, Scope
from pullback.transpile.lower.states import (
    Binding,
    End,
    Inner,
    Jumped,
    Later,
    Name,
    Returned,
    Unbound,
    hint_of,
)
from pullback.transpile.lower.values import Value, flat, map_leaves, rebuild, same_value
from pullback.transpile.traversal import blocks

GOES_ON = Jumped(False, False, False)


# ends of blocks


def merge_ends(scope: Scope, node: Any, inners: Sequence[Inner]) -> tuple[Jumped | None, list[Merged]]:
    """How an `if` ends of which a branch may be left, and what it must hand out for that."""
    if not any(isinstance(i.end, Jumped) for i in inners):
        return None, []
    a, b = (i.end if isinstance(i.end, Jumped) else GOES_ON for i in inners)
    pairs = [(_lit(x), _lit(y)) for x, y in ((a.stop, b.stop), (a.gone, b.gone), (a.returned, b.returned))]
    different = [p for k, p in enumerate(pairs) if _place(p, pairs) == k]
    hints = ("stop", "skip", "returned")
    flags = merge(scope, node, inners, [(x, y, hints[_place((x, y), pairs)]) for x, y in different])
    stop, gone, returned = (_known(flags[_place(p, different)].value) for p in pairs)
    values: Sequence[Merged]
    if a.value is None or b.value is None:
        values = [OneSided(scope, inners[k], k, v) for k, v in enumerate((a.value, b.value)) if v is not None]
    else:
        values = merge(scope, node, inners, [(a.value, b.value, "result")])
    value = values[0].value if values else None
    return Jumped(gone, stop, returned, value, a.breaks or b.breaks), [*flags, *values]


def _place(pair: tuple[Atom, Atom], pairs: Sequence[tuple[Atom, Atom]]) -> int:
    """Where a pair of flags is first found."""
    return next(k for k, p in enumerate(pairs) if all(map(same_value, p, pair)))


def _lit(x: bool | Atom) -> Atom:
    return Lit(x) if isinstance(x, bool) else x


def _known(x: Value) -> bool | Atom:
    return bool(x.value) if isinstance(x, Lit) else cast(Var, x)


class OneSided(Merged):
    """A value that only one branch has: on the other side stands None, which nobody reads."""

    def __init__(self, scope: Scope, inner: Inner, side: int, value: Value, hint: str = "result") -> None:
        self.sides = ([], [])
        self.outs = []
        value = scope.into(inner, partial(now, scope, value))
        bound = {o for t in inner.body for o in t.outs}
        objects: list[Atom] = []
        new: list[Value] = []
        for path, x in flat(value):
            if isinstance(x, Var) and x in bound:
                objects.append(x)
                self.outs.append(Var(f"{hint}_{path}" if path else hint, x.type))
                self.sides[side].append(scope.into(inner, partial(scope.current, x)))
                self.sides[1 - side].append(NONE)
            new.append(self.outs[-1] if isinstance(x, Var) and x in bound else x)
        scope.memory.join(self.outs, [objects])
        self.value = rebuild(value, iter(new))


def has_left(end: End) -> bool:
    """Has a block been left, on every way through it, for something else than what follows?"""
    return isinstance(end, Returned) or isinstance(end, Jumped) and end.gone is True


def bound_at_the_end(
    scope: Scope,
    s: Any,
    inners: Sequence[Inner],
    name: Variable,
    sides: Sequence[Binding | None],
    out: list[Merged],
    reason: Unbound,
) -> Unbound:
    """A name that not every way through an `if` binds, but perhaps every one on which the loop ends.

    Then it may be read after that; what the `if` must hand out for it, once it is wanted, is added to `out`.
    """
    found: list[tuple[int, Value | Later]] = []
    wanted = frozenset({(id(s), name)})
    for k, (inner, x) in enumerate(zip(inners, sides, strict=True)):
        if not isinstance(inner.end, Jumped) or inner.end.stop is False:
            continue
        last = x.last if isinstance(x, Unbound) else x
        if last is None:
            return reason
        found.append((k, last))
        wanted |= x.wanted if isinstance(x, Unbound) else frozenset()
    values = [(k, v) for k, v in found if not isinstance(v, Later)]
    if not found or not wanted <= scope.wanted or len(values) < len(found):
        return replace(reason, wanted=wanted, last=Later.LATER) if found else reason
    if len(values) == 1:
        k, value = values[0]
        out.append(OneSided(scope, inners[k], k, value, hint_of(name)))
    else:
        out += merge(scope, s, inners, [(values[0][1], values[1][1], hint_of(name))])
    return replace(reason, wanted=wanted, last=out[-1].value)


def where_gone(end: Jumped, test: Atom) -> Jumped:
    """How a block has ended where `test`, one of its flags, is true."""

    def known(x: bool | Atom) -> bool | Atom:
        return True if x is test else x

    return replace(end, gone=True, stop=known(end.stop), returned=known(end.returned))


# loops that stop


@dataclass(frozen=True)
class Left:
    """How a loop was left, as far as what follows asks for it: by a jump at all, and by a `return` of a `value`.

    `only_then`: the names that have a value only where it was left.
    """

    stop: bool | Atom
    returned: bool | Atom
    value: Value | None
    only_then: tuple[Name, ...] = ()

    @property
    def end(self) -> End:
        """How the loop ends as a statement."""
        return None if self.returned is False else Jumped(self.returned, self.returned, self.returned, self.value)

    @property
    def end_if_stopped(self) -> End:
        """How it ends where it was left by a jump."""
        stops = isinstance(self.end, Jumped) and self.returned is self.stop
        return Jumped(True, True, True, self.value) if stops else self.end


NOT_LEFT = Left(False, False, None)


def exits(scope: Scope, s: Any, done: Round, own: Iterable[Var], endless: bool) -> tuple[Round, Left, Atom | None]:
    """A loop with what it must hand on of how it was left, that, and what stops it.

    `own`: its index and items; `endless`: only a jump ends it.
    """
    end = done.inner.end
    if not isinstance(end, Jumped) or end.stop is False:
        return done, NOT_LEFT, None
    slots = _Slots(scope, done, own)
    returned: bool | Atom = end.returned is not False
    if returned and (end.breaks or not endless):
        returned = slots.flag("returned", _lit(end.returned))
    stop: bool | Atom = True
    if not endless and s.orelse:
        stop = slots.flag("stopped", _lit(end.stop)) if end.breaks else returned
    value = None if end.value is None else slots.value(end.value, _lit(end.returned))
    return slots.round(), Left(stop, returned, value, done.only_at_the_end), _lit(end.stop)


class _Slots:
    """What a loop hands on besides its names; an iteration does not read it."""

    def __init__(self, scope: Scope, done: Round, own: Iterable[Var]) -> None:
        self.scope = scope
        self.done = done
        self.slots: list[tuple[Atom, Atom, Var]] = []
        self.made: dict[Var, tuple[If, int]] = {}
        self.local = {*done.params, *own}
        self._scan(done.inner.body)

    def _scan(self, body: Iterable[Stmt]) -> None:
        for t in body:
            self.local.update(t.outs)
            for b in blocks(t):
                self.local.update(b.params)
                self._scan(b.body)
            if isinstance(t, If):
                self.made.update((o, (t, k)) for k, o in enumerate(t.outs))

    def flag(self, hint: str, result: Atom) -> Atom:
        """What a flag is after the loop."""
        return self.add(Lit(False), result, Var(hint, BOOL))

    def add(self, init: Atom, result: Atom, out: Var) -> Var:
        """One more thing that is handed on."""
        self.slots.append((init, result, out))
        self.scope.memory.new(out)
        return out

    def value(self, value: Value, returned: Atom) -> Value:
        """What is returned, as it is known after the loop: by a name that the loop carries anyway, if there is one."""
        paths = list(self.paths(returned, {}))

        def leaf(x: Value) -> Value:
            if not isinstance(x, Var):
                return x
            found = [self.at(x, p) for p in paths]
            if all(v is found[0] for v in found) and found[0] not in self.local:
                return found[0]
            for result, out in zip(self.done.results, self.done.outs, strict=True):
                if all(self.at(result, p) is v for p, v in zip(paths, found, strict=True)):
                    return out
            return self.add(NONE, x, Var(x.hint, x.type))

        return map_leaves(leaf, value)

    def paths(self, flag: Atom, taken: dict[If, int]) -> Iterator[dict[If, int]]:
        """The ways through the branches of an iteration on which a flag is, or may be, true."""
        if isinstance(flag, Lit):
            if flag.value:
                yield taken
        elif isinstance(flag, Var) and flag in self.made:
            s, k = self.made[flag]
            for side, b in enumerate((s.then, s.orelse)):
                yield from self.paths(b.results[k], {**taken, s: side})
        else:
            yield taken

    def at(self, x: Atom, path: dict[If, int]) -> Atom:
        """What a value is on such a way."""
        while isinstance(x, Var) and x in self.made and self.made[x][0] in path:
            s, k = self.made[x]
            x = (s.then, s.orelse)[path[s]].results[k]
        return x

    def round(self) -> Round:
        """The loop with all that is handed on."""
        return Round(
            self.done.inner,
            (*self.done.params, *(Var(o.hint, o.type) for _, _, o in self.slots)),
            (*self.done.inits, *(i for i, _, _ in self.slots)),
            (*self.done.results, *(r for _, r, _ in self.slots)),
            (*self.done.outs, *(o for _, _, o in self.slots)),
        )
