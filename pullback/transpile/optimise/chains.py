"""The versions of an array that a nest of loops writes in place, and the places where it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pullback.transpile import prims
from pullback.transpile.abstract import Scalar
from pullback.transpile.core import Arg, Atom, Block, For, If, Lit, Op, Slice, Stmt, Var, While

Loop = For | While
Link = Op | tuple[Loop, int] | tuple[If, int]


@dataclass(frozen=True)
class Place:
    """Where something is done: in which loops, the outermost first, and after how many other events on one path."""

    loops: tuple[Loop, ...]
    number: int


@dataclass(frozen=True)
class Write:
    """A write to the array."""

    op: Op
    place: Place


@dataclass
class Chain:
    """One array of a nest: `last` is it after the nest, `versions` it at each time, with the place of their birth.

    `entries`: for a version that a branch gives, the one that both sides start from.
    """

    last: Var
    loop: Loop
    versions: dict[Var, Place] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    entries: dict[Var, Var] = field(default_factory=dict)


def chains_of(loop: Loop) -> Iterator[Chain]:
    """The arrays that an outermost loop carries and changes by writes alone."""
    for k in range(len(loop.inits)):
        chain = Chain(loop.outs[k], loop)
        if _through_loop(chain, loop, k, ()) and chain.writes:
            yield chain


def _through_loop(chain: Chain, s: Loop, k: int, loops: tuple[Loop, ...]) -> bool:
    if isinstance(s, For) and s.again is not None:
        return False
    inside = (*loops, s)
    chain.versions[s.carried[k]] = Place(inside, len(chain.versions))
    if isinstance(s, While):
        chain.versions[s.cond.params[k]] = chain.versions[s.carried[k]]
    links = _links(s.body, s.body.results[k], s.carried[k])
    return links is not None and all(_follow(chain, link, inside) for link in links)


def _follow(chain: Chain, link: Link, loops: tuple[Loop, ...]) -> bool:
    """Note what happens to the array in one statement."""
    if isinstance(link, Op):
        place = Place(loops, len(chain.versions))
        chain.versions[link.out] = place
        chain.writes.append(Write(link, place))
        return True
    s, k = link
    if isinstance(s, For | While):
        if not _through_loop(chain, s, k, loops):
            return False
    else:
        for b in (s.then, s.orelse):
            entry = _entry(b, b.results[k])
            links = None if entry is None else _links(b, b.results[k], entry)
            if links is None or entry is None or not all(_follow(chain, x, loops) for x in links):
                return False
            chain.entries[s.outs[k]] = entry
    chain.versions[s.outs[k]] = Place(loops, len(chain.versions))
    return True


def _links(b: Block, result: Atom, start: Var) -> list[Link] | None:
    """What makes `result` of `start`, in order; None if that is not writes alone."""
    made = _made(b)
    found: list[Link] = []
    v: Atom | None = result
    while v is not start:
        link = _link(made[v], v) if isinstance(v, Var) and v in made else None
        if link is None:
            return None
        found.append(link)
        v = _before(link)
    return found[::-1]


def _entry(b: Block, result: Atom) -> Var | None:
    """The version from outside of a branch that its result is made of."""
    made = _made(b)
    v: Atom | None = result
    while isinstance(v, Var) and v in made:
        link = _link(made[v], v)
        v = None if link is None else _before(link)
    return v if isinstance(v, Var) else None


def _made(b: Block) -> dict[Var, Stmt]:
    return {o: s for s in b.body for o in s.outs}


def _link(s: Stmt, v: Atom) -> Link | None:
    match s:
        case Op(op=op) if op in (prims.set_item, prims.add_item):
            return s
        case For() | While() if v in s.outs[: len(s.inits)]:
            return s, s.outs.index(v)
        case If() if v in s.outs:
            return s, s.outs.index(v)
    return None


def _before(link: Link) -> Atom | None:
    if isinstance(link, Op):
        array = link.args[0]
        return array if isinstance(array, Var) else None
    s, k = link
    if isinstance(s, For | While):
        return s.inits[k]
    first, second = (_entry(b, b.results[k]) for b in (s.then, s.orelse))
    return first if first is second else None


def parts_of(index: Arg, rank: int) -> tuple[Arg, ...] | None:
    """An index of integers and slices, one for each axis; None if it is not such a one."""
    parts = index if isinstance(index, tuple) else (index,)
    if any(p == Lit(...) for p in parts):
        k = next(i for i, p in enumerate(parts) if p == Lit(...))
        parts = (*parts[:k], *[Slice()] * (rank - len(parts) + 1), *parts[k + 1 :])
    parts = (*parts, *[Slice()] * (rank - len(parts)))
    return parts if len(parts) == rank and all(_is_basic(p) for p in parts) else None


def _is_basic(p: Arg) -> bool:
    if isinstance(p, Slice):
        return True
    t = getattr(p, "type", None)
    return isinstance(t, Scalar) and t.kind == "int"
