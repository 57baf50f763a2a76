"""Core to Core, for JAX: reads and writes under a mask become choices between whole arrays, whose lengths are known.

Before::

    t = u[mask]; t2 = t * 0.5; u2 = set_item(u, mask, t2)

After::

    t2 = u * 0.5; u2 = where(mask, t2, u)

What is computed where the mask is false is chosen by nobody. Anything else that is done with `u[mask]` stays as it is.
"""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np

from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Lit, Op, Program, Stmt, Var
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import reads, variables

ZERO = Lit(0.0)


def unmasked(program: Program) -> Program:
    """A program without those masks as indices that can be choices."""
    return with_functions(program, lambda b: _Masked().block(b))


class _Masked:
    """`whole`: of what was read under a mask, and what is made of it, the mask and the array that has it under that.

    `reading`: the reads that nobody has needed as they were.
    """

    def __init__(self) -> None:
        self.whole: dict[Var, tuple[Var, Atom]] = {}
        self.reading: dict[Var, list[Stmt]] = {}

    def block(self, b: Block) -> Block:
        body: list[Stmt] = []
        for s in b.body:
            made = self.operation(s) if isinstance(s, Op) else None
            if made is None:
                self.need(reads(s), body)
                body.append(with_blocks(s, self.block))
            else:
                body += made
        self.need(dict.fromkeys(variables(b.results)), body)
        return Block(b.params, tuple(body), b.results)

    def need(self, read: dict[Var, None], body: list[Stmt]) -> None:
        """Bind as it was what somebody reads that cannot have the whole."""
        for v in read:
            if v in self.reading:
                made = self.reading.pop(v)
                self.need({w: None for s in made for w in reads(s)}, body)
                body += made

    def operation(self, s: Op) -> list[Stmt] | None:
        """What an operation becomes; None if it stays as it is."""
        match s:
            case Op(op=operator.getitem, args=(Var() as a, index)) if (mask := _mask(index, a)) is not None:
                self.whole[s.out], self.reading[s.out] = (mask, a), [s]
                return []
            case Op(op=prims.set_item | prims.add_item, args=(Var() as a, index, value)) if not s.kwargs:
                mask = _mask(index, a)
                found = None if mask is None else self.under(mask, value)
                if mask is None or found is None or not _fits(a, found):
                    return None
                if s.op is prims.set_item:
                    return [replace(s, op=np.where, args=(mask, found, a))]
                chosen = Var("", a.type)
                choice = Op(chosen, np.where, (mask, found, ZERO), (), s.origin)
                return [choice, replace(s, op=operator.add, args=(a, chosen))]
            case Op(op=np.sum, args=(Var() as x,)) if x in self.whole and not s.kwargs:
                mask, whole = self.whole[x]
                chosen = Var("", whole.type)
                return [Op(chosen, np.where, (mask, whole, ZERO), (), s.origin), replace(s, args=(chosen,))]
        return self.element_by_element(s)

    def element_by_element(self, s: Op) -> list[Stmt] | None:
        """An operation on elements under one mask is one on whole arrays."""
        masks = {self.whole[x][0] for x in s.args if isinstance(x, Var) and x in self.whole}
        if len(masks) != 1 or s.kwargs or not (registry.is_elementwise(s.op) or s.op is prims.alias):
            return None
        (mask,) = masks
        args = [self.under(mask, x) for x in s.args]
        known = [x for x in args if x is not None]
        if len(known) < len(args):
            return None
        like = next(x.type for x in known if ab.rank(x.type) != 0)
        dtype = s.out.type.dtype if isinstance(s.out.type, ab.Array) else None
        out = Var(s.out.hint, ab.Array(dtype, ab.shape_of(like)))
        self.whole[s.out], self.reading[s.out] = (mask, out), [s]
        return [replace(s, out=out, args=tuple(known))]

    def under(self, mask: Var, x: Arg) -> Atom | None:
        """What stands for an operand under a mask: a number, or a whole array."""
        if isinstance(x, Var) and x in self.whole and self.whole[x][0] is mask:
            return self.whole[x][1]
        return x if isinstance(x, Atom) and ab.rank(x.type) == 0 else None


def _mask(index: Arg, a: Var) -> Var | None:
    """The mask that an index of an array is, if it has as many axes as that."""
    (part,) = index if isinstance(index, tuple) and len(index) == 1 else (index,)
    if not isinstance(part, Var) or not isinstance(part.type, ab.Array) or part.type.dtype != "bool":
        return None
    rank = ab.rank(a.type)
    return part if rank is not None and rank == ab.rank(part.type) else None


def _fits(a: Var, value: Atom) -> bool:
    """Is a value of no wider kind than the array, which would become of that kind?"""
    dtypes = [t.dtype for t in (a.type, value.type) if isinstance(t, ab.Array | ab.Scalar)]
    return ab.kind_of(a.type) == "float" and (dtypes[1:] == [None] or dtypes[1:] == dtypes[:1])
