"""What stands for slices whose lengths only the run knows, and reads and writes of such, for `whole_operations`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import NoReturn, TypeVar

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction, Origin, Slice, Var
from pullback.transpile.infer import infer
from pullback.transpile.traversal import variables

from .packing import NONE
from .refusals import refuse_slice
from .stretches import Masks, Stretch

Axes = tuple[Stretch | None, ...]
"""The stretches that an array has of the axes of a whole one; None for an axis that is whole."""

X = TypeVar("X", bound=Arg)
_KINDS: tuple[ab.Kind, ...] = ("bool", "int", "float", "complex")

IsStatic = Callable[[object], bool]


class Places:
    """The slices of a function.

    `axes`: of what is one, or made of such, or a list of such, the stretches; `whole`: what stands for it; `origins`:
    where it comes from.
    """

    def __init__(self, masks: Masks, is_static: IsStatic) -> None:
        self.masks = masks
        self.is_static = is_static
        self.axes: dict[Var, Axes] = {}
        self.whole: dict[Var, Var] = {}
        self.origins: dict[Var, Origin] = {}

    def refuse(self, v: Var) -> NoReturn:
        """Refuse what is done with a slice, at its place."""
        refuse_slice(self.origins[v])

    def refuse_in(self, s: Op) -> NoReturn:
        """Refuse an operation on slices, at the place of the first."""
        refuse_slice(next((self.origins[v] for v in variables(s.args) if v in self.axes), s.origin))

    def stand_in(self, v: Var, axes: Axes, t: ab.Type, origin: Origin) -> Var:
        """What stands for a slice, or for what is made of such."""
        self.axes[v], self.whole[v], self.origins[v] = axes, Var(v.hint, t), origin
        return self.whole[v]

    def axes_of(self, s: Op, x: Arg) -> Axes:
        """The stretches of an operand."""
        if isinstance(x, Var) and x in self.axes:
            return self.axes[x]
        rank = ab.rank(getattr(x, "type", ab.UNKNOWN))
        return (None,) * rank if rank is not None else self.refuse_in(s)

    def whole_of(self, x: X) -> X | Var:
        """What stands for an operand."""
        return self.whole.get(x, x) if isinstance(x, Var) else x

    def like(self, x: Atom, v: Var, made: Callable[[ab.Type], ab.Type] = lambda t: t) -> Var:
        """What stands for a value if it is a slice as another one is, or made of such."""
        if not isinstance(x, Var) or x not in self.axes:
            return v
        return self.stand_in(v, self.axes[x], made(self.whole[x].type), self.origins[x])

    def require_same(self, x: Atom, y: Atom) -> None:
        """Refuse what is a slice first, and then none, or another one."""
        mine, its = (self.axes.get(z) if isinstance(z, Var) else None for z in (x, y))
        if mine != its:
            refuse_slice(next(self.origins[z] for z in (x, y) if isinstance(z, Var) and z in self.axes))

    def op(self, s: Op, fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = ()) -> Var:
        """An operation, and what it gives."""
        out = Var("", infer(fn, args, dict(kwargs)))
        self.masks.frames[-1].body.append(Op(out, fn, args, kwargs, s.origin))
        return out

    def put(self, s: Op, op: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs, axes: Axes) -> None:
        """Bind what an operation gives of whole axes."""
        out = s.out
        if any(axes):
            t = infer(op, args, dict(kwargs))
            if ab.rank(t) != len(axes):
                self.refuse_in(s)
            origin = next((self.origins[v] for v in variables(s.args) if v in self.axes), s.origin)
            out = self.stand_in(s.out, axes, t, origin)
        self.masks.frames[-1].body.append(Op(out, op, args, kwargs, s.origin))

    def filled(self, s: Op, x: Arg, axes: Axes, other: Arg) -> Arg:
        """What stands for an operand, with something else where the array is not in these stretches."""
        mask = self.masks.over(axes, s)
        return self.whole_of(x) if mask is None else self.op(s, np.where, (mask, self.whole_of(x), other))

    def parts(self, s: Op, a: Var, index: Arg) -> tuple[tuple[Arg, ...], Axes] | None:
        """An index that takes axes whole of which slices are stretches, and the stretches of what that gives.

        None for an index without such slices.
        """
        given = index if isinstance(index, tuple) else (index,)
        rank, taken = ab.rank(a.type), sum(x != NONE for x in given)
        if not any(isinstance(x, Slice) and not self.is_static(x) for x in given):
            return None
        if rank is None or any(not (isinstance(x, Slice) or x in (NONE, Lit(...)) or _is_place(x)) for x in given):
            refuse_slice(s.origin)
        at = given.index(Lit(...)) if Lit(...) in given else len(given)
        rest = given[at + 1 :]
        missing = rank - taken + (at < len(given))
        every = (*given[:at], *[Slice()] * missing, *rest)
        whole, axes, k = list[Arg](), list[Stretch | None](), 0
        for x in every:
            stretch = None
            if isinstance(x, Slice) and not self.is_static(x):
                if x.step not in (None, NONE, Lit(1)):
                    refuse_slice(s.origin)
                stretch, x = self.masks.stretch(a, k, x), Slice()
            k += x != NONE
            whole.append(x)
            if not _is_place(x):
                axes.append(stretch)
        while whole and whole[-1] == Slice():
            whole.pop()
        return tuple(whole), tuple(axes)

    def read(self, s: Op, a: Var, index: Arg) -> bool:
        """A slice is its axis, under a mask where that matters."""
        if a in self.axes:
            self.again(s, a, index)
            return True
        found = self.parts(s, a, index)
        if found is None:
            return False
        whole, axes = found
        self.masks.see(a)
        if whole:
            self.put(s, operator.getitem, (a, whole), (), axes)
        else:
            self.axes[s.out], self.whole[s.out], self.origins[s.out] = axes, a, s.origin
        return True

    def again(self, s: Op, a: Var, index: Arg) -> None:
        """A part of a slice: with axes of length 1, and without axes that are whole."""
        self.put(s, operator.getitem, (self.whole_of(a), index), (), self.parts_again(a, index))

    def parts_again(self, a: Var, index: Arg) -> Axes:
        """The stretches of a part of a slice."""
        axes, left = list[Stretch | None](), list(self.axes[a])
        if index in (Lit(...), (Lit(...),)):
            return self.axes[a]
        for x in index if isinstance(index, tuple) else (index,):
            if x == NONE:
                axes.append(None)
                continue
            stretch = left.pop(0) if left and x != Lit(...) else None
            if x == Lit(...) or stretch is not None and x != Slice() or not isinstance(x, Slice) and not _is_place(x):
                self.refuse(a)
            if isinstance(x, Slice):
                axes.append(stretch)
        return (*axes, *left)

    def write_again(self, s: Op, a: Var, index: Arg, value: Atom) -> bool:
        """A write into all that a slice has of its axes."""
        region = infer(operator.getitem, (a, index), {})
        self.require_fit(s, self.parts_again(a, index), self.axes_of(s, value), value, region)
        self.put(s, s.op, (self.whole_of(a), index, self.whole_of(value)), (), self.axes[a])
        return True

    def write(self, s: Op, a: Var, index: Arg, value: Atom) -> bool:
        """What is written into a slice is written into the axis, under a mask."""
        found = self.parts(s, a, index)
        if found is None:
            return False
        whole, axes = found
        self.masks.see(a)
        dtype = getattr(a.type, "dtype", None)
        kind, given = ab.kind_of(a.type), ab.kind_of(value.type)
        if dtype in (None, "bfloat16") or given is None or _KINDS.index(given) > _KINDS.index(kind or "bool"):
            refuse_slice(s.origin)
        old = a if not whole else None
        region = infer(operator.getitem, (a, whole), {}) if whole else a.type
        self.require_fit(s, axes, self.axes_of(s, value), value, region)
        mask = self.masks.over(axes, s)
        assert mask is not None
        new = self.whole_of(value)
        if isinstance(value, Var) and getattr(value.type, "dtype", None) not in (None, dtype):
            new = self.op(s, prims.astype, (new, Lit(np.dtype(dtype).type, f"np.{dtype}")))
        body = self.masks.frames[-1].body
        if s.op is prims.add_item:
            chosen = self.op(s, np.where, (mask, new, zero_of(a)))
            op, args = (prims.add_item, (a, whole, chosen)) if whole else (operator.add, (a, chosen))
            body.append(Op(s.out, op, args, (), s.origin))
            return True
        if old is not None:
            body.append(Op(s.out, np.where, (mask, new, old), (), s.origin))
            return True
        old = self.op(s, operator.getitem, (a, whole))
        chosen = self.op(s, np.where, (mask, new, old))
        body.append(Op(s.out, prims.set_item, (a, whole, chosen), (), s.origin))
        return True

    def require_fit(self, s: Op, axes: Axes, given: Axes, value: Atom, region: ab.Type) -> None:
        """Refuse a value that is not as long as the slice that it is written into for sure."""
        lengths = ab.shape_of(value.type) or ()
        if len(given) > len(axes):
            refuse_slice(s.origin)
        for k in range(1, len(given) + 1):
            mine, its = axes[-k], given[-k]
            if its is None and (mine is None or lengths[-k] == 1):
                continue
            if mine is None or its is None or not mine.meets(its):
                refuse_slice(s.origin)


def zero_of(x: Arg) -> Lit:
    """Zero of the kind of an array."""
    kind = ab.kind_of(getattr(x, "type", ab.UNKNOWN))
    return Lit(False) if kind == "bool" else Lit(0) if kind == "int" else Lit(0.0)


def _is_place(x: Arg) -> bool:
    t = getattr(x, "type", None)
    return isinstance(t, ab.Scalar) and t.kind == "int"
