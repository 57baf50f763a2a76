"""Tangents of wholes and their parts: what is done to a structure, an array or a list is done to its tangent too.

    v = x[i]                        dv = dx[i]
    x2 = set_item(x1, i, v)         dx2 = set_item(dx1, i, dv)
    t = make_tuple(a, b)            the tangents of a and b, until they are needed as a tuple
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Lit, Op, OpFunction, Var
from pullback.transpile.forward import roots
from pullback.transpile.forward.tangents import item, name_of
from pullback.transpile.infer import infer, type_of
from pullback.transpile.reverse.builder import ZERO
from pullback.transpile.reverse.cotangents import Tree
from pullback.transpile.reverse.kinds import keys_of

if TYPE_CHECKING:
    from pullback.transpile.forward.jvp import Forward


def alias(self: Forward, s: Op) -> None:
    """Another name for the same value."""
    d = self.t.get(s.args[0])
    if isinstance(d, Tree):
        self.t.set(s.out, d)
    else:
        self.bind(s.out, d)


def read(self: Forward, s: Op) -> None:
    """An element, or a part, of an array or list."""
    base, index = s.args
    if isinstance(type_of(base), ab.Seq):
        _of_fixed(self, s)
        return
    _same(self, s, (self.t.whole(self.b, base), index))


def last_written(self: Forward, s: Op) -> None:
    """A tangent is zero where the value has been made so."""
    _same(self, s, (self.t.whole(self.b, s.args[0]), *s.args[1:]))


def read_item(self: Forward, s: Op) -> None:
    """An item of a structure or of a list."""
    container, key = s.args
    if keys_of(type_of(container)) and isinstance(key, Lit):
        d = self.t.get(container)
        found = item(self.b, d, _positive(key, type_of(container)))
        if isinstance(found, Tree):
            self.t.set(s.out, found)
        else:
            self.bind(s.out, found)
        return
    _of_fixed(self, s)


def _of_fixed(self: Forward, s: Op) -> None:
    _same(self, s, (self.t.whole(self.b, s.args[0]), *s.args[1:]))


def _positive(key: Lit, t: ab.Type) -> Lit:
    if isinstance(t, ab.Seq) and isinstance(key.value, int) and key.value < 0:
        return Lit(key.value + len(t.items))
    return key


def _same(self: Forward, s: Op, args: tuple[Arg, ...]) -> None:
    """The same operation on tangents."""
    t = infer(s.op, args, dict(s.kwargs))
    out = Var(name_of(s.out), s.out.type if isinstance(t, ab.Unknown) else t)
    self.b.define(out, s.op, args, s.kwargs)
    self.t.set(s.out, out)


def make(self: Forward, s: Op) -> None:
    """A structure: each item keeps its own tangent. A list that may grow has the tangents as a list."""
    parts = s.args[1:] if s.op is prims.make_dict else s.args
    if isinstance(s.out.type, ab.ListOf):
        _same(self, s, tuple(_zero_or(self, p) for p in parts))
        return
    keys = s.args[0] if s.op is prims.make_dict else tuple(map(Lit, range(len(parts))))
    assert isinstance(keys, tuple)
    found = ((k, self.t.get(p)) for k, p in zip(keys, parts, strict=True))
    self.t.set(s.out, Tree({k: d for k, d in found if d is not None and isinstance(k, Lit)}))


def _zero_or(self: Forward, a: Arg) -> Arg:
    """The tangent of an item of a list, 0.0 for an integer among floats."""
    if isinstance(type_of(a), ab.Scalar) and not self.moves(a):
        return ZERO
    return self.t.whole(self.b, a)


def write(self: Forward, s: Op) -> None:
    """A write to an array is one to its tangent; what does not move is written as zero."""
    array, index, value = s.args
    d = self.t.whole(self.b, value) if isinstance(value, Var) and self.moves(value) else ZERO
    if s.op is prims.add_item and d is ZERO:
        self.bind(s.out, self.t.get(array))
        return
    _same(self, s, (self.t.whole(self.b, array), index, d))


def change(self: Forward, s: Op) -> None:
    """A change of a list, or a part of it, and the list of an array's rows."""
    xs, *rest = s.args
    if s.op is prims.appended:
        rest = [_zero_or(self, rest[0])]
    elif s.op in (prims.replaced, prims.inserted, prims.add_at_key):
        rest = [rest[0], _zero_or(self, rest[1])]
    elif s.op is prims.put_part:
        rest = [rest[0], self.t.whole_as(self.b, rest[1], s.out.type)]
    _same(self, s, (self.t.whole(self.b, xs), *rest))


def joined(self: Forward, s: Op) -> None:
    """`xs + ys` of lists."""
    _same(self, s, tuple(self.t.whole_as(self.b, x, s.out.type) for x in s.args))


def add(self: Forward, s: Op) -> None:
    """`+` of numbers and arrays, or of lists."""
    if isinstance(s.out.type, ab.ListOf):
        joined(self, s)
    else:
        self.by_rule(s)


STRUCTURAL: dict[OpFunction, Callable[[Forward, Op], None]] = {
    runtime.root_of: roots.root_of,
    prims.alias: alias,
    prims.watched: alias,
    list: alias,
    operator.getitem: read,
    runtime.read_written: read,
    runtime.last_written: last_written,
    operator.add: add,
    prims.item: read_item,
    prims.make_tuple: make,
    prims.make_list: make,
    prims.make_dict: make,
    prims.set_item: write,
    prims.add_item: write,
    prims.appended: change,
    prims.shortened: change,
    prims.replaced: change,
    prims.inserted: change,
    prims.removed: change,
    prims.part: change,
    prims.put_part: change,
    prims.rows: change,
    prims.add_at_key: change,
}
