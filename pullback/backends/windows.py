"""Core to Core, for JAX: slices with traced bounds that are as long as each other, and inside the array for sure.

Before::

    y = add_item(x, (i - 1:i + 2,), d)

After::

    t = getitem(x, (i - 1:i + 2,), window=(3,)); t2 = t + d; y = set_item(x, (i - 1:i + 2,), t2, window=(3,))

What has the keyword is written with `lax.dynamic_slice`, which would move a slice that reaches beyond the array.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, For, Kwargs, Lit, Op, Program, Slice, Stmt, Var
from pullback.transpile.infer import infer, lengths
from pullback.transpile.optimise.dead import effectful, remove_dead
from pullback.transpile.rewriting import with_blocks, with_functions

from .indices import ONE, Indices, difference
from .packing import NONE, Made

ONE_PLACE = Lit(1)
_AT_PLACES = frozenset({operator.getitem, prims.set_item, prims.add_item})

IsStatic = Callable[[object], bool]


def windowed(program: Program, is_static: IsStatic) -> Program:
    """A program in which slices that move are known by their lengths."""
    effects = effectful(program)

    def function(b: Block) -> Block:
        walk = _Windows(is_static)
        block = walk.block(b)
        return remove_dead(block, effects) if walk.sizes else b

    return with_functions(program, function)


class _Windows:
    """Rewrites one function.

    `known`: variables that hold static integers, by what these are; `sizes`: the lengths of slices, by the names
    that inference has for them.
    """

    def __init__(self, is_static: IsStatic) -> None:
        self.is_static = is_static
        self.indices = Indices()
        self.known: dict[frozenset[tuple[str, int]], Var] = {}
        self.sizes: dict[ab.Length, Atom] = {}

    def block(self, b: Block) -> Block:
        body: list[Stmt] = []
        known = dict(self.known)
        for v in b.params:
            self.note(v)
        for s in b.body:
            match s:
                case Op():
                    self.indices.operation(s)
                    self.note(s.out)
                    if not self.operation(s, body):
                        body.append(s)
                    continue
                case For():
                    self.indices.loop(s)
            body.append(with_blocks(s, self.block))
            if isinstance(s, For):
                self.indices.stopped(s)
        self.known = known
        return Block(b.params, tuple(body), b.results)

    def note(self, v: Var) -> None:
        """Note of what length a static integer is."""
        if self.is_static(v) and (form := self.indices.form(v)) is not None:
            self.known.setdefault(frozenset(form.items()), v)

    def operation(self, s: Op, body: list[Stmt]) -> bool:
        """Write an operation anew; False if it stays as it is."""
        match s:
            case Op(args=(Var() as a, index, *_)) if s.op in _AT_PLACES and not s.kwargs:
                parts = _parts(a, index)
                sizes = None if parts is None else self.window(a, parts)
                if parts is None or sizes is None or not all(map(_fits, s.args[2:])) or not _has_dtype(a):
                    return False
                self.move(s, a, parts, sizes, Made(body, s.origin))
                return True
            case Op(op=runtime.unbroadcast, args=(Var() as g, Var() as like)) if self.same(g.type, like.type):
                body.append(Op(s.out, prims.alias, (g,), (), s.origin))
                return True
        return False

    def window(self, a: Var, parts: tuple[Arg, ...]) -> tuple[Atom | None, ...] | None:
        """The lengths of the slices that move, by axes; None where there are none, or not all are proven inside."""
        sizes = [self.size(a, k, x) for k, x in enumerate(parts)]
        moving = [not self.is_static(x) and isinstance(x, Slice) for x in parts]
        if not any(moving) or any(m and size is None for m, size in zip(moving, sizes, strict=True)):
            return None
        return tuple(sizes)

    def size(self, a: Var, k: int, part: Arg) -> Atom | None:
        """The length of a slice that moves, if it is inside of an array."""
        if not isinstance(part, Slice) or part.step not in (None, Lit(1)) or part.lower is None or part.upper is None:
            return None
        if self.is_static(part):
            return None
        lower, upper, n = self.indices.form(part.lower), self.indices.form(part.upper), self.indices.axis(a, k)
        if lower is None or upper is None or n is None:
            return None
        width = difference(upper, lower)
        inside = all(map(self.indices.never_negative, (lower, width, difference(n, upper))))
        if not inside or not self.indices.is_plain(lower):
            return None
        return Lit(width.get(ONE, 0)) if set(width) <= {ONE} else self.known.get(frozenset(width.items()))

    def move(self, s: Op, a: Var, parts: tuple[Arg, ...], sizes: tuple[Atom | None, ...], made: Made) -> None:
        """Read or write a slice that moves, of an array of which other parts of the index take a part first."""
        if s.op is operator.getitem:
            self.name(s.out, parts, sizes)
        outer = tuple(
            Slice() if size is not None or self.is_free(x) else x for x, size in zip(parts, sizes, strict=True)
        )
        if all(x == Slice() for x in outer):
            self.finish(s, a, parts, sizes, made)
            return
        left = [k for k, x in enumerate(outer) if isinstance(x, Slice)]
        view = made.op(operator.getitem, (a, outer), (), infer(operator.getitem, (a, outer), {}))
        inner = tuple(parts[k] if outer[k] == Slice() else Slice() for k in left)
        out = s.out if s.op is operator.getitem else Var("", view.type)
        self.finish(replace(s, out=out), view, inner, tuple(sizes[k] for k in left), made)
        if s.op is not operator.getitem:
            made.body.append(Op(s.out, prims.set_item, (a, outer, out), (), s.origin))

    def name(self, out: Var, parts: tuple[Arg, ...], sizes: tuple[Atom | None, ...]) -> None:
        """Note how long what is read is, by the names that inference has for its lengths."""
        read = [size for x, size in zip(parts, sizes, strict=True) if isinstance(x, Slice)]
        for n, size in zip(ab.shape_of(out.type) or (), read, strict=False):
            if size is not None and not lengths.is_anonymous(n):
                self.sizes[n] = size

    def is_free(self, x: Arg) -> bool:
        """May a part of an index stand beside slices that move: all of an axis, or one place of it?"""
        form = None if isinstance(x, Slice | tuple) else self.indices.form(x)
        return x == Slice() or form is not None and self.indices.is_plain(form)

    def finish(self, s: Op, a: Var, parts: tuple[Arg, ...], sizes: tuple[Atom | None, ...], made: Made) -> None:
        """Read or write a slice of an array that is given by its first place and its lengths."""
        ints = [not isinstance(x, Slice) for x in parts]
        lengths_known = all(map(_is_long_enough, ab.shape_of(a.type) or (), sizes))
        alone = lengths_known and not any(ints) and sum(size is not None for size in sizes) == 1
        whole = tuple(
            size if size is not None else ONE_PLACE if i else self.axis(a, k, made)
            for k, (size, i) in enumerate(zip(sizes, ints, strict=True))
        )
        window: Kwargs = (("window", tuple(NONE if x is None else x for x in sizes) if alone else whole),)
        if not lengths_known:
            window = (*window, ("fits", Lit(False)))
        if s.op is operator.getitem:
            made.body.append(replace(s, args=(a, parts), kwargs=window))
            return
        value = s.args[2]
        assert isinstance(value, Atom)
        if s.op is prims.add_item:
            shape = tuple(self.length(x) for x, i in zip(whole, ints, strict=True) if not i)
            old = made.op(operator.getitem, (a, parts), window, ab.Array(getattr(a.type, "dtype", None), shape))
            dtype = getattr(infer(operator.add, (old, value), {}), "dtype", None)
            value = made.op(operator.add, (old, value), (), ab.Array(dtype, shape))
        value = self.filled(value, a, whole, ints, made)
        made.body.append(Op(s.out, prims.set_item, (a, parts, value), window, s.origin))

    def axis(self, a: Var, k: int, made: Made) -> Atom:
        """The length of an axis."""
        n = (ab.shape_of(a.type) or ())[k]
        return Lit(n) if isinstance(n, int) else made.op(prims.dim, (a, Lit(k)), (), ab.Scalar("int", None, n))

    def filled(self, value: Atom, a: Var, whole: tuple[Atom, ...], ints: list[bool], made: Made) -> Atom:
        """What is written, in the shape of the slice and the dtype of the array."""
        dtype = getattr(a.type, "dtype", None)
        t = ab.Array(dtype, tuple(map(self.length, whole)))
        if ab.rank(value.type) == 0:
            zero = value in (Lit(0), Lit(0.0))
            args = (a,) if zero else (a, value)
            return made.op(np.zeros_like if zero else np.full_like, args, (("shape", whole),), t)
        shape = tuple(x for x, i in zip(whole, ints, strict=True) if not i)
        part = ab.Array(dtype, tuple(map(self.length, shape)))
        if not self.same(value.type, part):
            value = made.op(
                np.broadcast_to, (value, shape), (), ab.Array(getattr(value.type, "dtype", None), part.shape)
            )
        if getattr(value.type, "dtype", None) != dtype:
            value = made.op(prims.astype, (value, Lit(np.dtype(dtype).type, f"np.{dtype}")), (), part)
        if any(ints):
            index = tuple(NONE if i else Slice() for i in ints)
            value = made.op(operator.getitem, (value, index), (), t)
        return value

    def length(self, x: Arg) -> ab.Length:
        """The length that a static integer is."""
        if isinstance(x, Lit):
            assert isinstance(x.value, int)
            return x.value
        value = x.type.value if isinstance(x, Var) and isinstance(x.type, ab.Scalar) else None
        return value if value is not None else lengths.anonymous()

    def same(self, t: ab.Type, u: ab.Type) -> bool:
        """Have two arrays the same shape, of which a slice is a part?"""
        a, b = ab.shape_of(t), ab.shape_of(u)
        if a is None or b is None or len(a) != len(b):
            return False
        found = [[self.length(self.sizes[n]) if n in self.sizes else n for n in shape] for shape in (a, b)]
        return all(map(lengths.same, *found))


def _is_long_enough(n: ab.Length, size: Atom | None) -> bool:
    """Is an axis as long as a slice also where no loop comes to it, which JAX traces all the same?"""
    return size is None or isinstance(size, Lit) and isinstance(size.value, int) and size.value <= lengths.minimum(n)


def _parts(a: Var, index: Arg) -> tuple[Arg, ...] | None:
    """The parts of an index of integers and slices, one for each axis."""
    parts = index if isinstance(index, tuple) else (index,)
    rank = ab.rank(a.type)
    if rank is None or not all(isinstance(x, Slice) or x == Lit(...) or _is_place(x) for x in parts):
        return None
    dots = [k for k, x in enumerate(parts) if x == Lit(...)]
    at = dots[0] if dots else len(parts)
    rest = parts[at + 1 :]
    every = (*parts[:at], *[Slice()] * (rank - at - len(rest)), *rest)
    return every if len(every) == rank and len(dots) < 2 else None


def _has_dtype(a: Var) -> bool:
    """Is it known of what numbers an array is?"""
    return isinstance(a.type, ab.Array) and a.type.dtype not in (None, "bfloat16")


def _fits(value: Arg) -> bool:
    """Is it known how many axes has what is written?"""
    return isinstance(value, Atom) and ab.rank(value.type) is not None


def _is_place(x: Arg) -> bool:
    t = getattr(x, "type", None)
    return isinstance(t, ab.Scalar) and t.kind == "int"
