"""What is done with a list is done with the array that it is, for JAX: of its items along the first axis.

    ys = xs + [v]           ys = concatenate((xs, stack([v])))
    xs[-1] = v              xs = xs.at[-1].set(v)
    sum(xs)                 sum(xs, axis=0)

What an array has no form for is done with a list of its rows.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard, cast

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, Def, Lit, Op, OpFunction, Origin, Slice, Stmt, Var

from .kinds import Stacked
from .packing import Made
from .refusing import refuse
from .traced_ops import is_traced

if TYPE_CHECKING:
    from .traced import Traced

_MAKERS: frozenset[OpFunction] = frozenset({prims.rows, prims.copies})
"""What makes a list of an array, or of one item, that is none."""
CHANGES: frozenset[OpFunction] = frozenset({
    prims.alias, operator.add, prims.part, prims.appended, prims.shortened, prims.add_at_key, prims.replaced,
    prims.put_part, runtime.zeros_of, runtime.add_trees,
})  # fmt: skip
"""What makes a list of a list that is an array."""


def is_array(t: ab.Type) -> bool:
    """Is the array of such items what NumPy would make of their list?"""
    return isinstance(t, ab.Array | ab.Scalar) or isinstance(t, ab.ListOf) and is_array(t.item)


def makes_array(s: Op) -> bool:
    """Is the list that this makes an array?"""
    return s.op in _MAKERS and isinstance(s.out.type, ab.ListOf) and is_array(s.args[0].type)  # type: ignore[union-attr]


def changed(s: Op) -> tuple[Arg, ...]:
    """The lists of which one is an array, if what an operation makes of them is one."""
    if s.op not in CHANGES:
        return ()
    return s.args if s.op in (operator.add, runtime.add_trees) else s.args[:1]


def as_arrays(t: Traced, s: Op, body: list[Stmt]) -> Op:
    """An operation on lists that are arrays, as one on these; what it needs is added to `body`."""
    if makes_array(s):
        t.kinds[s.out] = Stacked()
        return _is(t, s) if s.op is prims.rows else _repeated(s, Made(body, s.origin))
    if s.op in _ONE_OF and len(s.args) <= _ONE_OF[s.op][1] and not t.is_static(s.args):
        return _one_of(t, s, Made(body, s.origin))
    lists = [x for x in s.args if isinstance(x, Var) and isinstance(t.kinds.of(x), Stacked)]
    if not lists or s.op in (prims.make_tuple, prims.alias, prims.item, len, np.shape, prims.dim):
        return s
    if not all(isinstance(x.type, ab.ListOf) and is_array(x.type.item) for x in lists):
        return s
    is_one = any(x in lists for x in changed(s))
    if is_one:
        t.kinds[s.out] = Stacked()
    form = _FORMS.get(s.op)
    if form is not None and (is_one or s.op not in CHANGES):
        return form(t, s, Made(body, s.origin))
    if isinstance(s.op, np.ufunc) or getattr(s.op, "__module__", "").startswith("numpy"):
        return s
    made = Made(body, s.origin)
    return replace(s, args=tuple(made.op(prims.rows, (x,), (), ab.UNKNOWN) if x in lists else x for x in s.args))


def stacked(t: Traced, x: Arg, made: Made) -> Arg:
    """A list as an array."""
    if not isinstance(x, Var) or isinstance(t.kinds.of(x), Stacked):
        return x
    items = (x.type.item,) if isinstance(x.type, ab.ListOf) else x.type.items if isinstance(x.type, ab.Seq) else ()
    return made.op(np.stack if any(map(ab.rank, items)) else np.array, (x,), (), ab.UNKNOWN)


def with_lists(t: Traced, b: Block, origin: Origin) -> Block:
    """The block of the function that is called from outside: what it gives, and functions that it gives, are lists."""
    made = Made([], origin)
    body = [replace(s, block=with_lists(t, s.block, s.origin)) if _is_given(s) else s for s in b.body]
    results = tuple(_listed(t, x, body, made) for x in b.results)
    return Block(b.params, (*body, *made.body), results)


def _is_given(s: Stmt) -> TypeGuard[Def]:
    """Is this a function that may be given to those outside?"""
    return isinstance(s, Def) and not is_traced(s.name)


def _listed(t: Traced, x: Atom, body: list[Stmt], made: Made) -> Atom:
    """A value in which no list is an array."""
    kind = t.kinds.of(x)
    if isinstance(kind, Stacked):
        if isinstance(x.type, ab.ListOf) and not isinstance(x.type.item, ab.Array | ab.Scalar):
            refuse(made.origin, "a list of lists that a traced loop fills, as a result,", "stack it")
        return made.op(prims.rows, (x,), (), x.type)
    if not isinstance(kind, tuple) or not any(kind):
        return x
    packs = next((s for s in body if isinstance(s, Op) and s.out is x and s.op is prims.make_tuple), None)
    if packs is not None:
        inner = Made([], packs.origin)
        args = tuple(_listed(t, cast(Atom, y), body, inner) for y in packs.args)
        k = body.index(packs)
        body[k : k + 1] = [*inner.body, replace(packs, args=args)]
        return x
    parts = [Var("", y) for y in cast(ab.Seq, x.type).items]
    made.take(x, parts)
    for part, y in zip(parts, kind, strict=True):
        t.kinds.note(part, y)
    return made.packed([_listed(t, part, body, made) for part in parts])


def _repeated(s: Op, made: Made) -> Op:
    item, n = s.args
    if isinstance(item, Lit) or ab.rank(item.type) == 0:  # type: ignore[union-attr]
        return replace(s, op=np.full, args=(n, item))
    row = made.op(operator.getitem, (item, (Lit(None),)), (), ab.UNKNOWN)
    return replace(s, op=np.repeat, args=(row, n), kwargs=(("axis", Lit(0)),))


def _joined(t: Traced, s: Op, made: Made) -> Op:
    return replace(s, op=np.concatenate, args=(tuple(stacked(t, x, made) for x in s.args),))


def _longer(t: Traced, s: Op, made: Made) -> Op:
    one = made.op(prims.make_list, s.args[1:], (), ab.UNKNOWN)
    more = made.op(np.stack if ab.rank(s.args[1].type) else np.array, (one,), (), ab.UNKNOWN)  # type: ignore[union-attr]
    return replace(s, op=np.concatenate, args=((s.args[0], more),))


def _part(t: Traced, s: Op, made: Made) -> Op:
    if not t.is_static(s.args[1]):
        refuse(s.origin, "a part of a list whose bounds are traced", "use bounds that are literals or lengths")
    return replace(s, op=operator.getitem)


def _written(op: OpFunction) -> Callable[[Traced, Op, Made], Op]:
    def form(t: Traced, s: Op, made: Made) -> Op:
        xs, key, value = s.args
        new = stacked(t, value, made) if s.op is prims.put_part else value
        return replace(s, op=op, args=(xs, key if isinstance(key, tuple) else (key,), new))

    return form


def _total(t: Traced, s: Op, made: Made) -> Op:
    along = (("axis", Lit(0)),)
    if len(s.args) == 1:
        return replace(s, op=np.sum, kwargs=along)
    return replace(s, op=operator.add, args=(s.args[1], made.op(np.sum, s.args[:1], along, ab.UNKNOWN)))


def _array(t: Traced, s: Op, made: Made) -> Op:
    axis = dict(s.kwargs).get("axis", Lit(0))
    if s.op is not np.stack and s.kwargs:
        return s
    if axis != Lit(0):
        return replace(s, op=np.moveaxis, args=(s.args[0], Lit(0), axis), kwargs=())
    return _is(t, s)


def _one_of(t: Traced, s: Op, made: Made) -> Op:
    """What Python finds by looking at one item after the other: `any(xs)`, `max(xs)`, `xs.index(x)` of one of them."""
    xs = s.args[0]
    if isinstance(xs, Var) and not isinstance(xs.type, ab.Array) and not is_array(xs.type):
        refuse(s.origin, f"{getattr(s.op, '__name__', '')!r} of a list of what is no number", "compare numbers")
    xs = xs if ab.rank(getattr(xs, "type", ab.UNKNOWN)) else stacked(t, xs, made)
    if s.op is list.index:
        xs = made.op(operator.eq, (xs, s.args[1]), (), ab.UNKNOWN)
    return replace(s, op=_ONE_OF[s.op][0], args=(xs,), kwargs=())


def _is(t: Traced, s: Op) -> Op:
    """The array itself."""
    x = s.args[0]
    return t.kinds.same(s.out, x, s.origin) if isinstance(x, Var) else replace(s, op=prims.alias, kwargs=())


def _same(op: OpFunction) -> Callable[[Traced, Op, Made], Op]:
    return lambda t, s, made: replace(s, op=op, args=tuple(stacked(t, x, made) for x in s.args))


def _last_left_out(t: Traced, s: Op, made: Made) -> Op:
    return replace(s, op=operator.getitem, args=(s.args[0], (Slice(None, Lit(-1)),)))


_ONE_OF: dict[OpFunction, tuple[OpFunction, int]] = {
    builtins.any: (np.any, 1), builtins.all: (np.all, 1), builtins.max: (np.max, 1), builtins.min: (np.min, 1),
    list.index: (np.argmax, 2),
}  # fmt: skip
"""What looks for one of the items of a list, and of how many operands."""
_FORMS: dict[OpFunction, Callable[[Traced, Op, Made], Op]] = {
    operator.add: _joined, prims.appended: _longer, prims.shortened: _last_left_out, prims.part: _part,
    prims.add_at_key: _written(prims.add_item), prims.replaced: _written(prims.set_item),
    prims.put_part: _written(prims.set_item), runtime.zeros_of: _same(np.zeros_like),
    runtime.add_trees: _same(operator.add), builtins.sum: _total, np.stack: _array, np.array: _array,
    np.asarray: _array,
}  # fmt: skip
