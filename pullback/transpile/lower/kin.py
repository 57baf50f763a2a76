"""What the values that a loop carries may be one object with: each other, and cells outside of the loop.

    for _ in range(n):                 a is one of the two arrays, b the other one: never the same,
        b[1:-1] = a[:-2] + a[2:]       and neither can be told from the names that they had before
        a, b = b, a
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pullback.transpile.core import Atom, Var
from pullback.transpile.lower.memory import Cell, Container, Memory, Whole, may_be_written
from pullback.transpile.lower.states import Env, Inner, Name
from pullback.transpile.lower.values import Value, is_atom, leaves
from pullback.transpile.traversal import blocks

Slot = tuple[Name, int]  # a name that is carried, and which of its leaves


class Carrier(Protocol):
    """A name that is carried, as far as this is concerned."""

    name: Name
    init: Value
    params: list[Var]
    ends: list[Atom]
    outs: list[Var]


class Local:
    """Tells the cells that belong to a block, or to one iteration: whatever held them first is bound in it."""

    def __init__(self, memory: Memory, env: Env, inners: Sequence[Inner], params: Iterable[Var] = ()) -> None:
        self._memory = memory
        self._env = env
        self._inners = inners
        self._params = list(params)
        self._bound: set[Var] | None = None

    def __call__(self, cell: Cell) -> bool:
        if isinstance(cell, Container):
            return self._env.get(cell) is None
        if self._bound is None:
            self._bound = {*self._params, *(v for inner in self._inners for v in _bound(inner.body))}
        return self._memory.owner[cell] in self._bound


def _bound(body: Sequence[object]) -> Iterable[Var]:
    for s in body:
        yield from s.outs  # type: ignore[attr-defined]
        for b in blocks(s):  # type: ignore[arg-type]
            yield from b.params
            yield from _bound(b.body)


@dataclass
class Kin:
    """What has been found out about one loop so far; it only ever grows, from one lowering of the body to the next."""

    outside: dict[Slot, set[Cell]] = field(default_factory=dict)
    pairs: set[frozenset[Slot]] = field(default_factory=set)
    written: dict[Cell, None] = field(default_factory=dict)  # cells from outside that the body writes

    def begin(self, memory: Memory, carried: Iterable[Carrier]) -> None:
        """Say where the parameters of the body are."""
        self._place(memory, carried, lambda c: c.params)

    def finish(self, memory: Memory, carried: Iterable[Carrier]) -> None:
        """Say where the values are that the loop leaves."""
        self._place(memory, carried, lambda c: c.outs)

    def _place(
        self, memory: Memory, carried: Iterable[Carrier], variables: Callable[[Carrier], list[Var]]
    ) -> None:
        new: dict[Slot, Var] = {}
        for c in carried:
            for k, (v, first) in enumerate(zip(variables(c), _firsts(c), strict=True)):
                if is_content(c):
                    assert isinstance(c.name, Cell)
                    memory.place[v] = Whole(c.name)
                elif may_be_written(v.type):
                    cell = memory.cell(first)
                    self.outside.setdefault((c.name, k), set()).update(memory.closure(cell) if cell else ())
                    new[c.name, k] = v
        cells = {slot: memory.new(v, self.outside[slot]) for slot, v in new.items()}
        for pair in self.pairs:
            a, *b = pair
            if b and a in cells and b[0] in cells:
                memory.relate(cells[a], cells[b[0]])

    def grows(self, memory: Memory, carried: Iterable[Carrier], local: Local) -> bool:
        """Has an iteration shown more than was known at its beginning? Then what it wrote may have been too little."""
        slots = [
            ((c.name, k), p, first, end)
            for c in carried
            if not is_content(c)
            for k, (p, first, end) in enumerate(zip(c.params, _firsts(c), c.ends, strict=True))
            if may_be_written(p.type)
        ]
        own = {memory.cell(p) for _, p, _, _ in slots}
        grown = False
        while True:
            more = False
            for slot, p, _, end in slots:
                cell, mine = memory.cell(end), memory.cell(p)
                found = memory.closure(cell) if cell is not None else set()
                new = {c for c in found if c not in own and not local(c)} - self.outside[slot]
                if new and mine is not None:
                    more = True
                    self.outside[slot] |= new
                    for c in new:
                        memory.relate(mine, c)
            for i, (a, p, first, end) in enumerate(slots):
                for b, q, other, last in slots[:i]:
                    pair = frozenset((a, b))
                    if pair not in self.pairs and (memory.are_related(first, other) or memory.are_related(end, last)):
                        more = True
                        self.pairs.add(pair)
                        memory.relate(*memory.cells((p, q)))
            if not more:
                return grown and memory.written
            grown = True


def is_content(c: Carrier) -> bool:
    """Is what is carried the content of an array, or of a list that is one atom?"""
    return isinstance(c.name, Cell) and is_atom(c.init)


def _firsts(c: Carrier) -> list[Atom]:
    return [x for x in leaves(c.init) if is_atom(x)]
