"""Stretches of axes between bounds that only the run knows, and the masks that are true on them, for JAX."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Global, Lit, Op, OpFunction, Slice, Stmt, Var
from pullback.transpile.frozen import value
from pullback.transpile.infer import lengths

from .indices import Indices
from .packing import NONE

Key = int | tuple[str, int]
"""What is known of an integer: itself, or a name and how much more it is."""

IsStatic = Callable[[object], bool]
INT, BOOL = ab.Scalar("int"), "bool"


class OutOfSight(Exception):
    """No block around knows an integer, or an array with an axis."""


@value
class Stretch:
    """The places of an axis of length `whole` from `lower` on and before `upper`, as NumPy counts them; None is all.

    `single`: may the axis be of length 1?
    """

    whole: Key
    lower: Key | None
    upper: Key | None
    single: bool

    def meets(self, other: Stretch) -> bool:
        """Are two stretches of axes the same places?

        Where it is not known whether the axes are as long as each other, JAX finds out while it traces. Stretches that
        have two bounds may be as long as each other in axes that are not.
        """
        if (self.lower, self.upper) != (other.lower, other.upper):
            return False
        never_one = not self.single and not other.single
        return self.whole == other.whole or never_one and (self.lower is None or self.upper is None)


@dataclass
class Frame:
    """A block that is walked: its statements so far, and what of it is known."""

    body: list[Stmt]
    integers: dict[Key, Var] = field(default_factory=dict)
    axes: dict[Key, tuple[Var, int]] = field(default_factory=dict)
    made: dict[object, Var] = field(default_factory=dict)


class Masks:
    """Makes masks, each once, in the outermost block that knows the bounds.

    `frames`: the blocks around; `again`: the symbols of indices of loops that go once more over what others went over,
    and of integers that are made as others are, with the symbols of these; `same`: the first symbols, by what integers
    are made of; `made`: has there been a slice?
    """

    def __init__(self, is_static: IsStatic) -> None:
        self.is_static = is_static
        self.frames: list[Frame] = []
        self.indices = Indices()
        self.again: dict[str, str] = {}
        self.same: dict[object, str] = {}
        self.made = False

    def note(self, v: Var) -> None:
        """Note what a variable tells of lengths."""
        frame = self.frames[-1]
        if _is_integer(v):
            frame.integers.setdefault(self.key(v), v)
        elif isinstance(v.type, ab.Array):
            for k, n in enumerate(v.type.shape or ()):
                frame.axes.setdefault(self.key_of(n, v, k), (v, k))

    def see(self, a: Var) -> None:
        """Note the axes of an array that a slice is taken of, in the block that is walked if no one around has it."""
        for k, n in enumerate(ab.shape_of(a.type) or ()):
            if not any(self.key_of(n, a, k) in frame.axes for frame in self.frames):
                self.frames[-1].axes[self.key_of(n, a, k)] = a, k

    def goes_again(self, index: Var, first: Var) -> None:
        """Note that a loop goes over the same indices as another one."""
        symbol = lengths.symbol_of(first)
        self.again[lengths.symbol_of(index)] = self.again.get(symbol, symbol)

    def operation(self, s: Op) -> None:
        """Note which integers are the same as others because the same is done to get them."""
        self.indices.operation(s)
        if s.kwargs or not _is_integer(s.out) or self.is_named(s.out):
            return
        symbol = lengths.symbol_of(s.out)
        first = self.same.setdefault((s.op, self.given(s.args)), symbol)
        if first != symbol:
            self.again[symbol] = first

    def given(self, x: Arg) -> object:
        """An operand, with what is known of integers."""
        if isinstance(x, tuple):
            return tuple(map(self.given, x))
        return self.key(x) if isinstance(x, Var) and _is_integer(x) else x

    def is_named(self, v: Var) -> bool:
        """Has inference a name for an integer?"""
        n = v.type.value if isinstance(v.type, ab.Scalar) else None
        return n is not None and not lengths.is_anonymous(n)

    def key(self, x: Atom) -> Key:
        """What is known of an integer."""
        n = x.type.value if isinstance(x.type, ab.Scalar) else None
        if isinstance(x, Global):
            return f"{x.module}.{x.name}", 0
        if isinstance(n, int):
            return n
        if n is None or lengths.is_anonymous(n):
            assert isinstance(x, Var)
            symbol, offset = lengths.symbol_of(x), 0
        else:
            symbol, offset = n.symbol, n.offset
        return self.again.get(symbol, symbol), offset

    def key_of(self, n: ab.Length, a: Var, k: int) -> Key:
        """What is known of the length of an axis."""
        if isinstance(n, int):
            return n
        return (f"{lengths.symbol_of(a)}.{k}", 0) if lengths.is_anonymous(n) else (n.symbol, n.offset)

    def stretch(self, a: Var, k: int, part: Slice) -> Stretch:
        """The stretch that a slice takes of an axis of an array."""
        self.made = True
        n = (ab.shape_of(a.type) or ())[k]
        lower, upper = (None if x in (None, NONE) else self.key(x) for x in (part.lower, part.upper))
        return Stretch(self.key_of(n, a, k), None if lower == 0 else lower, upper, not ab.never_one(n))

    def over(self, stretches: Sequence[Stretch | None], origin_of: Op) -> Var | None:
        """A mask that is true where an array is in the stretches of its axes; None where there is none of these."""
        made: Var | None = None
        for k, e in enumerate(stretches):
            if e is None:
                continue
            mask = self.mask(e, origin_of)
            following = len(stretches) - 1 - k
            if following:
                index: tuple[Arg, ...] = (Slice(), *[NONE] * following)
                shape = (*(ab.shape_of(mask.type) or ()), *[1] * following)
                mask = self.op(len(self.frames) - 1, operator.getitem, (mask, index), ab.Array(BOOL, shape), origin_of)
            made = mask if made is None else self.both(made, mask, len(self.frames) - 1, origin_of)
        return made

    def mask(self, e: Stretch, origin_of: Op) -> Var:
        """A mask that is true on a stretch of an axis."""
        for frame in self.frames:
            if e in frame.made:
                return frame.made[e]
        at, places = self.places(e, origin_of)
        tests: list[tuple[OpFunction, int, Atom]] = []
        for key, op in ((e.lower, operator.ge), (e.upper, operator.lt)):
            if key is not None:
                level, bound = self.bound(key, e, origin_of)
                tests.append((op, max(at, level), bound))
        level = max(k for _, k, _ in tests)
        t = ab.Array(BOOL, ab.shape_of(places.type))
        hint = "inside" if len(tests) == 1 else ""
        masks = [self.op(level, op, (places, bound), t, origin_of, hint) for op, _, bound in tests]
        made = masks[0] if len(masks) == 1 else self.both(masks[0], masks[1], level, origin_of, "inside")
        self.frames[level].made[e] = made
        return made

    def both(self, a: Var, b: Var, level: int, origin_of: Op, hint: str = "") -> Var:
        """Where two masks are true."""
        shape = lengths.broadcast_shapes(ab.shape_of(a.type), ab.shape_of(b.type))
        return self.op(level, operator.and_, (a, b), ab.Array(BOOL, shape), origin_of, hint)

    def places(self, e: Stretch, origin_of: Op) -> tuple[int, Var]:
        """The places of an axis, and in which block they are."""
        name = "places", e.whole
        for level, frame in enumerate(self.frames):
            if name in frame.made:
                return level, frame.made[name]
            n = self.size(frame, e)
            if n is not None:
                args = (self.length(level, e, origin_of),)
                frame.made[name] = self.op(level, np.arange, args, ab.Array("int64", (n,)), origin_of, "places")
                return level, frame.made[name]
        raise OutOfSight

    def size(self, frame: Frame, e: Stretch) -> ab.Length | None:
        """The length of the axis, if a block knows it."""
        if isinstance(e.whole, int):
            return e.whole
        array, k = frame.axes.get(e.whole, (None, 0))
        return None if array is None else (ab.shape_of(array.type) or ())[k]

    def length(self, level: int, e: Stretch, origin_of: Op) -> Atom:
        """The length of the axis as a value, in a block that knows it."""
        if isinstance(e.whole, int):
            return Lit(e.whole)
        around = self.frames[: level + 1]
        for n in (frame.integers[e.whole] for frame in around if e.whole in frame.integers):
            if n.hint and self.is_static(n):
                return n
        array, k = next(frame.axes[e.whole] for frame in around if e.whole in frame.axes)
        return self.op(level, prims.dim, (array, Lit(k)), INT, origin_of)

    def bound(self, key: Key, e: Stretch, origin_of: Op) -> tuple[int, Atom]:
        """A bound as an integer that is not counted from the end, and in which block that is."""
        level, found = self.integer(key, origin_of)
        form = self.indices.form(found)
        if form is not None and self.indices.never_negative(form):
            return level, found
        at, _ = self.places(e, origin_of)
        level = max(level, at)
        n = self.length(level, e, origin_of)
        from_end = self.op(level, operator.add, (n, found), INT, origin_of)
        if isinstance(found, Lit):
            return level, from_end
        negative = self.op(level, operator.lt, (found, Lit(0)), ab.Scalar("bool"), origin_of)
        return level, self.op(level, np.where, (negative, from_end, found), INT, origin_of)

    def integer(self, key: Key, origin_of: Op) -> tuple[int, Atom]:
        """The integer that a key says something of, and in which block it is."""
        if isinstance(key, int):
            return 0, Lit(key)
        for level, frame in enumerate(self.frames):
            if key in frame.integers:
                return level, frame.integers[key]
        for level, frame in enumerate(self.frames):
            if (key[0], 0) in frame.integers:
                base = frame.integers[key[0], 0]
                made = self.op(level, operator.add, (base, Lit(key[1])), INT, origin_of)
                self.indices.operation(Op(made, operator.add, (base, Lit(key[1])), (), origin_of.origin))
                frame.integers[key] = made
                return level, made
        raise OutOfSight

    def op(self, level: int, fn: OpFunction, args: tuple[Arg, ...], t: ab.Type, origin_of: Op, hint: str = "") -> Var:
        """An operation in one of the blocks around, and what it gives."""
        out = Var(hint, t)
        self.frames[level].body.append(Op(out, fn, args, (), origin_of.origin))
        return out


def _is_integer(v: Var) -> bool:
    return isinstance(v.type, ab.Scalar) and v.type.kind == "int"
