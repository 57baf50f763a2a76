"""Operations on slices whose lengths only the run knows, on whole axes instead; `whole_axes` walks the blocks."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pullback import runtime
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Lit, Op, OpFunction, Var
from pullback.transpile.traversal import variables

from .facts import BINARY, COMPARE, UNARY
from .packing import NONE
from .stretches import Stretch
from .whole_places import Axes, Places, zero_of

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


def _is_of_elements(op: OpFunction) -> bool:
    return isinstance(op, np.ufunc) and op.signature is None


class Slices(Places):
    """Writes operations on slices anew."""

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
        elif s.op in _BY_ELEMENTS or registry.is_elementwise(s.op) or _is_of_elements(s.op):
            self.by_elements(s)
        else:
            return False
        return True

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
        left = self.filled(s, a, (*[None] * i, e), zero_of(a))
        mine = tuple(f if k == j else None for k in range(len(second)))
        right = left if a is b and i == j else self.filled(s, b, mine, zero_of(b))
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
