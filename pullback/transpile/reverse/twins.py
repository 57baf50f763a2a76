"""Where a shape can be read: a parameter of the same shape is always at hand, a temporary is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Atom, Block, For, Lit, Op, Var, While
from pullback.transpile.shapes import axes_of
from pullback.transpile.traversal import blocks, operations, variables


@dataclass(frozen=True)
class Twins:
    """`made`: the forward operation that binds each name; `axes`: a parameter's axis by the symbol of its length.

    `lasting`: arrays of the function's own block that are never written, whose shapes can be read anywhere.
    """

    params: frozenset[Var] = frozenset()
    lasting: tuple[Var, ...] = ()
    own: frozenset[Var] = frozenset()
    made: dict[Var, Op] = field(default_factory=dict)
    axes: dict[str, tuple[Var, int]] = field(default_factory=dict)

    @staticmethod
    def of(block: Block) -> Twins:
        """What is known of the names of a function's block."""
        made = dict(operations(block))
        params = {*block.params}
        for s in block.body:
            if isinstance(s, Op) and s.op is prims.item and s.args[0] in params:
                params.add(s.out)
        own = [*block.params, *(o for s in block.body for o in s.outs)]
        changed = set(_changed(block))
        lasting = tuple(v for v in own if isinstance(v.type, ab.Array) and v.hint and v not in changed)
        return Twins(frozenset(params), lasting, frozenset(own), made, axes_of(block))

    def twin(self, x: Atom, dtype: bool) -> Atom:
        """A parameter, or else a user's variable, of the shape (and dtype) of `x`; `x` itself if there is none."""
        best: Atom = x
        for v in self._like(x, dtype):
            if v in self.params:
                return v
            if best is x and v.hint:
                best = v
        if isinstance(best, Var) and self.own and best not in self.own:  # of a loop or branch: it would be kept
            return next((v for v in self.lasting if _equal(v.type, best.type, dtype)), best)
        return best

    def _like(self, x: Atom, dtype: bool) -> Iterator[Var]:
        """`x` and the operands that have its shape, from which it is made element by element."""
        queue, seen = [x], {x}
        while queue and len(seen) < 64:
            v = queue.pop(0)
            if not isinstance(v, Var):
                continue
            yield v
            s = self.made.get(v)
            if s is not None and s.op in _WRITES and isinstance(s.args[0], Var):
                queue.append(s.args[0])
                continue
            if s is None or not (registry.is_elementwise(s.op) or s.op in _LIKE):
                continue
            for a in s.args[:1] if s.op in _LIKE else s.args:
                if isinstance(a, Var) and a not in seen and _alike(a.type, v.type, dtype):
                    seen.add(a)
                    queue.append(a)

    def length(self, x: Atom, axis: int) -> Lit | tuple[Atom, int] | None:
        """The length of an axis: a number, or the axis of a parameter."""
        shape = ab.shape_of(x.type)
        if shape is None or not -len(shape) <= axis < len(shape):
            return None
        n = shape[axis]
        if isinstance(n, int):
            return Lit(n)
        if n.offset == 0 and n.symbol in self.axes:
            return self.axes[n.symbol]
        found = self.twin(x, False)
        return found, axis


def _equal(a: ab.Type, b: ab.Type, dtype: bool) -> bool:
    """Are two shapes proven to be one, from what the lengths of their axes are?"""
    if not _alike(a, b, dtype):
        return False
    pairs = zip(ab.shape_of(a) or (), ab.shape_of(b) or (), strict=True)
    return all(m == n and not (isinstance(m, ab.Dim) and m.symbol == ab.ANONYMOUS) for m, n in pairs)


_WRITES = (prims.set_item, prims.add_item)
_LIKE = (prims.alias, np.zeros_like, np.ones_like, np.empty_like, np.full_like)


def _changed(block: Block) -> Iterator[Var]:
    """What is written, or goes round in a loop that may write it."""
    for s in block.body:
        match s:
            case Op(op=op, args=(Var() as array, *_)) if op in _WRITES:
                yield array
            case For(inits=inits) | While(inits=inits):
                yield from variables(inits)
        for b in blocks(s):
            yield from _changed(b)


def _alike(a: ab.Type, b: ab.Type, dtype: bool) -> bool:
    if not isinstance(a, ab.Array) or not isinstance(b, ab.Array) or not ab.same_shape(a, b):
        return False
    return not dtype or (a.dtype is not None and a.dtype == b.dtype)
