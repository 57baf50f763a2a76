"""What two branches leave behind, as one value: leaf by leaf, where the leaves differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn, cast

import gast

from pullback.transpile.core import Atom, If, Var
from pullback.transpile.lower.chosen import may_be_one, one_of_two
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.current import content
from pullback.transpile.lower.frames import Frame
from pullback.transpile.lower.identity import adopt, joint, keep_apart, now
from pullback.transpile.lower.kin import Local
from pullback.transpile.lower.memory import Cell, Container, Whole, may_be_written
from pullback.transpile.lower.scope import Scope, joined, mixed
from pullback.transpile.lower.states import Inner, Unbound
from pullback.transpile.lower.values import (
    Instance,
    Pack,
    Value,
    class_of,
    flat,
    is_atom,
    leaves,
    rebuild,
    same_structure,
    same_value,
    type_of,
)


class Merged:
    """A value that differs between two branches: its leaves on either side, and the variables that hold them after."""

    def __init__(self, merging: _Merging, a: Value, b: Value, hint: str) -> None:
        self.sides: tuple[list[Atom], list[Atom]] = ([], [])
        self.outs: list[Var] = []
        new: list[Value] = []
        for (path, x), y in zip(flat(a), leaves(b), strict=True):
            one = merging.one_of(x, y)
            if one is not None:
                new.append(one)
                continue
            if isinstance(x, Instance) and isinstance(y, Instance) and may_be_one(merging.scope, x, y):
                new.append(self._object(merging, x, y))
                continue
            if not (is_atom(x) and is_atom(y)):
                _refuse_choice(merging, x, y)
            out = merging.known(x, y)
            if out is None:
                out = Var(f"{hint}_{path}" if hint and path else hint, joined(type_of(x), type_of(y)))
                merging.add(out, x, y)
                self.sides[0].append(merging.now(0, x))
                self.sides[1].append(merging.now(1, y))
                self.outs.append(out)
            new.append(out)
        self.value = joint(merging.scope, rebuild(a, iter(new)), (a, b), merging.inners[0].joint, hint)

    def _object(self, merging: _Merging, x: Instance, y: Instance) -> Instance:
        """The object that is one of two: the same one under each of its names."""
        pair = (x.frame, y.frame)
        if pair not in merging.objects:

            def merged(a: Value, b: Value, hint: str) -> Value | None:
                if not of_one_structure(a, b):
                    return None
                part = Merged(merging, *align(merging.scope, merging.node, merging.inners, a, b), hint)
                self.outs += part.outs
                for side, more in zip(self.sides, part.sides, strict=True):
                    side += more
                return part.value

            merging.objects[pair] = one_of_two(merging.scope, merging.node, merging.inners, (x, y), merged)
        return merging.objects[pair]


def _refuse_choice(merging: _Merging, x: Value, y: Value) -> NoReturn:
    cls = class_of(x) or class_of(y)
    what, hint = "a function or module", "Call it inside the branches."
    if cls is not None:
        what = f"an object of the class {cls.__name__!r}, whose attributes are set,"
        hint = "Set them inside the branches."
    merging.scope.refuse(merging.node, f"{what} is chosen by a condition of the run", hint)


class _Merging:
    """All that two branches leave behind."""

    def __init__(self, scope: Scope, node: Any, inners: Sequence[Inner]) -> None:
        self.scope, self.node, self.inners = scope, node, inners
        self.outs: list[Var] = []
        self.sides: tuple[list[Atom], list[Atom]] = ([], [])
        self.objects: dict[tuple[Frame, Frame], Instance] = {}

    def one_of(self, x: Value, y: Value) -> Value | None:
        """What two leaves are after the branches if they are certainly one object, under a name that is seen there."""
        if same_value(x, y):
            return x
        if not (is_atom(x) and is_atom(y) and self.scope.memory.same(x, y)):
            return None
        pairs = zip((x, y), self.inners, strict=True)
        return next((v for v, inner in pairs if not any(v in s.outs for s in inner.body)), None)

    def known(self, x: Atom, y: Atom) -> Var | None:
        """What stands for one array after the branches stands for it under each of its names."""
        same = self.scope.memory.same
        for out, a, b in zip(self.outs, *self.sides, strict=True):
            if may_be_written(out.type) and same(a, x) and same(b, y):
                return out
        return None

    def add(self, out: Var, x: Atom, y: Atom) -> None:
        """`out` is one of these objects."""
        self.outs.append(out)
        self.sides[0].append(x)
        self.sides[1].append(y)

    def now(self, side: int, x: Atom) -> Atom:
        """What an object holds at the end of a branch."""
        return self.scope.into(self.inners[side], lambda: self.scope.current(x))


def merge(scope: Scope, node: Any, inners: Sequence[Inner], pairs: Sequence[tuple[Value, Value, str]]) -> list[Merged]:
    """The values of two branches, as what may come out of either."""
    merging = _Merging(scope, node, inners)
    merged: list[Merged] = []
    for a, b, hint in pairs:
        a, b = (scope.into(i, partial(now, scope, x)) for i, x in zip(inners, (a, b), strict=True))
        x, y = align(scope, node, inners, a, b)
        merged.append(Merged(merging, x, y, hint))
    scope.memory.join(merging.outs, merging.sides)
    return merged


Changed = tuple[Cell, list[Value | None]]


def _changed(scope: Scope, inners: Sequence[Inner]) -> Iterator[Changed]:
    """The cells from outside of two branches that one of them has changed, and what they hold at the end of either."""
    cells = [n for n in dict.fromkeys((*inners[0].names, *inners[1].names)) if isinstance(n, Cell)]
    local = Local(scope.memory, scope.env, inners)
    for cell in cells:
        if local(cell):
            continue
        states = [i.names[cell] if cell in i.names else scope.env.get(cell) for i in inners]
        lost = next((x for x in states if isinstance(x, Unbound)), None)
        if lost is not None:
            scope.bind(cell, lost)
        else:
            yield cell, [x for x in states if not isinstance(x, Unbound)]


def merge_containers(scope: Scope, node: Any, inners: Sequence[Inner], changed: Sequence[Changed]) -> list[Merged]:
    """What each list and dict that a branch has changed holds after the branches."""
    out: list[Merged] = []
    held: list[tuple[Container, Value, Value]] = []
    for cell, (x, y) in changed:
        if isinstance(cell, Container) and x is not None and y is not None and x is not y:
            a, b = (scope.into(i, partial(now, scope, z)) for i, z in zip(inners, (x, y), strict=True))
            if not (isinstance(a, Var) and isinstance(b, Var)):
                held.append((cell, a, b))
    left: dict[Cell, Value | Unbound] = {}
    for cell, a, b in held:
        if not of_one_structure(a, b):
            reason = f"has another structure in each branch of the `{_word(node)}` on line {node.lineno}"
            left[cell] = Unbound(reason, ONE_STRUCTURE, may_be_unbound=False)
            continue
        a, b = (replace(x, cell=None) if isinstance(x, Pack) else x for x in (a, b))
        (merged,) = merge(scope, node, inners, [(a, b, cell.hint)])
        left[cell] = value = merged.value
        if isinstance(value, Pack):
            left[cell] = replace(value, cell=cell)
        out.append(merged)
    for changed_cell, content_left in left.items():  # now that all of them are merged
        if isinstance(content_left, Var):
            keep_apart(scope, changed_cell, content_left)
        scope.bind(changed_cell, content_left)
    return out


def _word(node: Any) -> str:
    return "try" if isinstance(node, gast.Try) else "if"


def merge_cells(scope: Scope, changed: Sequence[Changed]) -> list[tuple[Var, Atom, Atom]]:
    """What each array that a branch has written holds after the branches, and at the end of either."""
    out: list[tuple[Var, Atom, Atom]] = []
    for cell, states in changed:
        if isinstance(cell, Container) and any(isinstance(x, Pack) for x in states):
            continue
        a, b = (content(scope, cell) if x is None else cast(Atom, x) for x in states)
        new = Var(cell.hint, joined(a.type, b.type))
        scope.memory.place[new] = Whole(cell)
        scope.bind(cell, new)
        out.append((new, a, b))
    return out


def align(scope: Scope, node: Any, inners: Sequence[Inner], a: Value, b: Value) -> tuple[Value, Value]:
    """Two values with the same structure: a container that is one atom is taken apart, or both are put together."""
    if same_structure(a, b):
        return a, b
    x = scope.into(inners[0], lambda: explode(scope, node, a))
    y = scope.into(inners[1], lambda: explode(scope, node, b))
    if isinstance(x, Pack) and isinstance(y, Pack) and alike(x, y):
        pairs = [align(scope, node, inners, p, q) for p, q in zip(x.items, y.items, strict=True)]
        return (
            Pack(x.kind, tuple(p for p, _ in pairs), x.keys, x.cls),
            Pack(y.kind, tuple(q for _, q in pairs), y.keys, y.cls),
        )
    p = scope.into(inners[0], lambda: as_atom(scope, node, a))
    q = scope.into(inners[1], lambda: as_atom(scope, node, b))
    if mixed(p.type, q.type):
        first, second = class_of(a), class_of(b)
        if first is not None and second is not None and first is not second:
            what = f"an object of the class {first.__name__!r} or of the class {second.__name__!r} is chosen"
            scope.refuse(node, f"{what} by a condition of the run", "Call its methods inside the branches.")
        scope.refuse(node, "the structure of a value is another one in each branch", ONE_STRUCTURE)
    return p, q


ONE_STRUCTURE = "Make it a tuple, list or dict of one structure in both, or compute with its items inside the branches."


def alike(x: Pack, y: Pack) -> bool:
    """Have two structures the same kind, keys and length?"""
    return (x.kind, x.keys, x.cls) == (y.kind, y.keys, y.cls) and len(x.items) == len(y.items)


def append_if(scope: Scope, node: Any, test: Atom, inners: Sequence[Inner], merged: Sequence[Merged]) -> None:
    """Append an `if` whose results are the merged values, and what the arrays hold that a branch has written."""
    changed = list(_changed(scope, inners))
    for m in merged:  # what only one branch has made is no change of it
        adopt(scope, m.value)
    merged = [*merged, *merge_containers(scope, node, inners, changed)]
    cells = merge_cells(scope, changed)
    sides = ([a for _, a, _ in cells], [b for _, _, b in cells])
    then, orelse = (inners[k].block((), [*(x for m in merged for x in m.sides[k]), *sides[k]]) for k in (0, 1))
    outs = (*(v for m in merged for v in m.outs), *(v for v, _, _ in cells))
    if outs or then.body or orelse.body:
        scope.body.append(If(outs, test, then, orelse, scope.origin(node)))


def of_one_structure(a: Value, b: Value) -> bool:
    """Can one value stand for these two, whichever it is?"""
    if isinstance(a, Pack) and isinstance(b, Pack) and alike(a, b):
        return all(map(of_one_structure, a.items, b.items))
    return not mixed(type_of(a), type_of(b))
