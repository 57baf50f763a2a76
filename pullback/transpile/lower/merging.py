"""What two branches leave behind, as one value: leaf by leaf, where the leaves differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pullback.transpile.core import Atom, If, Var
from pullback.transpile.lower.containers import as_atom, explode
from pullback.transpile.lower.scope import Scope, joined, mixed
from pullback.transpile.lower.states import Inner
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


class Merged:
    """A value that differs between two branches: its leaves on either side, and the variables that hold them after."""

    def __init__(self, scope: Scope, node: Any, a: Value, b: Value, hint: str) -> None:
        self.sides: tuple[list[Atom], list[Atom]] = ([], [])
        self.outs: list[Var] = []
        new: list[Value] = []
        for (path, x), y in zip(flat(a), leaves(b), strict=True):
            if same_value(x, y):
                new.append(x)
                continue
            if not (is_atom(x) and is_atom(y)):
                scope.refuse(
                    node, "a function or module is chosen by a condition of the run", "Call it inside the branches."
                )
            out = Var(f"{hint}_{path}" if hint and path else hint, joined(type_of(x), type_of(y)))
            self.sides[0].append(x)
            self.sides[1].append(y)
            self.outs.append(out)
            new.append(out)
        self.value = rebuild(a, iter(new))


def merge(scope: Scope, node: Any, inners: Sequence[Inner], pairs: Sequence[tuple[Value, Value, str]]) -> list[Merged]:
    """The values of two branches, as what may come out of either."""
    merged: list[Merged] = []
    for a, b, hint in pairs:
        x, y = align(scope, node, inners, a, b)
        merged.append(Merged(scope, node, x, y, hint))
    return merged


def align(scope: Scope, node: Any, inners: Sequence[Inner], a: Value, b: Value) -> tuple[Value, Value]:
    """Two values with the same structure: a container that is one atom is taken apart, or both are put together."""
    if same_structure(a, b):
        return a, b
    x = scope.into(inners[0], lambda: explode(scope, node, a))
    y = scope.into(inners[1], lambda: explode(scope, node, b))
    if isinstance(x, Pack) and isinstance(y, Pack) and alike(x, y):
        pairs = [align(scope, node, inners, p, q) for p, q in zip(x.items, y.items, strict=True)]
        return (
            Pack(x.kind, tuple(p for p, _ in pairs), x.keys),
            Pack(y.kind, tuple(q for _, q in pairs), y.keys),
        )
    p = scope.into(inners[0], lambda: as_atom(scope, node, a))
    q = scope.into(inners[1], lambda: as_atom(scope, node, b))
    if mixed(p.type, q.type):
        scope.refuse(node, "the structure of a value is another one in each branch", ONE_STRUCTURE)
    return p, q


ONE_STRUCTURE = "Make it a tuple, list or dict of one structure in both, or compute with its items inside the branches."


def alike(x: Pack, y: Pack) -> bool:
    """Have two structures the same kind, keys and length?"""
    return x.kind == y.kind and x.keys == y.keys and len(x.items) == len(y.items)


def append_if(scope: Scope, node: Any, test: Atom, inners: Sequence[Inner], merged: Sequence[Merged]) -> None:
    """Append an `if` whose results are the merged values."""
    then, orelse = (inners[k].block((), [x for m in merged for x in m.sides[k]]) for k in (0, 1))
    outs = tuple(v for m in merged for v in m.outs)
    if outs or then.body or orelse.body:
        scope.body.append(If(outs, test, then, orelse, scope.origin(node)))


def of_one_structure(a: Value, b: Value) -> bool:
    """Can one value stand for these two, whichever it is?"""
    if isinstance(a, Pack) and isinstance(b, Pack) and alike(a, b):
        return all(map(of_one_structure, a.items, b.items))
    return not mixed(type_of(a), type_of(b))
