"""The header of a loop of Core: what it runs over, and how the loop's variable comes from the index and the items."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Lit, Range, Var
from pullback.transpile.infer import infer
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.sequences import Walked
from pullback.transpile.lower.values import Value


@dataclass(frozen=True)
class Unrolled:
    """Items that are all known: the body is lowered once for each. `walked`: what they are read from."""

    items: tuple[Value, ...]
    walked: tuple[Walked, ...] = ()


@dataclass(frozen=True)
class Iteration:
    """A loop of Core. `element` makes the loop variable's value from the index and the items.

    These are called `index_hint` and `hints`. `first` is the variable's first value, where there is one; `trips` the
    number of iterations, where it is known. `again` as in `core.For`. `read` are the lists that are read by index,
    `viewed` those of which slices are.
    """

    source: Range | None
    reverse: bool
    items: tuple[Atom, ...]
    element: Callable[[Var, Sequence[Var]], Value]
    index_hint: str = ""
    hints: tuple[str, ...] = ()
    first: Value | None = None
    trips: int | None = None
    again: Atom | None = None
    read: tuple[Atom, ...] = ()
    viewed: tuple[Atom, ...] = ()

    def params(self) -> list[Var]:
        """New parameters of the body: the index and the items."""
        items = (Var(h, item_type(a.type)) for h, a in zip(self.hints, self.items, strict=True))
        return [Var(self.index_hint, ab.INT), *items]


def item_type(t: ab.Type) -> ab.Type:
    """The type of an item of a list or array."""
    if isinstance(t, ab.ListOf):
        return t.item
    return infer(operator.getitem, (Var("", t), (Var("", ab.INT),)), {})


def name_of(target: Any) -> str:
    """The name of a loop's variable, empty if it is none."""
    return str(target.id).lstrip(".") if isinstance(target, gast.Name) else ""


def part_of(target: Any, k: int) -> Any:
    """The part of a loop's variable that gets item `k`."""
    if isinstance(target, gast.Tuple | gast.List) and k < len(target.elts):
        return target.elts[k]
    return None


def counted(scope: Scope, node: Any, start: Atom, index: Atom, target: Any) -> Atom:
    """`start + index`."""
    return index if start == Lit(0) else scope.op(operator.add, (start, index), (), name_of(target), node)
