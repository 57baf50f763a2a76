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
from pullback.transpile.batching import axes, fourier, joins, plain, products
from pullback.transpile.batching.values import ALL, Batch, NotBatched, rank_of
from pullback.transpile.core import Arg, Lit, Op, OpFunction, Slice, Var
from pullback.transpile.infer import infer, type_of
from pullback.transpile.reverse.kinds import keys_of
from pullback.transpile.traversal import variables

Rule = Callable[[Batch, Op], Var]
_ELEMENT_BY_ELEMENT = frozenset(
    {np.where, np.maximum, np.minimum, np.fmax, np.fmin, np.conjugate, np.ldexp, runtime.halved}
)


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
        rule = plain.elementwise
    out = rule(b, s)
    if out is not s.out:
        b.bind(s.out, out)


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
        parts = b.parts[container]
        if not isinstance(key, Lit) or not isinstance(key.value, int | str) or key.value not in parts:
            raise NotBatched
        if not parts[key.value]:
            b.body.append(Op(s.out, s.op, (b.of[container], key), (), s.origin))
            return s.out
    elif not isinstance(type_of(container), ab.ListOf):
        raise NotBatched
    return b.emit(s.op, (b.each(container), key), (), s.out)


def make(b: Batch, s: Op) -> Var:
    """A structure: items that are the same for all directions stay so. In a list of any length there are none."""
    if isinstance(s.out.type, ab.ListOf):
        return b.emit(s.op, tuple(map(b.each, s.args)), (), s.out)
    keys, given = (s.args[:1], s.args[1:]) if s.op is prims.make_dict else ((), s.args)
    items = tuple(b.of[x] if isinstance(x, Var) and x in b.of else x for x in given)
    out = b.emit(s.op, (*keys, *items), s.kwargs, None)
    b.parts[s.out] = {k.value: b.has(x) for (k, _), x in zip(keys_of(s.out.type), given, strict=True)}  # type: ignore[misc]
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


_RULES: dict[OpFunction, Rule] = {
    prims.alias: plain.alias,
    prims.watched: plain.alias,
    prims.spread: plain.spread,
    np.full_like: plain.spread,
    np.zeros_like: plain.like,
    np.ones_like: plain.like,
    prims.dim: plain.dim,
    builtins.len: plain.length,
    **dict.fromkeys((np.sum, np.mean), axes.reduction),
    builtins.sum: axes.total,
    **dict.fromkeys((np.cumsum, np.diff, np.take, np.roll, np.take_along_axis, np.repeat), axes.along),
    **dict.fromkeys((np.flip, np.fliplr, np.flipud), axes.flip),
    **dict.fromkeys((np.swapaxes, np.moveaxis, np.rollaxis, np.rot90, np.expand_dims), axes.renumbered),
    **dict.fromkeys((np.split, np.array_split), axes.renumbered),
    np.squeeze: axes.squeeze,
    np.transpose: axes.transpose,
    **dict.fromkeys((np.reshape, np.ravel), axes.reshape),
    **dict.fromkeys((np.tril, np.triu, np.matrix_transpose), axes.of_the_last_two),
    **dict.fromkeys((np.diagonal, np.diag, np.trace), axes.diagonal),
    np.pad: axes.with_border,
    runtime.unpadded: axes.with_border,
    runtime.carried_back: axes.carried_back,
    runtime.of_running_products: axes.carried_back,
    np.append: joins.append,
    runtime.place_diagonal: axes.place_diagonal,
    runtime.scatter_add: axes.scatter_add,
    runtime.scatter_add_along: axes.scatter_add_along,
    runtime.scatter_along: axes.scatter_add_along,
    runtime.unbroadcast: axes.unbroadcast,
    operator.getitem: read,
    runtime.read_written: read,
    runtime.last_written: last_written,
    prims.set_item: write,
    prims.add_item: write,
    prims.item: item,
    **dict.fromkeys((prims.make_tuple, prims.make_list, prims.make_dict), make),
    **dict.fromkeys((prims.appended, prims.shortened, prims.replaced, prims.add_at_key, prims.inserted), change),
    **dict.fromkeys((prims.removed, prims.part, prims.put_part), change),
    prims.rows: rows,
    **dict.fromkeys((operator.matmul, np.matmul, np.dot), products.matmul),
    **dict.fromkeys([getattr(np, f) for f in ("vecdot", "matvec", "vecmat") if hasattr(np, f)], products.of_vectors),
    np.inner: products.inner,
    np.vdot: products.vdot,
    np.tensordot: products.tensordot,
    np.outer: products.outer,
    np.einsum: products.einsum,
    **dict.fromkeys((*fourier.ALONG_AXES, *fourier.ALONG_ALL), fourier.transform),
    runtime.resized: fourier.resized,
    np.linalg.matmul: products.matmul,
    np.linalg.tensordot: products.tensordot,
    np.linalg.outer: products.outer,
    np.linalg.vecdot: products.along_one_axis,
    np.linalg.cross: products.along_one_axis,
    np.linalg.solve: products.solve,
    **dict.fromkeys((np.linalg.matrix_transpose, np.linalg.trace, np.linalg.diagonal), axes.of_the_last_two),
    **dict.fromkeys((np.concatenate, np.stack), joins.join),
    **dict.fromkeys((np.hstack, np.vstack, np.column_stack), joins.side_by_side),
    **dict.fromkeys((np.array, np.asarray), joins.array),
    np.full: joins.full,
    np.broadcast_to: joins.broadcast_to,
    np.tile: joins.tile,
    **dict.fromkeys((np.atleast_1d, np.atleast_2d, np.atleast_3d), joins.with_axes),
    **dict.fromkeys((np.ascontiguousarray, np.asfortranarray), joins.with_axes),
    **dict.fromkeys((np.copy, np.ndarray.copy), plain.alias),
}
