"""Lists of Python in JAX code: traced loops and branches hand on as many items as they are given, of one shape."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Block, For, If, Lit, Op, Origin, Slice, Var, While

from .refusing import refuse

GIVEN = "loop over the list itself; an argument of a function under jax.jit is known if static_argnums names it"
_LONGER = "let each iteration append as many items and read the last ones at most, or fill an array"

IsStatic = Callable[[object], bool]


def require_places(is_static: IsStatic, s: Op) -> None:
    """Refuse an index of a list of Python that is traced."""
    if s.op is prims.put_part and not (is_static(s.args[1]) and _is_in_order(s.args[1])):
        refuse(s.origin, "a part of a list that is assigned", "assign its items one by one")
    at_key = s.op in (prims.item, prims.add_at_key, prims.replaced, prims.inserted, prims.removed)
    if at_key and _is_list(s.args[0]) and not is_static(s.args[1]):
        refuse(s.origin, "a list that is indexed by a traced number", GIVEN)


def _is_in_order(index: Arg) -> bool:
    """Does a part of a list certainly not end before it begins?"""
    match index:
        case (Slice(lower, upper, None),):
            if lower is None or upper is None:
                return True
            bounds = [x.value for x in (lower, upper) if isinstance(x, Lit) and isinstance(x.value, int)]
            return len(bounds) == 2 and 0 <= bounds[0] <= bounds[1]
    return False


def require_same_items(s: For | While) -> None:
    """Refuse a loop that makes a list that goes round longer or shorter, or changes the shapes of its items."""
    for p, r in zip(s.carried, s.body.results, strict=False):
        if _is_list(p) and _root(s.body, r) is not p and not _are_alike(p.type, r.type):
            refuse(s.origin, f"a loop that makes the list {p.hint or 'of cotangents'!r} longer or shorter", _LONGER)


def require_same_lists(outs: Sequence[Var], sides: Sequence[Block], origin: Origin) -> None:
    """Refuse a branch whose sides give lists of different lengths, as cotangents of one list never are."""
    for one, other in itertools.pairwise(sides):
        for o, x, y in zip(outs, one.results, other.results, strict=True):
            one_list = _root(one, x) is _root(other, y) or _is_backward(origin, one, x, other, y)
            if _is_list(x) and _is_list(y) and not one_list and not _are_alike(x.type, y.type):
                refuse(origin, f"a branch that makes the list {o.hint!r} longer or shorter", "do it for both sides")


def _is_backward(origin: Origin, one: Block, x: Atom, other: Block, y: Atom) -> bool:
    """Are two results of a branch cotangents, of one list then?"""
    made = [s for b, r in ((one, x), (other, y)) for s in b.body if r in s.outs]
    return origin.adjoint or bool(made) and all(s.origin.adjoint for s in made)


def _is_list(x: object) -> bool:
    t = getattr(x, "type", None)
    return isinstance(t, ab.ListOf) or isinstance(t, ab.Seq) and t.kind == "list"


def _are_alike(t: ab.Type, u: ab.Type) -> bool:
    """Are these lists of as many items, of the same shapes?"""
    if isinstance(t, ab.Seq) and isinstance(u, ab.Seq) and len(t.items) == len(u.items):
        return all(_is_same(x, y) for x, y in zip(t.items, u.items, strict=True))
    return False


def _is_same(x: ab.Type, y: ab.Type) -> bool:
    scalars = isinstance(x, ab.Scalar) and isinstance(y, ab.Scalar) and x.kind == y.kind and x.dtype == y.dtype
    return scalars or x == y


def _root(b: Block, r: Atom) -> Atom:
    """The list that has been changed into another one."""
    made = {o: s for s in b.body for o in s.outs}
    while isinstance(r, Var) and (s := made.get(r)) is not None:
        match s:
            case Op(op=prims.alias, args=(Var() as x,)):
                r = x
            case Op(op=prims.add_at_key | runtime.add_trees, args=(Var() as x, *_)):
                r = x
            case Op(op=prims.replaced, args=(Var() as x, _, value)) if _fits(x.type, value):
                r = x
            case For() | While() if r in s.outs[: len(s.inits)]:
                r = s.inits[s.outs.index(r)]
            case If():
                k = s.outs.index(r)
                one, other = _root(s.then, s.then.results[k]), _root(s.orelse, s.orelse.results[k])
                if one is not other:
                    return r
                r = one
            case _:
                return r
    return r


def _fits(t: ab.Type, value: object) -> bool:
    items = t.items if isinstance(t, ab.Seq) else (t.item,) if isinstance(t, ab.ListOf) else ()
    return bool(items) and all(_is_same(x, getattr(value, "type", ab.UNKNOWN)) for x in items)
