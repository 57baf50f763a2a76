"""The directions of a Jacobian: rows of an identity matrix, cut to the leaves of what moves.

    x: f64[:], y: float        d = np.eye(x.shape[0] + 1);  dx = d[:, :x.shape[0]];  dy = d[:, x.shape[0]]
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction, Origin, Slice, Stmt, Var
from pullback.transpile.infer import infer, type_of


class Code:
    """Statements under construction."""

    def __init__(self, origin: Origin) -> None:
        self.body: list[Stmt] = []
        self.origin = origin

    def emit(self, op: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = ()) -> Var:
        """Append an operation."""
        out = Var("", infer(op, args, dict(kwargs)))
        self.body.append(Op(out, op, args, kwargs, self.origin))
        return out

    def __call__(self, op: OpFunction, *args: Arg, **kwargs: Arg) -> Var:
        return self.emit(op, args, tuple(kwargs.items()))

    def size(self, x: Atom) -> Atom:
        """The number of elements."""
        axes = rank(x)
        return Lit(1) if axes == 0 else self(prims.dim, x, Lit(0)) if axes == 1 else self(np.size, x)

    def sum(self, m: Atom, n: Atom) -> Atom:
        """The sum of two lengths."""
        if isinstance(m, Lit) and isinstance(n, Lit):
            return Lit(m.value + n.value)  # type: ignore[operator]
        return n if m == Lit(0) else self(operator.add, m, n)

    def lengths(self, x: Atom, but: int = 0) -> tuple[Atom, ...]:
        """The shape of an array, without so many of its last axes."""
        return tuple(self(prims.dim, x, Lit(k)) for k in range(rank(x) - but))

    def reshaped(self, x: Var, *shape: Atom) -> Var:
        """An array in another shape."""
        return self(np.reshape, x, shape=tuple(shape))

    def identity(self, rows: Atom, dtype: str | None) -> Var:
        """An identity matrix."""
        kwargs = {} if dtype in (None, "float64") else {"dtype": Lit(np.dtype(dtype).type, text=f"np.{dtype}")}
        return self(np.eye, rows, **kwargs)


def rank(x: Atom) -> int:
    """How many axes a value has, which is known."""
    found = ab.rank(type_of(x))
    assert found is not None
    return found


@dataclass(frozen=True)
class Side:
    """The leaves that directions are in, one after the other, and where each begins and ends among all elements."""

    values: tuple[Atom, ...]
    starts: tuple[Atom, ...]
    stops: tuple[Atom, ...]

    @property
    def count(self) -> Atom:
        """The number of directions."""
        return self.stops[-1]

    def is_number(self) -> bool:
        """Is there one direction, along a number?"""
        return len(self.values) == 1 and rank(self.values[0]) == 0

    def seeds(self, c: Code) -> list[Var]:
        """The rows of an identity matrix, cut into the shapes of the leaves."""
        made: dict[str | None, Var] = {}
        out: list[Var] = []
        for k, x in enumerate(self.values):
            dtype = getattr(type_of(x), "dtype", None) or "float64"
            if dtype not in made:
                made[dtype] = c.identity(self.count, dtype)
            part = made[dtype]
            if len(self.values) > 1 or rank(x) == 0:
                part = c(operator.getitem, part, (Slice(), self._place(k)))
            out.append(part if rank(x) < 2 else c.reshaped(part, self.count, *c.lengths(x)))
        return out

    def _place(self, k: int) -> Atom | Slice:
        """Where the leaf `k` is among all elements."""
        if rank(self.values[k]) == 0:
            return self.starts[k]
        first, last = k == 0, k == len(self.values) - 1
        return Slice(None if first else self.starts[k], None if last else self.stops[k])

    def part(self, c: Code, rows: Var, k: int) -> Var:
        """Of what there is a row of for each direction, those of the leaf `k`: the one row for a number."""
        if len(self.values) == 1 and rank(self.values[k]) > 0:
            return rows
        return c(operator.getitem, rows, (self._place(k),))


def side_of(c: Code, values: Sequence[Atom]) -> Side:
    """The directions of leaves, with what tells their lengths appended to the code."""
    stops: list[Atom] = [Lit(0)]
    for x in values:
        stops.append(c.sum(stops[-1], c.size(x)))
    return Side(tuple(values), tuple(stops[:-1]), tuple(stops[1:]))
