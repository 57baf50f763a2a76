"""Values with an axis of directions before their own: how they are made, and what their types are."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction, Origin, Slice, Stmt, Var
from pullback.transpile.infer import infer, type_of
from pullback.transpile.infer.lengths import anonymous

ALL = Slice()


Parts = Mapping[str | int, bool]


class NotBatched(Exception):
    """This cannot be done for several directions at once."""


class Grown(NotBatched):
    """A list that was the same for all directions is given an item for each of them."""

    def __init__(self, list_: Var) -> None:
        super().__init__()
        self.list = list_


class Batch:
    """The directions, `count` of them, and the values that there is one of for each: by the value of one direction."""

    def __init__(self, count: Atom, body: list[Stmt], of: dict[Var, Var], origin: Origin) -> None:
        self.count = count
        self.body = body
        self.of = of
        self.parts: dict[Var, Parts] = {}  # of a structure, which items there is one of for each
        self.made: dict[Var, Op] = {}
        self.origin = origin

    def inside(self) -> Batch:
        """For a block inside this one, still empty."""
        inner = Batch(self.count, [], self.of, self.origin)
        inner.parts, inner.made = self.parts, self.made
        return inner

    def has(self, x: object) -> bool:
        """Is there one of this value for each direction?"""
        return isinstance(x, Var) and x in self.of

    def emit(self, op: OpFunction, args: tuple[Arg, ...], kwargs: Kwargs = (), like: Var | None = None) -> Var:
        """Append an operation; `like`: the value of one direction that its result is one of for each."""
        t = infer(op, args, dict(kwargs))
        if isinstance(t, ab.Unknown) and like is not None:
            t = self.type(like.type)
        out = Var("" if like is None else like.hint, t)
        self.body.append(Op(out, op, args, kwargs, self.origin))
        return out

    def type(self, t: ab.Type) -> ab.Type:
        """The type of values for all directions, each of them of type `t`."""
        n = self.count.value if isinstance(self.count, Lit) else getattr(self.count.type, "value", None)
        n = n if isinstance(n, int | ab.Dim) else anonymous()
        match t:
            case ab.Scalar(kind="float", dtype=dtype):
                return ab.Array(dtype or "float64", (n,))
            case ab.Array(dtype=dtype, shape=tuple() as shape):
                return ab.Array(dtype, (n, *shape))
            case ab.ListOf(item=item):
                return ab.ListOf(self.type(item))
            case ab.Seq(kind=kind, items=items):
                return ab.Seq(kind, tuple(map(self.type, items)))
        raise NotBatched

    def type_of_parts(self, t: ab.Type, parts: Parts) -> ab.Type:
        """The type of a structure of which these items are for all directions."""
        match t:
            case ab.Seq(kind=kind, items=items):
                return ab.Seq(kind, tuple(self.type(x) if parts[k] else x for k, x in enumerate(items)))
            case ab.Mapping(items=entries):
                return replace(t, items=tuple((k, self.type(x) if parts[k] else x) for k, x in entries))
        raise NotBatched

    def bind(self, v: Var, each: Var) -> None:
        """Say what there is for each direction of a value."""
        self.of[v] = each

    def each(self, x: Arg) -> Atom:
        """A value for each direction; what is the same for all of them is repeated."""
        if isinstance(x, Var) and x in self.of:
            return self.of[x]
        t = type_of(x)
        match t:
            case ab.Scalar() if isinstance(x, Var | Lit):
                return self.emit(np.full, (self.count, x))
            case ab.Array(shape=tuple()):
                made = self.maker(x)
                if made is not None and made.op is np.zeros_like and not made.kwargs:
                    return self.zeros(made.args[0], t)
                first = self.emit(operator.getitem, (x, (Lit(None), Lit(...))))
                return self.emit(np.repeat, (first,), (("repeats", self.count), ("axis", Lit(0))))
            case ab.Seq(kind="list", items=()) if isinstance(x, Var):
                return x
            case ab.ListOf() if isinstance(x, Var):
                raise Grown(x)
        raise NotBatched

    def zeros(self, like: Arg, t: ab.Type) -> Var:
        """Zeros of the shape of a value, for each direction, in the dtype of `t`."""
        name = getattr(t, "dtype", None)
        dtype = (("dtype", Lit(np.dtype(name).type, text=f"np.{name}")),) if name not in (None, "float64") else ()
        return self.emit(np.zeros, (self._shape(like),), dtype)

    def shaped(self, like: Arg) -> Atom:
        """What has the shape of a value for each direction, to read that from."""
        if isinstance(like, Var) and like in self.of:
            return self.of[like]
        return self.emit(np.broadcast_to, (like,), (("shape", self._shape(like)),))

    def _shape(self, like: Arg) -> tuple[Atom, ...]:
        """The shape of a value for each direction."""
        x, first = (self.of[like], 1) if isinstance(like, Var) and like in self.of else (like, 0)
        return (self.count, *(self.emit(prims.dim, (x, Lit(first + k))) for k in range(rank_of(like))))

    def aligned(self, x: Arg, rank: int) -> Arg:
        """An operand for an operation whose result has so many axes: those of directions come before all of them."""
        if not isinstance(x, Var) or x not in self.of:
            return x
        return self.spread(self.of[x], rank)

    def spread(self, each: Var, rank: int) -> Var:
        """What there is one of for each direction, where one has so many axes."""
        own = rank_of(each) - 1
        missing = rank - own
        if missing <= 0:
            return each
        rest: tuple[Arg, ...] = (Lit(...),) if own else ()
        return self.emit(operator.getitem, (each, (ALL, *[Lit(None)] * missing, *rest)))

    def maker(self, x: Arg) -> Op | None:
        """The operation that makes a value which is the same for all directions."""
        made = self.made.get(x) if isinstance(x, Var) else None
        return self.maker(made.args[0]) if made is not None and made.op is prims.alias else made

    def turned(self, x: Arg) -> Arg:
        """The transpose of a matrix that is the same for all directions."""
        made = self.maker(x)
        if made is not None and made.op is np.transpose and not made.kwargs:
            return made.args[0]
        return self.emit(np.transpose, (x,))


def rank_of(x: Arg) -> int:
    """How many axes a value has; it must be known."""
    found = ab.rank(type_of(x))
    if found is None:
        raise NotBatched
    return found
