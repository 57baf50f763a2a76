"""Core to Core, for JAX: a write through a view is a write to a new array, which is put back where the view was taken.

Before::

    x2 = set_item(x, (i,), t, via=((getitem, (:-1,)),))

After::

    v = x[:-1]; v2 = set_item(v, (i,), t); x2 = set_item(x, (:-1,), v2)
"""

from __future__ import annotations

import operator

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Block, Kwargs, Lit, Op, OpFunction, Program, Slice, Stmt, Var
from pullback.transpile.infer import infer
from pullback.transpile.rewriting import with_blocks, with_functions
from pullback.transpile.traversal import views_through

from .packing import Made
from .refusing import refuse

_ITS_OWN = frozenset({np.swapaxes, np.matrix_transpose, np.flip, np.fliplr, np.flipud})
"""Views that the same step turns back."""
_IN_ORDER = frozenset({np.expand_dims, np.squeeze, np.reshape, np.atleast_1d, np.atleast_2d, np.atleast_3d})
"""Views that have all elements, in the same order."""


def through_views(program: Program) -> Program:
    """A program in which every write is to an array itself."""
    return with_functions(program, _block)


def _block(b: Block) -> Block:
    body: list[Stmt] = []
    for s in b.body:
        if isinstance(s, Op) and s.op in (prims.set_item, prims.add_item) and dict(s.kwargs).get("via"):
            _write(s, body)
        else:
            body.append(with_blocks(s, _block))
    return Block(b.params, tuple(body), b.results)


def _write(s: Op, body: list[Stmt]) -> None:
    """Write through views, and put back what they show."""
    made = Made(body, s.origin)
    root, index, value = s.args
    assert isinstance(root, Var)
    shown, steps = [root], list(views_through(s))
    for fn, rest in steps:
        args = (shown[-1], *rest)
        shown.append(made.op(fn, args, (), infer(fn, args, {})))
    whole = made.op(s.op, (shown.pop(), index, value), (), infer(s.op, (shown[-1], index, value), {}))
    for (fn, rest), base in zip(reversed(steps), reversed(shown), strict=True):
        op, args, kwargs = _back(s, fn, rest, base, whole, made)
        out = s.out if base is root else Var("", base.type)
        made.body.append(Op(out, op, args, kwargs, s.origin))
        whole = out


def _back(
    s: Op, fn: OpFunction, rest: tuple[Arg, ...], base: Var, view: Var, made: Made
) -> tuple[OpFunction, tuple[Arg, ...], Kwargs]:
    """The operation that gives `base` with `view` in the place of the view that a step takes of it."""
    if fn is operator.getitem and _turns(rest[0]):
        return fn, (view, rest[0]), ()
    if fn is operator.getitem:
        return prims.set_item, (base, rest[0], view), ()
    if fn in _ITS_OWN:
        return fn, (view, *rest), ()
    if fn is np.moveaxis:
        return fn, (view, *reversed(rest)), ()
    rank = ab.rank(base.type)
    if fn is np.transpose and (not rest or rest == (Lit(None),)):
        return fn, (view,), ()
    if fn is np.transpose and (axes := _literals(rest[0])) is not None:
        turned = tuple(Lit(int(k)) for k in np.argsort([k % len(axes) for k in axes]))
        return fn, (view, turned), ()
    if fn in _IN_ORDER and rank is not None:
        lengths = tuple(made.op(prims.dim, (base, Lit(k)), (), ab.INT) for k in range(rank))
        return np.reshape, (view,), (("shape", lengths),)
    refuse(s.origin, f"a write through a view that {fn.__name__!r} takes", "write to the array itself")


def _turns(index: Arg) -> bool:
    """Does an index name all of an array, along some axes from the end?"""
    parts = index if isinstance(index, tuple) else (index,)
    steps = (None, Lit(1), Lit(-1))
    return all(isinstance(p, Slice) and p == Slice(None, None, p.step) and p.step in steps for p in parts)


def _literals(x: Arg) -> list[int] | None:
    """The integers in a tuple of literals."""
    found = [y.value for y in x if isinstance(y, Lit) and type(y.value) is int] if isinstance(x, tuple) else []
    return found if isinstance(x, tuple) and len(found) == len(x) else None
