"""What the lists are, for JAX, that loops leave: arrays, what a dynamic loop has kept, or lists of Python of such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Union, cast

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Lit, Op, Origin, Var
from pullback.transpile.rename import under_other_names
from pullback.transpile.rewriting import with_blocks
from pullback.transpile.traversal import substitute


@dataclass(frozen=True)
class Stacked:
    """A list that is an array, or a tuple of arrays; of what kind its items are."""

    item: Kind | None = None


@dataclass(frozen=True)
class Listed:
    """A list of Python whose items are of a kind."""

    item: Kind | None


@dataclass(frozen=True)
class Trail:
    """What a dynamic loop has collected at one position, which `step` makes again.

    `collected`: of what kind everything is that the loop collects; `reverse`: did it go from the end?
    """

    step: Atom
    collected: tuple[Kind | None, ...]
    position: int
    reverse: bool


@dataclass(frozen=True)
class Joined:
    """A tuple of which several parts are one trail: where each of its parts is in the tuple that is made for it."""

    items: tuple[Kind | None, ...]
    places: tuple[int, ...]

    @property
    def count(self) -> int:
        return max(self.places) + 1


Kind = Union[Stacked, Listed, Trail, Joined, tuple["Kind | None", ...]]  # noqa: UP007  a string cannot be joined by |


def has_trail(kind: Kind | None) -> bool:
    """Is there a trail in it?"""
    match kind:
        case tuple():
            return any(map(has_trail, kind))
        case Joined(items=items):
            return any(map(has_trail, items))
        case Stacked(item=item) | Listed(item=item):
            return has_trail(item)
    return isinstance(kind, Trail)


def is_trail(kind: Kind | None) -> bool:
    """Is this what a dynamic loop has collected?"""
    return isinstance(kind, Trail)


class Kinds(dict[Var, Kind]):
    """Which values are lists of traced loops, or tuples of such. `whole`: other names of them."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: dict[Var, Var] = {}

    def of(self, x: Arg) -> Kind | None:
        """The kind of an argument."""
        return self.get(x) if isinstance(x, Var) else None

    def note(self, v: Var, kind: Kind | None) -> None:
        """Let a variable have a kind."""
        if kind is not None:
            self[v] = kind

    def op(self, s: Op) -> Op:
        """A tuple of lists, a part of one, an item of a list: as an operation on what these are."""
        match s:
            case Op(op=prims.make_tuple, args=args) if any(self.of(x) is not None for x in args):
                return self.tuple_of(s)
            case Op(op=prims.item, args=(Var() as x, Lit(value=int() as k))) if isinstance(
                joined := self.get(x), Joined
            ):
                self.note(s.out, joined.items[k])
                if joined.count == 1:
                    return self.same(s.out, x, s.origin)
                return replace(s, args=(x, Lit(joined.places[k])))
            case Op(op=prims.item, args=(Var() as x, key)):
                match self.get(x), key:
                    case tuple() as kinds, Lit(value=int() as k):
                        self.note(s.out, kinds[k])
                    case Stacked(item=item) | Listed(item=item), _:
                        self.note(s.out, item)
            case Op(op=prims.alias, args=(x,)):
                self.note(s.out, self.of(x))
        return s

    def same(self, v: Var, whole: Var, origin: Origin) -> Op:
        """Let a variable be another name of a trail, or of an array."""
        self.whole[v] = whole
        return Op(v, prims.alias, (whole,), (), origin)

    def tuple_of(self, s: Op) -> Op:
        """A tuple that has each trail once."""
        first: dict[object, int] = {}
        kinds = tuple(map(self.of, s.args))
        places = tuple(first.setdefault(self.trail_of(x, k), len(first)) for k, x in enumerate(s.args))
        if len(first) == len(s.args):
            self.note(s.out, kinds)
            return s
        self.note(s.out, Joined(kinds, places))
        if len(first) == 1:
            return self.same(s.out, cast(Var, s.args[0]), s.origin)
        return replace(s, args=tuple(s.args[places.index(j)] for j in range(len(first))))

    def settled(self, blocks: Sequence[Block]) -> list[Block]:
        """Blocks in which what has joined parts has the types of those, and each trail has one name."""

        def named(b: Block) -> Block:
            kept = (x for x in b.body if not (isinstance(x, Op) and x.out in self.whole))
            return Block(b.params, tuple(with_blocks(x, named) for x in kept), b.results)

        if not self and not self.whole:
            return [*blocks]
        whole: dict[Var, Atom] = {v: self.resolved(v) for v in self.whole}
        renamed: dict[Var, Atom] = {
            v: Var(v.hint, t) for v, kind in self.items() if (t := _type(v.type, kind)) != v.type
        }
        for v, first in whole.items():
            if isinstance(first, Var) and v.hint and not first.hint and first not in renamed:
                renamed[first] = Var(v.hint, first.type)
        return [under_other_names(substitute(named(b), whole), renamed) for b in blocks]

    def trail_of(self, x: Arg, k: int) -> object:
        """The trail that an argument is one part of, or what tells it from the others."""
        return self.resolved(x) if isinstance(x, Var) and is_trail(self.get(x)) else k

    def resolved(self, x: Var) -> Var:
        """The first name of a trail or an array."""
        while x in self.whole:
            x = self.whole[x]
        return x


def _type(t: ab.Type, kind: Kind | None) -> ab.Type:
    """The type of a value of a kind: a part that is in another one is none of its own."""
    match kind, t:
        case Joined(places=places), ab.Seq(items=items):
            kept = tuple(_type(items[places.index(j)], kind.items[places.index(j)]) for j in range(kind.count))
            return ab.Seq("tuple", kept) if len(kept) > 1 else ab.UNKNOWN
        case tuple(), ab.Seq(items=items) if len(items) == len(kind):
            return replace(t, items=tuple(map(_type, items, kind)))
        case (Stacked(item=item) | Listed(item=item)), ab.ListOf():
            return replace(t, item=_type(t.item, item))
    return t
