"""Several values as one, as JAX's control flow has them: what goes round in a loop is the only value, or a tuple."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Def, For, Kwargs, Lit, Op, OpFunction, Origin, Range, Stmt, Var

NONE, ZERO, ONE = Lit(None), Lit(0), Lit(1)
INT = ab.Scalar("int")


def packed_type(vs: Sequence[Atom]) -> ab.Type:
    """The type of values that are packed."""
    if not vs:
        return ab.Static(None)
    return vs[0].type if len(vs) == 1 else ab.Seq("tuple", tuple(v.type for v in vs))


def _item(t: ab.Type) -> ab.Type:
    return t.item if isinstance(t, ab.ListOf) else t


@dataclass
class Made:
    """Appends statements from `origin` to a block."""

    body: list[Stmt]
    origin: Origin

    def op(self, fn: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs, t: ab.Type, hint: str = "") -> Var:
        """An operation and what it gives."""
        out = Var(hint, t)
        self.body.append(Op(out, fn, args, kwargs, self.origin))
        return out

    def packed(self, xs: Sequence[Atom]) -> Atom:
        """Values as one."""
        if len(xs) < 2:
            return xs[0] if xs else NONE
        return self.op(prims.make_tuple, tuple(xs), (), packed_type(xs))

    def take(self, whole: Atom, parts: Sequence[Var]) -> None:
        """Take apart what `packed` has packed."""
        if len(parts) == 1:
            self.body.append(Op(parts[0], prims.alias, (whole,), (), self.origin))
            return
        for k, p in enumerate(parts):
            self.body.append(Op(p, prims.item, (whole, Lit(k)), (), self.origin))

    def unpack(self, out: Var, *groups: Sequence[Var]) -> None:
        """Take apart a tuple of packed values."""
        assert isinstance(out.type, ab.Seq)
        for k, group in enumerate(groups):
            if len(group) == 1:
                self.body.append(Op(group[0], prims.item, (out, Lit(k)), (), self.origin))
            elif group:
                self.take(self.op(prims.item, (out, Lit(k)), (), out.type.items[k]), group)

    def function(
        self,
        name: str,
        params: Sequence[tuple[Sequence[Atom], str]],
        body: Sequence[Stmt],
        results: Sequence[Sequence[Atom]],
    ) -> Var:
        """A function whose parameters and results are packed values; a group of parameters has a name as a tuple."""
        out = Var(name, ab.Static(name))
        block = self.block(params, body, results)
        self.body.append(Def(out, name, block, self.origin))
        return out

    def block(
        self, params: Sequence[tuple[Sequence[Atom], str]], body: Sequence[Stmt], results: Sequence[Sequence[Atom]]
    ) -> Block:
        """The block of such a function."""
        inner = Made([], self.origin)
        given: list[Var] = []
        for group, hint in params:
            names = [v for v in group if isinstance(v, Var)]
            if len(names) == 1:
                given += names
                continue
            given.append(Var(hint if group else "_", packed_type(group)))
            if group:
                inner.take(given[-1], names)
        inner.body += body
        packed = [inner.packed(r) for r in results]
        result = packed[0] if len(packed) == 1 else inner.packed(packed)
        return Block(tuple(given), tuple(inner.body), (result,))

    def length(self, s: For, known: bool) -> Atom:
        """How many iterations a loop has at most, by Python if its bounds are known; less than none are none."""
        r = s.source
        if r is None:
            return self.number_of(s.items)
        if r.step == ONE and r.start == ZERO:
            return r.stop
        step = r.step.value if isinstance(r.step, Lit) and type(r.step.value) is int else None
        if known and step != 1:
            return self.op(len, (self.op(range, (r.start, r.stop, r.step), (), ab.UNKNOWN),), (), INT)
        if step is None:
            sign = self.op(np.sign, (r.step,), (), INT)
            far = self.op(operator.add, (self.op(operator.sub, (r.stop, r.start), (), INT), r.step), (), INT)
            return self.op(operator.floordiv, (self.op(operator.sub, (far, sign), (), INT), r.step), (), INT)
        far = self.op(operator.sub, (r.stop, r.start) if step > 0 else (r.start, r.stop), (), INT)
        if abs(step) == 1:
            return far
        far = self.op(operator.add, (far, Lit(abs(step) - 1)), (), INT)
        return self.op(operator.floordiv, (far, Lit(abs(step))), (), INT)

    def number_of(self, items: Sequence[Atom]) -> Atom:
        """How many there are of what a loop walks along: arrays, or tuples of such."""
        x = next((x for x in items if not isinstance(_item(x.type), ab.Seq)), items[0])
        t = _item(x.type)
        while isinstance(t, ab.Seq):
            k = next((k for k, part in enumerate(t.items) if not isinstance(part, ab.Static)), 0)
            t = t.items[k]
            x = self.op(prims.item, (x, Lit(k)), (), ab.UNKNOWN)
        return self.op(prims.dim, (x, ZERO), (), INT)

    def parts_at(self, x: Atom, t: ab.Seq, k: Atom) -> tuple[Atom, ...]:
        """The parts of an item, a tuple, of what is a tuple of arrays."""
        out: list[Atom] = []
        for j, part in enumerate(t.items):
            whole = self.op(prims.item, (x, Lit(j)), (), ab.UNKNOWN)
            if isinstance(part, ab.Seq):
                out.append(self.op(prims.make_tuple, self.parts_at(whole, part, k), (), part))
            else:
                out.append(self.op(operator.getitem, (whole, (k,)), (), part))
        return tuple(out)

    def indices(self, r: Range | None, items: Sequence[Atom]) -> Atom:
        """What the index of a loop runs over."""
        if r is None:
            args: tuple[Atom, ...] = (self.number_of(items),)
        else:
            args = (r.start, r.stop, r.step) if r.step != ONE else (r.start, r.stop) if r.start != ZERO else (r.stop,)
        return self.op(np.arange, args, (), ab.Array("int64", (ab.Dim(ab.ANONYMOUS),)))
