"""Operations on slices whose lengths only the run knows, on whole axes instead; `whole_axes` walks the blocks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn, TypeVar

import numpy as np

from pullback import runtime
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction, Origin, Slice, Var
from pullback.transpile.infer import infer
from pullback.transpile.traversal import variables

from .facts import BINARY, COMPARE, UNARY
from .packing import NONE
from .refusals import refuse_slice
from .stretches import Masks, Stretch

Axes = tuple[Stretch | None, ...]
"""The stretches that an array has of the axes of a whole one; None for an axis that is whole."""

_OF_SHAPES = (np.zeros_like, np.ones_like, np.full_like, prims.astype)
_BY_ELEMENTS: frozenset[OpFunction] = frozenset(
    {*BINARY.keys() - {operator.matmul}, *COMPARE, *UNARY, abs, np.where, np.copy, np.ndarray.copy, *_OF_SHAPES}
)
_STEEP: dict[OpFunction, int] = {
    operator.truediv: 1, np.divide: 1, operator.floordiv: 1, operator.mod: 1, operator.pow: 0, np.power: 0,
    np.sqrt: 0, np.log: 0, np.log2: 0, np.log10: 0, np.log1p: 0, np.reciprocal: 0, np.arcsin: 0, np.arccos: 0,
    np.arctanh: 0, np.arccosh: 0,
}  # fmt: skip
"""Operations, and the operand for which not every number gives one that is finite, or has a finite slope."""
_SUMS = frozenset({np.sum, np.mean, np.prod, np.any, np.all})
_EXTREMES: dict[OpFunction, float] = {np.max: -np.inf, np.amax: -np.inf, np.min: np.inf, np.amin: np.inf}
_PRODUCTS = frozenset({operator.matmul, np.matmul, np.dot, np.inner, np.vdot})
_LENGTHS = (prims.dim, len, np.size)

X = TypeVar("X", bound=Arg)
_KINDS: tuple[ab.Kind, ...] = ("bool", "int", "float", "complex")

IsStatic = Callable[[object], bool]


class Slices:
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

    def operation(self, s: Op) -> bool:
        """Write an operation anew; False if it stays as it is, or has no such form."""
        match s:
            case Op(op=operator.getitem, args=(Var() as a, index)) if not s.kwargs:
                return self.read(s, a, index)
            case Op(op=prims.set_item | prims.add_item, args=(Var() as a, index, Var() | Lit() as value)):
                return not s.kwargs and (self.write_again if a in self.axes else self.write)(s, a, index, value)
        if not any(v in self.axes for v in variables(s.args)):
            return False
        if s.op is prims.alias:
            x = s.args[0]
            assert isinstance(x, Var)
            self.axes[s.out], self.whole[s.out], self.origins[s.out] = self.axes[x], self.whole[x], self.origins[x]
        elif s.op in _LENGTHS:
            self.count(s)
        elif s.op is runtime.unbroadcast:
            self.unbroadcast(s)
        elif s.op is prims.spread:
            self.spread(s)
        elif s.op in _SUMS or s.op in _EXTREMES or s.op is np.linalg.norm:
            self.reduce(s)
        elif s.op in _PRODUCTS:
            self.multiply(s)
        elif s.op in (np.outer, np.transpose, np.expand_dims):
            self.turn(s)
        elif s.op in _BY_ELEMENTS or registry.is_elementwise(s.op) or isinstance(s.op, np.ufunc):
            self.by_elements(s)
        else:
            return False
        return True

    # what operations are given, and give

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

    # reads and writes

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
            chosen = self.op(s, np.where, (mask, new, _zero(a)))
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

    # operations

    def by_elements(self, s: Op) -> None:
        """An operation on elements is one on elements of whole axes."""
        if s.kwargs and (s.op not in _OF_SHAPES or "shape" in dict(s.kwargs)):
            self.refuse_in(s)
        operands = s.args[:1] if s.op in _OF_SHAPES else s.args
        axes = self.broadcast(s, operands)
        args = [*map(self.whole_of, operands), *s.args[len(operands) :]]
        k = _STEEP.get(s.op, -1)
        x = s.args[k] if k >= 0 else None
        if isinstance(x, Var) and x in self.axes and ab.kind_of(x.type) == "float":
            args[k] = self.filled(s, x, self.axes[x], Lit(1.0))
        self.put(s, s.op, tuple(args), s.kwargs, axes)

    def broadcast(self, s: Op, operands: Sequence[Arg]) -> Axes:
        """The stretches of operands that are broadcast together, which meet."""
        given = [self.axes_of(s, x) for x in operands]
        shapes = [ab.shape_of(getattr(x, "type", ab.UNKNOWN)) or () for x in operands]
        out: list[Stretch | None] = []
        for k in range(1, max(map(len, given)) + 1):
            here = [axes[-k] for axes in given if len(axes) >= k]
            first = next((e for e in here if e is not None), None)
            for axes, shape in zip(given, shapes, strict=True):
                if first is None or len(axes) < k:
                    continue
                e = axes[-k]
                if not (first.meets(e) if e is not None else len(shape) >= k and shape[-k] == 1):
                    self.refuse_in(s)
            out.insert(0, first)
        return tuple(out)

    def reduce(self, s: Op) -> None:
        """A reduction is one under a mask, or of what does not change it at other places."""
        (x, *more), kwargs = s.args, dict(s.kwargs)
        axes, axis = self.axes_of(s, x), kwargs.pop("axis", NONE)
        kept = kwargs.pop("keepdims", Lit(False))
        kwargs.pop("dtype", None)
        if more or kwargs or not isinstance(kept, Lit):
            self.refuse_in(s)
        places = _axes(axis, len(axes))
        if places is None or not isinstance(x, Var):
            self.refuse_in(s)
        gone = tuple(e if k in places else None for k, e in enumerate(axes))
        left = tuple(None if k in places else e for k, e in enumerate(axes) if k not in places or kept == Lit(True))
        whole: Arg = self.whole_of(x)
        options = s.kwargs
        if s.op in _EXTREMES:
            if ab.kind_of(x.type) != "float":
                self.refuse_in(s)
            whole = self.filled(s, x, gone, Lit(_EXTREMES[s.op]))
        elif s.op is np.linalg.norm:
            if len(axes) != 1:
                self.refuse_in(s)
            whole = self.filled(s, x, gone, Lit(0.0))
        elif (mask := self.masks.over(gone, s)) is not None:
            options = (*options, ("where", mask))
        self.put(s, s.op, (whole,), options, left)

    def multiply(self, s: Op) -> None:
        """A product of matrices and vectors is one of what is zero at other places."""
        if len(s.args) != 2 or s.kwargs:
            self.refuse_in(s)
        a, b = s.args
        first, second = self.axes_of(s, a), self.axes_of(s, b)
        if not {len(first), len(second)} <= {1, 2}:
            self.refuse_in(s)
        i, j = len(first) - 1, len(second) - 1 if s.op is np.inner else 0
        e, f = first[i], second[j]
        if (e is None) != (f is None) or e is not None and f is not None and not e.meets(f):
            self.refuse_in(s)
        left = self.filled(s, a, (*[None] * i, e), _zero(a))
        mine = tuple(f if k == j else None for k in range(len(second)))
        right = left if a is b and i == j else self.filled(s, b, mine, _zero(b))
        self.put(s, s.op, (left, right), (), (*first[:i], *second[:j], *second[j + 1 :]))

    def turn(self, s: Op) -> None:
        """A transpose, an axis more, or an outer product."""
        given = [self.axes_of(s, x) for x in s.args[:2] if not isinstance(x, tuple)]
        axis = dict(s.kwargs).get("axis")
        args = tuple(map(self.whole_of, s.args))
        if s.op is np.outer and len(s.args) == 2 and all(len(axes) == 1 for axes in given):
            self.put(s, s.op, args, s.kwargs, (*given[0], *given[1]))
        elif s.op is np.expand_dims and isinstance(axis, Lit) and type(axis.value) is int:
            k = axis.value % (len(given[0]) + 1)
            self.put(s, s.op, args, s.kwargs, (*given[0][:k], None, *given[0][k:]))
        elif s.op is np.transpose and len(s.args) == 1 and not s.kwargs:
            self.put(s, s.op, args, (), given[0][::-1])
        else:
            self.refuse_in(s)

    def count(self, s: Op) -> None:
        """The length of a slice, or the number of its elements."""
        x = s.args[0]
        assert isinstance(x, Var)
        axes, k = self.axes_of(s, x), 0
        if s.op is not np.size:
            k = s.args[1].value if s.op is prims.dim and isinstance(s.args[1], Lit) else 0  # type: ignore[assignment]
            axes = axes[k : k + 1]
        elif len(s.args) > 1:
            self.refuse_in(s)
        counts: list[Atom] = []
        for at, e in enumerate(axes, k):
            mask = self.masks.over((e,), s)
            of = (prims.dim, (self.whole[x], Lit(at))) if mask is None else (np.sum, (mask,))
            counts.append(self.op(s, *of))
        total = counts[0]
        for n in counts[1:]:
            total = self.op(s, operator.mul, (total, n))
        self.put(s, prims.alias, (total,), (), ())

    def spread(self, s: Op) -> None:
        """A cotangent in the shape of what an operand was broadcast to."""
        axes, (g, like) = self.broadcast(s, s.args), s.args
        alike = self.axes_of(s, g) == axes and all(axes)
        op, args = (prims.alias, (self.whole_of(g),)) if alike else (s.op, (self.whole_of(g), self.whole_of(like)))
        self.put(s, op, args, (), axes)

    def unbroadcast(self, s: Op) -> None:
        """A cotangent in the shape of an operand, or of what several operands are broadcast to."""
        g = s.args[0]
        mine, *its = [self.axes_of(s, x) for x in s.args]
        first = mine[0] if len(mine) == 1 else None
        if its == [()]:
            self.reduce(replace(s, op=np.sum, args=(g,)))
        elif first is not None and all(len(one) == 1 and one[0] is not None and first.meets(one[0]) for one in its):
            self.put(s, prims.alias, (self.whole_of(g),), (), mine)
        else:
            self.refuse_in(s)


def _axes(axis: Arg, rank: int) -> frozenset[int] | None:
    """The axes that an argument names; None where it is not known which."""
    if axis == NONE:
        return frozenset(range(rank))
    given = axis if isinstance(axis, tuple) else (axis,)
    found = [x.value for x in given if isinstance(x, Lit) and type(x.value) is int and -rank <= x.value < rank]
    return frozenset(k % rank for k in found) if len(found) == len(given) else None


def _zero(x: Arg) -> Lit:
    """Zero of the kind of an array."""
    kind = ab.kind_of(getattr(x, "type", ab.UNKNOWN))
    return Lit(False) if kind == "bool" else Lit(0) if kind == "int" else Lit(0.0)


def _is_place(x: Arg) -> bool:
    t = getattr(x, "type", None)
    return isinstance(t, ab.Scalar) and t.kind == "int"
