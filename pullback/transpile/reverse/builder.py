"""Builds backward statements: infers their types and writes them as a person would, without ones, zeros, stray signs.

These identities hold for derivatives, which are continuous in their parts. They are never applied to the user's own
statements, where `x * 1.0` makes a copy and may change a dtype.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import cast

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import (
    Arg,
    Atom,
    Block,
    Kwargs,
    Lit,
    Op,
    OpFunction,
    Origin,
    Stmt,
    Var,
)
from pullback.transpile.infer import infer, lengths, type_of
from pullback.transpile.infer.lengths import is_chosen
from pullback.transpile.rename import fresh
from pullback.transpile.reverse.twins import Twins
from pullback.transpile.traversal import substitute

ZERO, ONE = Lit(0.0), Lit(1.0)


def is_number(x: Arg, value: float) -> bool:
    """Is this argument the literal number `value` (1 and 1.0 alike)?"""
    return isinstance(x, Lit) and type(x.value) in (int, float) and x.value == value


def _number(x: Arg) -> float | None:
    return cast(float, x.value) if isinstance(x, Lit) and type(x.value) in (int, float) and not x.text else None


class Builder:
    """A block of backward statements under construction."""

    def __init__(
        self, origin: Origin, twins: Twins, stamp: Callable[[Origin], Origin] = Origin.backwards
    ) -> None:
        self.stamp = stamp
        self.origin = stamp(origin)
        self.twins = twins
        self.body: list[Stmt] = []
        self.defs: dict[Var, Op] = {}
        self.quotients: dict[tuple[Arg, ...], Var] = {}

    def at(self, origin: Origin) -> None:
        """What follows differentiates the statement from `origin`."""
        self.origin = self.stamp(origin)

    def emit(self, fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = (), hint: str = "") -> Var:
        """Append `fn(*args, **kwargs)` as it stands."""
        out = Var(hint, infer(fn, args, dict(kwargs)))
        self.define(out, fn, args, kwargs)
        return out

    def define(self, out: Var, fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = ()) -> None:
        """Append `out = fn(*args, **kwargs)`, for an output whose type is known already."""
        statement = Op(out, fn, args, kwargs, self.origin)
        self.body.append(statement)
        self.defs[out] = statement
        if fn is operator.truediv:
            self.quotients.setdefault(args, out)

    def __call__(self, fn: OpFunction, *args: Arg, hint: str = "", kwargs: Kwargs = ()) -> Atom:
        """`fn(*args)`, simplified."""
        simple = _SIMPLER.get(fn)
        if simple is not None and not kwargs:
            found = simple(self, *args)
            if found is not None:
                return found
        if fn is np.reshape and self._is_line(args[0], kwargs):
            kwargs = (("shape", Lit(-1)),)
        return self.emit(fn, args, kwargs, hint)

    def _is_line(self, x: Arg, kwargs: Kwargs) -> bool:
        """Is the shape that `x` gets one axis, with all of its elements, whose length no parameter has?"""
        match kwargs, ab.shape_of(type_of(x)):
            case [("shape", (Var(type=ab.Scalar(value=ab.Dim() as n)),))], tuple() as own:
                return n.symbol not in self.twins.axes and lengths.same(n, lengths.product(own))
        return False

    def made_by(self, x: Arg, fn: OpFunction) -> tuple[Arg, ...] | None:
        """The operands of `x` if it is a temporary that `fn` makes in this block; never seen through a name."""
        s = self.defs.get(x) if isinstance(x, Var) else None
        return s.args if s is not None and s.op is fn and not s.kwargs else None

    def twin(self, x: Atom, dtype: bool = False) -> Atom:
        """A value of the same shape (and dtype) that is at hand for longer than `x`, to read only that from."""
        return self.twins.twin(x, dtype)

    def splice(self, block: Block, args: tuple[Atom, ...]) -> list[Atom]:
        """Inline a template: its results, computed from `args`."""
        m: dict[Var, Atom] = dict(zip(block.params, args, strict=True))
        for s in block.body:
            self._inline(s, m)
        return [substitute(x, m) for x in block.results]

    def _inline(self, s: Stmt, m: dict[Var, Atom]) -> None:
        if isinstance(s, Op):
            m[s.out] = self(s.op, *substitute(s.args, m), kwargs=substitute(s.kwargs, m))
            return
        renamed = fresh(substitute(s, m), self.origin)
        m.update(zip(s.outs, renamed.outs, strict=True))
        self.body.append(renamed)


# each of these gives a simpler form of one operation, or None


def _mul(b: Builder, x: Arg, y: Arg) -> Atom | None:
    for p, q in ((x, y), (y, x)):
        if is_number(p, 1) and _is_real(q):
            return cast(Atom, q)
        if (inner := b.made_by(p, operator.neg)) or is_number(p, -1):
            return b(operator.neg, b(operator.mul, *((inner[0], q) if p is x else (q, inner[0]))) if inner else q)
    if (m := _number(x)) is not None and (n := _number(y)) is not None:
        return Lit(m * n)
    for p, q in ((y, x), (x, y)):
        inner = b.made_by(p, operator.truediv)
        if inner and (quotient := b.quotients.get((q, inner[1]))) is not None and _number(inner[0]) is None:
            return b.emit(operator.mul, (quotient, inner[0]))
        if inner and (p is y or _number(inner[0]) is not None):
            return b(operator.truediv, b(operator.mul, q, inner[0]), inner[1])
    if _number(y) is not None:
        return b(operator.mul, y, x)
    if (inner := b.made_by(y, operator.mul)) and _number(inner[0]) is not None and _number(x) is None:
        return b(operator.mul, b(operator.mul, inner[0], x), inner[1])
    if (inner := b.made_by(y, operator.mul)) and (m := _number(x)) is not None and (n := _number(inner[0])) is not None:
        return b(operator.mul, Lit(m * n), inner[1])
    return None


def _is_real(x: Arg) -> bool:
    """Is `1.0 * x` nothing but `x`? Not for bools and ints, which it makes floats."""
    kind = ab.kind_of(type_of(x))
    return kind in ("float", "complex") or isinstance(type_of(x), ab.Unknown) or _number(x) is not None


def _at_least_one(b: Builder, n: Arg) -> Atom | None:
    return Lit(max(n.value, 1)) if isinstance(n, Lit) and isinstance(n.value, int) else None


def _may_be_zero(n: ab.Type) -> bool:
    """May this be a count of nothing? Parameters that are empty have types of their own."""
    return isinstance(n, ab.Scalar) and n.value is not None and is_chosen(n.value)


def _truediv(b: Builder, x: Arg, y: Arg) -> Atom | None:
    if is_number(y, 1) and _is_real(x):
        return cast(Atom, x)
    if n := b.made_by(y, runtime.at_least_one):
        return None if _may_be_zero(type_of(n[0])) and not _is_of_numpy(type_of(x)) else b(operator.truediv, x, n[0])
    if (zero := _number(y)) == 0.0 and (_number(x) is not None or type_of(x) == ab.FLOAT):
        return b(operator.mul, x, Lit(math.copysign(math.inf, zero)))  # what NumPy has divided by 0, Python cannot
    if inner := b.made_by(x, operator.neg):
        return b(operator.neg, b(operator.truediv, inner[0], y))
    return None


def _is_of_numpy(t: ab.Type) -> bool:
    return isinstance(t, ab.Array) or isinstance(t, ab.Scalar) and t.dtype is not None


def _neg(b: Builder, x: Arg) -> Atom | None:
    if (n := _number(x)) is not None:
        return Lit(-n)
    if inner := b.made_by(x, operator.neg):
        return cast(Atom, inner[0])
    if inner := b.made_by(x, operator.sub):
        return b(operator.sub, inner[1], inner[0])
    return None


def _add(b: Builder, x: Arg, y: Arg) -> Atom | None:
    for p, q in ((x, y), (y, x)):
        if is_number(p, 0) and _is_real(q):
            return cast(Atom, q)
    if (m := _number(x)) is not None and (n := _number(y)) is not None:
        return Lit(m + n)
    if _is_real(x) and _number(x) is None and _are_one(b, x, y):
        return b(operator.mul, Lit(2.0), x)
    if inner := b.made_by(y, operator.neg):
        return b(operator.sub, x, inner[0])
    return None


def _are_one(b: Builder, x: Arg, y: Arg) -> bool:
    """Are two values certainly equal, one variable or the same operation on the same operands?"""
    if x is y or not (isinstance(x, Var) and isinstance(y, Var)):
        return x is y
    p, q = b.defs.get(x), b.defs.get(y)
    if p is None or q is None or p.op is not q.op or x.hint or y.hint:
        return False
    if p.op is operator.neg:
        return _are_one(b, p.args[0], q.args[0])
    return p.op is operator.mul and p.args == q.args


def _sub(b: Builder, x: Arg, y: Arg) -> Atom | None:
    if is_number(y, 0) and _is_real(x):
        return cast(Atom, x)
    if is_number(x, 0):
        return b(operator.neg, y)
    if (m := _number(x)) is not None and (n := _number(y)) is not None:
        return Lit(m - n)
    if inner := b.made_by(y, operator.neg):
        return b(operator.add, x, inner[0])
    return None


def _pow(b: Builder, x: Arg, y: Arg) -> Atom | None:
    if is_number(y, 1) and _is_real(x):
        return cast(Atom, x)
    return ONE if is_number(y, 0) else None


def _transpose(b: Builder, x: Arg) -> Atom | None:
    inner = b.made_by(x, np.transpose)
    return cast(Atom, inner[0]) if inner and len(inner) == 1 else None


def _size(b: Builder, x: Arg) -> Atom | None:
    if ab.rank(type_of(x)) == 0:
        return Lit(1)
    found = b.twin(cast(Atom, x))
    if found is not x and found in b.twins.params:
        return b.emit(np.size, (found,))
    if ab.rank(type_of(x)) == 1 and (length := b.twins.length(cast(Atom, x), 0)) is not None:
        if isinstance(length, Lit):
            return length
        if length[0] in b.twins.params:
            return b.emit(prims.dim, (length[0], Lit(length[1])))
    return None if found is x else b.emit(np.size, (found,))


def _dim(b: Builder, x: Arg, axis: Arg) -> Atom | None:
    if not isinstance(axis, Lit) or not isinstance(axis.value, int):
        return None
    found = b.twins.length(cast(Atom, x), axis.value)
    if isinstance(found, Lit) or found is None:
        return found
    return None if found == (x, axis.value) else b.emit(prims.dim, (found[0], Lit(found[1])))


_SIMPLER: dict[OpFunction, Callable[..., Atom | None]] = {
    np.size: _size,
    runtime.at_least_one: _at_least_one,
    prims.dim: _dim,
    operator.mul: _mul,
    operator.truediv: _truediv,
    operator.neg: _neg,
    operator.add: _add,
    operator.sub: _sub,
    operator.pow: _pow,
    np.transpose: _transpose,
}
