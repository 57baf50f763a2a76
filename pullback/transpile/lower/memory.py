"""What names share: an array is a cell with a current content, and a view is a way into one.

    v = a[1:3]                         v = a[1:3]
    v[0] = x              ->           a2 = set_item(a, 0, x, via a[1:3])
    return a[1] + v[0]                 v2 = a2[1:3];  return a2[1] + v2[0]

In lowering a variable of Core stands for a Python object. Where an operation reads it, it is resolved to what the
object holds by then. A cell's content is bound in the environment as a name's value is, so that branches and loops hand
it on as they do names. Two cells that may be one object (`y = a if c else b`) are related: a write to one makes the
other unusable, and a read of it is refused. Nothing is ever guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Global, Kwargs, OpFunction, Var
from pullback.transpile.storage import Sharing, sharing
from pullback.transpile.traversal import variables


@dataclass(frozen=True, eq=False)
class Cell:
    """The identity of an array: what two names of one array have in common."""

    hint: str

    def __repr__(self) -> str:
        return f"<cell {self.hint}>"


@dataclass(frozen=True, eq=False)
class Container(Cell):
    """The identity of a list or dict that the function has made: what it holds may get another structure."""

    def __repr__(self) -> str:
        return f"<container {self.hint}>"


@dataclass(frozen=True)
class Whole:
    """A variable that is what a cell holds, or held."""

    cell: Cell


@dataclass(frozen=True)
class View:
    """A variable that `fn(of, *rest)` has made, a view of `of` as it was when that held `at`."""

    of: Atom
    fn: OpFunction
    rest: tuple[Arg, ...]
    kwargs: Kwargs
    at: Atom
    kind: Sharing


Place = Whole | View


@dataclass(frozen=True)
class _Made:
    fn: OpFunction
    given: tuple[Arg, ...]
    resolved: tuple[Arg, ...]
    kwargs: Kwargs
    order: int


@dataclass
class Memory:
    """What is known of the variables of one function, wherever they are; where they are current, the `Env` knows."""

    written: bool = False  # has anything been written at all?
    restructured: bool = False  # has a list or dict been changed at all?
    unsure: set[Container] = field(default_factory=set)  # each may be another one, too, as the run has it
    made: dict[Var, _Made] = field(default_factory=dict)
    place: dict[Var, Place] = field(default_factory=dict)
    related: dict[Cell, set[Cell]] = field(default_factory=dict)
    items: dict[Cell, dict[str | int, Cell]] = field(default_factory=dict)  # of structures that are one atom
    owner: dict[Cell, Var] = field(default_factory=dict)  # the variable that holds the first content, or it as an item
    key: dict[Cell, str | int] = field(default_factory=dict)  # of a cell that is an item, the key
    lent: set[Hashable] = field(default_factory=set)  # the functions whose result may hold an argument's list or dict
    short: dict[Cell, Hashable] = field(default_factory=dict)  # of a view that a short function gives, the function
    born: list[Cell] = field(default_factory=list)  # all cells, the oldest first
    listed: set[Var] = field(default_factory=set)  # items of a list, which may hold one array twice
    walked: list[tuple[int, list[Cell]]] = field(default_factory=list)  # the loops around, and what they run over

    def note(self, out: Var, fn: OpFunction, given: tuple[Arg, ...], resolved: tuple[Arg, ...], kwargs: Kwargs) -> None:
        """Remember how a variable was made, should anybody ask where it is; what it may be must be known at once."""
        self.made[out] = _Made(fn, given, resolved, kwargs, len(self.made))
        if may_be_written(out.type) and sharing(fn, resolved, kwargs) is Sharing.UNKNOWN:
            self.at(out)

    def new(self, v: Var, related: Iterable[Cell] = ()) -> Cell:
        """A cell of its own for a variable, which may be one object with the cells given."""
        cell = Cell(v.hint)
        self.born.append(cell)
        self.place[v] = Whole(cell)
        self.owner[cell] = v
        for other in related:
            self.relate(cell, other)
        return cell

    def relate(self, a: Cell, b: Cell) -> None:
        """These two may be one object."""
        if a is not b:
            self.related.setdefault(a, set()).add(b)
            self.related.setdefault(b, set()).add(a)

    def may_be(self, v: Var, other: Var) -> None:
        """A new variable may be one object with another one."""
        for a in self.cells([v]):
            for b in self.cells([other]):
                for c in self.closure(b):
                    self.relate(a, c)

    def closure(self, cell: Cell) -> set[Cell]:
        """A cell and all that it may be."""
        return {cell, *self.related.get(cell, ())}

    def at(self, v: Var) -> Place:
        """Where a variable's value is."""
        found = self.place.get(v)
        return found if found is not None else self._derive(v)

    def _derive(self, v: Var) -> Place:
        made = self.made.get(v)
        if made is None:
            raise AssertionError(f"nobody has said where {v!r} is")
        kind = sharing(made.fn, made.resolved, made.kwargs)
        first = made.given[0] if made.given else None
        if made.fn is prims.item and isinstance(first, Var) and isinstance(self.at(first), View):
            kind = Sharing.VIEW  # of a list of views
        if kind is Sharing.FRESH:
            self.new(v)
        elif kind is Sharing.SAME and isinstance(first, Var):
            self.place[v] = self.at(first)
        elif kind is Sharing.UNKNOWN or not isinstance(first, Var | Global):
            given = variables((made.given, tuple(x for _, x in made.kwargs)))
            of_lists = made.fn in _OF_LISTS
            if of_lists or made.fn in _OF_ITEMS:
                atoms = [x for x in made.given if isinstance(x, Var)]
                self.new(v, self.reached(atoms[of_lists:], atoms[:of_lists]))
            else:
                self.new(v, set().union(*(self.closure(c) for c in self.cells(given))))
        else:
            at = made.resolved[0]
            assert isinstance(at, Var | Global)
            self.place[v] = View(first, made.fn, made.given[1:], made.kwargs, at, kind)
        return self.place[v]

    def cell(self, v: Atom) -> Cell | None:
        """The cell that an atom is in or a view of; None for a module-level value or a constant."""
        while isinstance(v, Var) and may_be_written(v.type):
            place = self.at(v)
            if isinstance(place, Whole):
                return place.cell
            v = place.of
        return None

    def cells(self, values: Iterable[Atom]) -> list[Cell]:
        """The cells of these."""
        return [c for v in values if (c := self.cell(v)) is not None]

    def are_related(self, a: Atom, b: Atom) -> bool:
        """May these two share memory?"""
        x, y = self.cell(a), self.cell(b)
        return x is not None and y is not None and (x is y or y in self.related.get(x, ()))

    def same(self, a: Atom, b: Atom) -> bool:
        """Are two variables certainly one object?"""
        if a is b:
            return True
        if not isinstance(a, Var) or not isinstance(b, Var) or not self.written:
            return False
        if not (may_be_written(a.type) and may_be_written(b.type)):
            return False
        x, y = self.at(a), self.at(b)
        if isinstance(x, View) and isinstance(y, View):
            alike = x.fn is y.fn and x.rest == y.rest and x.kwargs == y.kwargs
            return alike and self.same(x.of, y.of)
        return x == y

    def is_list(self, cell: Cell) -> bool:
        """May this be a list or dict?"""
        if isinstance(cell, Container):
            return True
        t = self.owner[cell].type
        if cell in self.key:
            items = t.items if isinstance(t, ab.Mapping) else enumerate(t.items) if isinstance(t, ab.Seq) else ()
            t = next((x for k, x in items if k == self.key[cell]), ab.UNKNOWN)
        return not isinstance(t, ab.Array)

    def reached(self, items: Iterable[Atom] = (), lists: Iterable[Atom] = ()) -> set[Cell]:
        """What a list may hold that gets these items, and those of these lists: where they are plain, no list."""
        out: set[Cell] = set()
        for x, plain in (*((x, _is_plain(x.type)) for x in items), *((x, _holds_plain(x.type)) for x in lists)):
            cell = self.cell(x)
            found = set() if cell is None else self.closure(cell)
            out |= {c for c in found if not (plain and self.is_list(c))}
        return out

    def item(self, container: Var, key: str | int) -> Cell:
        """The cell of an item of a structure that is one atom."""
        whole = self.cell(container)
        assert whole is not None
        known = self.items.setdefault(whole, {})
        if key not in known:
            known[key] = cell = Cell(key if isinstance(key, str) else container.hint)
            self.born.append(cell)
            self.owner[cell], self.key[cell] = container, key
            if container in self.made or self.related.get(whole):
                for other in self.closure(whole):
                    self.relate(cell, other)
        return known[key]

    def root(self, v: Var) -> Var:
        """The structure that a variable is an item of, or an item of an item; the variable itself if it is of none."""
        cell = self.cell(v)
        while cell is not None and cell in self.key:
            v = self.owner[cell]
            cell = self.cell(v)
        return v

    def forget(self, cells: Iterable[Cell], since: int) -> None:
        """These belonged to the body of a loop, and to no other; an item of a structure belongs where that does.

        `since`: how many variables had been made when the body began; one of these may have got its cell only then.
        """
        gone = {c for c in cells if self._order(c) >= since}
        for c in list(gone):
            whole = self.cell(self.owner[c]) if c in self.key else None
            if whole is not None and whole not in gone:
                gone.discard(c)
        for c in gone:
            for other in self.related.pop(c, ()):
                self.related.get(other, set()).discard(c)
        self.born = [c for c in self.born if c not in gone]

    def _order(self, cell: Cell) -> int:
        made = self.made.get(self.owner[cell])
        return len(self.made) if made is None else made.order

    def inner(self, cell: Cell) -> Iterator[Cell]:
        """The cells of the items of a structure, and of theirs."""
        for c in self.items.get(cell, {}).values():
            yield c
            yield from self.inner(c)

    def join(
        self, outs: Sequence[Var], sides: Sequence[Sequence[Atom]], lasts: Callable[[Cell], bool] = lambda _: True
    ) -> None:
        """Each of `outs` is what one of `sides` has in its place, all from the same side.

        Of the cells that they may be only those that `lasts` says go on existing.
        """
        wanted = [i for i, v in enumerate(outs) if may_be_written(v.type)]
        pairs = [(i, j) for i in wanted for j in wanted if j < i and any(self.are_related(s[i], s[j]) for s in sides)]
        may_be: dict[int, set[Cell]] = {}
        for i in wanted:
            found = [self.closure(c) for s in sides if (c := self.cell(s[i])) is not None]
            may_be[i] = {c for cells in found for c in cells if lasts(c)}
        cells = {i: self.new(outs[i], may_be[i]) for i in wanted}
        for i, j in pairs:
            self.relate(cells[i], cells[j])


_OF_ITEMS: frozenset[OpFunction] = frozenset({prims.make_list, prims.make_tuple, prims.copies})
"""What gives a list or tuple of these items."""
_OF_LISTS: frozenset[OpFunction] = frozenset(
    {prims.appended, prims.shortened, prims.replaced, prims.inserted, prims.removed, prims.part, list}
)
"""What gives a list with the items of its first operand, and further ones."""


def _is_plain(t: ab.Type) -> bool:
    """Is this certainly no list, and does it hold none?"""
    if isinstance(t, ab.Seq):
        return t.kind == "tuple" and all(map(_is_plain, t.items))
    return isinstance(t, ab.Scalar | ab.Array)


def _holds_plain(t: ab.Type) -> bool:
    """Is this a list or tuple of what is certainly no list?"""
    return isinstance(t, ab.ListOf) and _is_plain(t.item) or isinstance(t, ab.Seq) and all(map(_is_plain, t.items))


def may_be_written(t: ab.Type) -> bool:
    """May a value of this type be changed in place?"""
    return not isinstance(t, ab.Scalar | ab.Static)
