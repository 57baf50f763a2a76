"""Operations on values for several directions: the same operation, on axes that come one later."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable

import numpy as np

from pullback import runtime
from pullback.stdlib import registry
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.batching.values import ALL, Batch, NotBatched, rank_of
from pullback.transpile.core import Arg, Kwargs, Lit, Op, OpFunction, Slice, Var
from pullback.transpile.infer import infer, type_of
from pullback.transpile.traversal import variables

Rule = Callable[[Batch, Op], Var]
_ELEMENT_BY_ELEMENT = frozenset({np.where, np.maximum, np.minimum, np.fmax, np.fmin})


def operation(b: Batch, s: Op) -> None:
    """Append an operation for all directions, if it reads what there is one of for each."""
    b.origin = s.origin
    if not any(b.has(v) for v in variables(s.args)):
        b.made[s.out] = s
        b.body.append(s)
        return
    if any(b.has(v) for _, x in s.kwargs for v in variables(x)):
        raise NotBatched
    rule = _RULES.get(s.op)
    if rule is None:
        if not (registry.is_elementwise(s.op) or s.op in _ELEMENT_BY_ELEMENT):
            raise NotBatched
        rule = elementwise
    out = rule(b, s)
    if out is not s.out:
        b.bind(s.out, out)


def elementwise(b: Batch, s: Op) -> Var:
    rank = rank_of(s.out)
    return b.emit(s.op, tuple(b.aligned(x, rank) for x in s.args), s.kwargs, s.out)


def alias(b: Batch, s: Op) -> Var:
    return b.emit(prims.alias, (b.each(s.args[0]),), (), s.out)


def spread(b: Batch, s: Op) -> Var:
    """`x` repeated to the shape of another value: added to zeros of that shape."""
    x, like = (s.args[0], s.args[1]) if s.op is prims.spread else (s.args[1], s.args[0])
    if not b.has(x):
        raise NotBatched
    zeros = b.emit(np.zeros_like, (b.of[like] if isinstance(like, Var) and like in b.of else like,))
    return b.emit(operator.add, (zeros, b.aligned(x, rank_of(s.out))), (), s.out)


def like(b: Batch, s: Op) -> Var:
    """Zeros of the shape of a value."""
    return b.emit(s.op, (b.each(s.args[0]), *s.args[1:]), s.kwargs, s.out)


def dim(b: Batch, s: Op) -> Var:
    """`x.shape[k]`, which is the same for all directions."""
    x, axis = s.args
    if not isinstance(axis, Lit) or not isinstance(axis.value, int):
        raise NotBatched
    b.body.append(Op(s.out, prims.dim, (b.each(x), Lit(axis.value + (axis.value >= 0))), (), s.origin))
    return s.out


def length(b: Batch, s: Op) -> Var:
    """`len(x)`."""
    if isinstance(type_of(s.args[0]), ab.ListOf):
        b.body.append(Op(s.out, len, (b.each(s.args[0]),), (), s.origin))
    else:
        b.body.append(Op(s.out, prims.dim, (b.each(s.args[0]), Lit(1)), (), s.origin))
    return s.out


# axes


def _shifted(axis: Arg, rank: int) -> Arg:
    """An axis, or a tuple of them, counted with that of the directions."""
    if isinstance(axis, tuple):
        return tuple(_shifted(x, rank) for x in axis)
    if isinstance(axis, Lit) and isinstance(axis.value, tuple):
        return Lit(tuple(k + (k >= 0) for k in axis.value))
    if not isinstance(axis, Lit) or type(axis.value) is not int:
        raise NotBatched
    return Lit(axis.value + (axis.value >= 0))


def _named(s: Op, names: tuple[str, ...], rank: int) -> Kwargs:
    return tuple((k, _shifted(x, rank) if k in names else x) for k, x in s.kwargs)


def reduction(b: Batch, s: Op) -> Var:
    rank, given = rank_of(s.args[0]), dict(s.kwargs)
    axis = given.get("axis", Lit(None))
    if axis == Lit(None):
        over: Arg = Lit(-1) if rank == 1 else tuple(Lit(k) for k in range(1, rank + 1))
    else:
        over = _shifted(axis, rank)
    kwargs = (("axis", over), *((k, x) for k, x in s.kwargs if k != "axis"))
    return b.emit(s.op, (b.each(s.args[0]),), kwargs, s.out)


def along(b: Batch, s: Op) -> Var:
    """An operation along an axis that must be given."""
    rank, given = rank_of(s.args[0]), dict(s.kwargs)
    axis = given.get("axis", Lit(None) if s.op is not np.diff else Lit(-1))
    if axis == Lit(None):
        if rank != 1 or s.op not in (np.cumsum, np.flip):
            raise NotBatched
        axis = Lit(0)
    kwargs = (*((k, x) for k, x in s.kwargs if k != "axis"), ("axis", _shifted(axis, rank)))
    if any(b.has(x) for x in s.args[1:]):
        raise NotBatched
    rest = s.args[1:]
    if s.op is np.take_along_axis:
        rest = (b.emit(operator.getitem, (rest[0], (Lit(None), Lit(...)))),)
    return b.emit(s.op, (b.each(s.args[0]), *rest), kwargs, s.out)


def swapaxes(b: Batch, s: Op) -> Var:
    if s.op is np.squeeze and dict(s.kwargs).get("axis", Lit(None)) == Lit(None):
        raise NotBatched  # it would take the axis of directions with the others
    names = ("axis1", "axis2", "source", "destination", "axis")
    return b.emit(s.op, (b.each(s.args[0]),), _named(s, names, rank_of(s.args[0])), s.out)


def transpose(b: Batch, s: Op) -> Var:
    rank = rank_of(s.args[0])
    axes = dict(s.kwargs).get("axes", Lit(None))
    if axes == Lit(None):
        order: tuple[int, ...] = tuple(reversed(range(rank)))
    else:
        given = axes if isinstance(axes, tuple) else axes.value if isinstance(axes, Lit) else None
        if not isinstance(given, tuple):
            raise NotBatched
        known = [x.value if isinstance(x, Lit) else x for x in given]
        if not all(isinstance(k, int) for k in known):
            raise NotBatched
        order = tuple(k % rank for k in known if isinstance(k, int))
    if rank < 2:
        return b.emit(prims.alias, (b.each(s.args[0]),), (), s.out)
    if rank == 2 and order == (1, 0):
        return b.emit(np.swapaxes, (b.each(s.args[0]),), (("axis1", Lit(1)), ("axis2", Lit(2))), s.out)
    axes = tuple(Lit(k) for k in (0, *(k + 1 for k in order)))
    return b.emit(np.transpose, (b.each(s.args[0]),), (("axes", axes),), s.out)


def reshape(b: Batch, s: Op) -> Var:
    given = dict(s.kwargs)
    shape = given.get("shape", Lit(-1)) if s.op is np.reshape else Lit(-1)
    if given.get("order", Lit("C")) != Lit("C"):
        raise NotBatched
    parts = shape if isinstance(shape, tuple) else (shape,)
    if isinstance(shape, Var | Slice) and not isinstance(type_of(shape), ab.Scalar):
        raise NotBatched
    return b.emit(np.reshape, (b.each(s.args[0]),), (("shape", (b.count, *parts)),), s.out)


# parts


def _index(b: Batch, index: Arg) -> tuple[Arg, ...]:
    """An index with all directions before it. Arrays that stand apart in it would bring their axes to the front."""
    parts = index if isinstance(index, tuple) else (index,)
    kinds = [None if isinstance(x, Slice) else type_of(x) for x in parts]
    arrays = [k for k, t in enumerate(kinds) if isinstance(t, ab.Array | ab.Unknown | ab.ListOf)]
    numbers = [k for k, t in enumerate(kinds) if isinstance(t, ab.Scalar)]
    if any(b.has(v) for v in variables(parts)):
        raise NotBatched
    if arrays:
        joint = sorted({*arrays, *numbers})
        if joint != list(range(joint[0], joint[0] + len(joint))) or ab.UNKNOWN in kinds:
            raise NotBatched
    return (ALL, *parts)


def read(b: Batch, s: Op) -> Var:
    base, index = s.args
    if isinstance(type_of(base), ab.ListOf):
        return b.emit(operator.getitem, (b.each(base), index), (), s.out)
    if not isinstance(type_of(base), ab.Array):
        raise NotBatched
    return b.emit(s.op, (b.each(base), _index(b, index)), (), s.out)


def last_written(b: Batch, s: Op) -> Var:
    g, like, index = s.args
    return b.emit(s.op, (b.each(g), b.each(like), _index(b, index)), (), s.out)


def write(b: Batch, s: Op) -> Var:
    array, index, value = s.args
    if s.kwargs or rank_of(array) == 0:
        raise NotBatched
    if b.has(value):
        part = rank_of_part(array, index)
        value = b.aligned(value, part)
    return b.emit(s.op, (b.each(array), _index(b, index), value), (), s.out)


def rank_of_part(array: Arg, index: Arg) -> int:
    """How many axes the part of an array has that a write is to."""
    found = ab.rank(infer(operator.getitem, (array, index), {}))
    if found is None:
        raise NotBatched
    return found


def item(b: Batch, s: Op) -> Var:
    container, key = s.args
    if isinstance(container, Var) and container in b.parts:
        flags = b.parts[container]
        if not isinstance(key, Lit) or not isinstance(key.value, int) or not flags[key.value]:
            b.body.append(Op(s.out, s.op, (b.of[container], key), (), s.origin))
            return s.out
    elif not isinstance(type_of(container), ab.ListOf):
        raise NotBatched
    return b.emit(s.op, (b.each(container), key), (), s.out)


def make_tuple(b: Batch, s: Op) -> Var:
    out = b.emit(s.op, tuple(b.of[x] if isinstance(x, Var) and x in b.of else x for x in s.args), (), None)
    b.parts[s.out] = tuple(map(b.has, s.args))
    return out


def change(b: Batch, s: Op) -> Var:
    """A change of a list."""
    xs, *rest = s.args
    if s.op is prims.appended:
        rest = [b.each(rest[0])]
    elif s.op in (prims.replaced, prims.inserted, prims.add_at_key, prims.put_part):
        rest = [rest[0], b.each(rest[1])]
    return b.emit(s.op, (b.each(xs), *rest), (), s.out)


def rows(b: Batch, s: Op) -> Var:
    """The list of an array's rows: each has those of all directions."""
    turned = b.emit(np.swapaxes, (b.each(s.args[0]),), (("axis1", Lit(0)), ("axis2", Lit(1))))
    return b.emit(s.op, (turned,), (), s.out)


# products


def matmul(b: Batch, s: Op) -> Var:
    x, y = s.args
    m, n = rank_of(x), rank_of(y)
    if m == 0 or n == 0:
        return elementwise(b, s)
    if m > 2 or n > 2:
        raise NotBatched
    if b.has(x) and b.has(y):
        raise NotBatched
    if b.has(x):
        return b.emit(operator.matmul, (b.each(x), y), (), s.out)
    if n == 1:  # a row for each direction is on the left of what it is multiplied by
        left = x if m == 1 else b.turned(x)
        return b.emit(operator.matmul, (b.each(y), left), (), s.out)
    return b.emit(operator.matmul, (x, b.each(y)), (), s.out)


def outer(b: Batch, s: Op) -> Var:
    x, y = s.args
    if rank_of(x) != 1 or rank_of(y) != 1 or b.has(x) and b.has(y):
        raise NotBatched
    if b.has(x):
        column = b.emit(operator.getitem, (b.each(x), (ALL, ALL, Lit(None))))
        return b.emit(operator.mul, (column, y), (), s.out)
    column = b.emit(operator.getitem, (x, (ALL, Lit(None))))
    row = b.emit(operator.getitem, (b.each(y), (ALL, Lit(None), ALL)))
    return b.emit(operator.mul, (column, row), (), s.out)


def einsum(b: Batch, s: Op) -> Var:
    text, *operands = s.args
    if not isinstance(text, Lit) or not isinstance(text.value, str) or "->" not in text.value or "." in text.value:
        raise NotBatched
    inputs, output = text.value.replace(" ", "").split("->")
    letter = next((c for c in "nzyxwvutsrqponmlkjihgfedcba" if c not in text.value), None)
    if letter is None:
        raise NotBatched
    terms = [letter + t if b.has(x) else t for t, x in zip(inputs.split(","), operands, strict=True)]
    new = f"{','.join(terms)}->{letter}{output}"
    args = (Lit(new), *(b.each(x) if b.has(x) else x for x in operands))
    return b.emit(np.einsum, args, s.kwargs, s.out)


# joins


def join(b: Batch, s: Op) -> Var:
    arrays = s.args[0]
    axis = dict(s.kwargs).get("axis", Lit(0))
    if not isinstance(arrays, tuple) or axis == Lit(None):
        raise NotBatched
    kwargs = (("axis", _shifted(axis, 0)), *((k, x) for k, x in s.kwargs if k != "axis"))
    return b.emit(s.op, (tuple(map(b.each, arrays)), *s.args[1:]), kwargs, s.out)


def array(b: Batch, s: Op) -> Var:
    """`np.array` of numbers, or of one array."""
    x = s.args[0]
    if isinstance(x, tuple) and all(isinstance(type_of(v), ab.Scalar | ab.Array) for v in x):
        return b.emit(np.stack, (tuple(map(b.each, x)),), (("axis", Lit(1)),), s.out)
    if isinstance(x, Var) and isinstance(x.type, ab.Array):
        return b.emit(s.op, (b.each(x),), s.kwargs, s.out)
    raise NotBatched


_RULES: dict[OpFunction, Rule] = {
    prims.alias: alias,
    prims.watched: alias,
    prims.spread: spread,
    np.full_like: spread,
    np.zeros_like: like,
    np.ones_like: like,
    prims.dim: dim,
    builtins.len: length,
    **dict.fromkeys((np.sum, np.mean), reduction),
    **dict.fromkeys((np.cumsum, np.flip, np.diff, np.take, np.roll, np.take_along_axis), along),
    **dict.fromkeys((np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze), swapaxes),
    np.transpose: transpose,
    np.reshape: reshape,
    np.ravel: reshape,
    operator.getitem: read,
    runtime.read_written: read,
    runtime.last_written: last_written,
    prims.set_item: write,
    prims.add_item: write,
    prims.item: item,
    prims.make_tuple: make_tuple,
    **dict.fromkeys((prims.appended, prims.shortened, prims.replaced, prims.add_at_key, prims.inserted), change),
    **dict.fromkeys((prims.removed, prims.part, prims.put_part), change),
    prims.rows: rows,
    **dict.fromkeys((operator.matmul, np.matmul, np.dot), matmul),
    np.outer: outer,
    np.einsum: einsum,
    **dict.fromkeys((np.concatenate, np.stack), join),
    **dict.fromkeys((np.array, np.asarray), array),
    **dict.fromkeys((np.copy, np.ndarray.copy), alias),
}
