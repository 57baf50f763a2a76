"""Reads of what names share: what an object holds by now.

    v = a[1:]                      `v` is a view of `a`
    a[1] = 0.0             ->      `a` holds a2 = set_item(a, 1, 0.0) from now on
    y = v * 2.0                    which is read through the view again: v2 = a2[1:]; y = v2 * 2.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Kwargs, Lit, Op, OpFunction, Var
from pullback.transpile.infer import infer
from pullback.transpile.lower import contiguity
from pullback.transpile.lower.memory import Cell, View, Whole, may_be_written
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.states import Unbound
from pullback.transpile.lower.values import Entries, Pack, Value, is_atom
from pullback.transpile.storage import Sharing
from pullback.transpile.traversal import variables

if TYPE_CHECKING:
    from pullback.transpile.lower.scope import Scope

X = TypeVar("X")


def resolved(scope: Scope, x: X) -> X:
    """An argument of an operation, with what its variables hold by now."""
    return cast(X, _resolved(scope, x))


def _resolved(scope: Scope, x: object) -> object:
    match x:
        case Var():
            return current(scope, x)
        case tuple():
            return tuple(_resolved(scope, y) for y in x)
    return x


def current(scope: Scope, v: Atom) -> Atom:
    """What a value is by now, after the writes so far."""
    if not isinstance(v, Var) or not may_be_written(v.type) or scope.numbers.has(v):
        return v
    lost = unusable(scope, v)
    if lost is not None:
        refuse_lost(scope, v.hint, lost)
    place = scope.memory.at(v)
    if isinstance(place, Whole):
        return content(scope, place.cell, v)
    base = current(scope, place.of)
    if base is place.at:
        return v
    if place.kind is Sharing.MAYBE:
        require_view(scope, scope.here, place)
    return _again(scope, v, place, base)


def unusable(scope: Scope, v: Atom) -> Unbound | None:
    """Why a value cannot be read any more, None if it can."""
    if not isinstance(v, Var) or not may_be_written(v.type) or scope.numbers.has(v) or not scope.memory.written:
        return None
    place = scope.memory.at(v)
    if isinstance(place, Whole):
        found = scope.env.get(place.cell)
        inner = (scope.env.get(c) for c in scope.memory.inner(place.cell))
        return found if isinstance(found, Unbound) else next((x for x in inner if isinstance(x, Unbound)), None)
    lost = unusable(scope, place.of)
    is_one = lost is not None or place.kind is not Sharing.MAYBE or current(scope, place.of) is place.at
    if is_one or view_if(scope, place) is not None:
        return lost
    what = f"what {dotted(place.fn) or place.fn.__name__} gives is a view or a copy, as the array's layout has it"
    reason = f"was taken before a write to its base, and {what}"
    return Unbound(reason, "Copy it (np.copy, .copy()) or take it again after the write.", may_be_unbound=False)


def unusable_part(scope: Scope, value: Value) -> Unbound | None:
    """Why a part of a value cannot be read any more, None if all can."""
    if isinstance(value, Entries):
        reason = "shows what a dict holds, and is set in a branch or loop"
        return Unbound(reason, "Make a list of it with list(...).", may_be_unbound=False)
    if not isinstance(value, Pack):
        return unusable(scope, value) if is_atom(value) else None
    held = scope.env.get(value.cell) if value.cell is not None and scope.memory.restructured else None
    if isinstance(held, Unbound):
        return held
    if held is not None and held is not value:
        return unusable_part(scope, held)
    found = (unusable_part(scope, x) for x in value.items)
    return next((x for x in found if x is not None), None)


def refuse_lost(scope: Scope, name: str, lost: Unbound, node: Any = None) -> NoReturn:
    """Refuse a read of what cannot be used any more."""
    what = f"{name!r} cannot be used: it" if name else "this array cannot be used: it"
    if name.startswith("."):  # of a comprehension
        what = "the list that this makes cannot be used: it"
    scope.refuse(node or scope.here, f"{what} {lost.reason}", lost.hint)


def content(scope: Scope, cell: Cell, initial: Var | None = None) -> Atom:
    """What a cell holds by now; `initial` is a variable that held it before anything was written to it."""
    found = scope.env.get(cell)
    if isinstance(found, Unbound):
        refuse_lost(scope, cell.hint, found)
    if isinstance(found, Pack):
        return put_together(scope, found, cell.hint)
    if found is not None:
        return cast(Atom, found)
    first = initial if initial is not None else _initial(scope, cell)
    return _rebuilt(scope, first) if any(scope.env.get(c) is not None for c in scope.memory.inner(cell)) else first


def _initial(scope: Scope, cell: Cell) -> Var:
    """A variable that holds what a cell did before anything was written to it."""
    owner = scope.memory.owner[cell]
    if cell not in scope.memory.key:
        return owner
    key = scope.memory.key[cell]
    return _first_read(scope, owner, key, infer(prims.item, (owner, Lit(key)), {}), "", cell)


def _first_read(
    scope: Scope, container: Var, key: str | int, t: ab.Type, hint: str, cell: Cell, node: Any = None
) -> Var:
    out = add_op(scope, prims.item, (container, Lit(key)), (), hint, t, node)
    scope.memory.place[out] = Whole(cell)
    return out


def _rebuilt(scope: Scope, container: Var) -> Var:
    """A structure, put together of what its items hold by now."""
    t = container.type
    keys: tuple[str | int, ...] = ()
    if isinstance(t, ab.Mapping):
        keys = tuple(k for k, _ in t.items)
        types = tuple(x for _, x in t.items)
    else:
        assert isinstance(t, ab.Seq)
        types = t.items
    pairs = zip(keys or range(len(types)), types, strict=True)
    parts = tuple(current(scope, item(scope, container, k, x)) for k, x in pairs)
    first = (tuple(map(Lit, keys)),) if keys else ()
    kind = t.kind if isinstance(t, ab.Seq) else "dict"
    return _made(scope, kind, (*first, *parts), t.cls if isinstance(t, ab.Record) else None, container.hint)


_MAKERS: dict[str, OpFunction] = {
    "dict": prims.make_dict,
    "object": prims.make_dict,
    "tuple": prims.make_tuple,
    "list": prims.make_list,
}


def _made(scope: Scope, kind: str, args: tuple[Arg, ...], cls: type | None, hint: str) -> Var:
    of_class: Kwargs = () if cls is None else (("cls", Lit(cls, cls.__name__)),)
    out = add_op(scope, _MAKERS[kind], args, of_class, hint)
    scope.memory.new(out, scope.memory.cells(variables(args)))
    return out


def put_together(scope: Scope, pack: Pack, hint: str) -> Var:
    """A structure of known items as one atom, of what it holds by now."""
    held = None if pack.cell is None else scope.env.get(pack.cell)
    if isinstance(held, Unbound):
        refuse_lost(scope, hint, held)
    if isinstance(held, Var):
        return held
    pack = held if isinstance(held, Pack) else pack
    parts: list[Atom] = []
    for x in pack.items:
        if not is_atom(x) and not isinstance(x, Pack):
            scope.refuse(scope.here, "a list or dict with something else in it than values is used as one value", "")
        parts.append(put_together(scope, x, "") if isinstance(x, Pack) else current(scope, x))
    keys = (tuple(map(Lit, pack.keys)),) if pack.kind in ("dict", "object") else ()
    out = _made(scope, pack.kind, (*keys, *parts), pack.cls, hint)
    if pack.cell is not None:
        scope.memory.relate(scope.memory.cells([out])[0], pack.cell)
    return out


def part(scope: Scope, container: Var, key: str | int, t: ab.Type, hint: str = "") -> Var:
    """An item of a structure that nobody else has."""
    return add_op(scope, prims.item, (container, Lit(key)), (), hint, t)


def item(scope: Scope, container: Var, key: str | int, t: ab.Type, hint: str = "", node: Any = None) -> Var:
    """The object under a key of a structure that is one atom."""
    if not may_be_written(t):
        return add_op(scope, prims.item, (container, Lit(key)), (), hint, t, node)
    if isinstance(scope.memory.at(container), View):  # a list of views
        return scope.op(prims.item, (container, Lit(key)), (), hint, node, t)
    whole = scope.memory.cell(container)
    assert whole is not None
    state = scope.env.get(whole)
    if isinstance(state, Unbound):
        refuse_lost(scope, container.hint, state)
    cell = scope.memory.item(container, key)
    found = scope.env.get(cell)
    return found if isinstance(found, Var) else _first_read(scope, container, key, t, hint, cell, node)


def _again(scope: Scope, v: Var, place: View, base: Atom) -> Var:
    """A view, read of what its array holds by now."""
    again = scope.env.read_again(v, base)
    if again is None:
        again = add_op(scope, place.fn, (base, *place.rest), place.kwargs, v.hint, v.type)
        scope.memory.place[again] = View(place.of, place.fn, place.rest, place.kwargs, base, place.kind)
        scope.env.views[v] = (base, again)
    return again


def add_op(
    scope: Scope,
    fn: OpFunction,
    args: tuple[Arg, ...],
    kwargs: Kwargs,
    hint: str,
    t: ab.Type | None = None,
    node: Any = None,
) -> Var:
    """Append an operation of operands that are resolved already."""
    out = Var(hint, infer(fn, args, dict(kwargs)) if t is None else t)
    scope.body.append(Op(out, fn, args, kwargs, scope.origin(node)))
    return out


def view_if(scope: Scope, place: View) -> contiguity.Condition:
    """The parameters that must be C-contiguous for this to be a view and no copy, None if that cannot be told."""
    if not contiguity.gives_view(place.fn, place.rest, dict(place.kwargs), place.of.type):
        return None
    return contiguity.condition(scope.memory, place.of, scope.parameters)


def require_view(scope: Scope, node: Any, place: View) -> None:
    """What is a view of C-contiguous arrays only must be one: refuse, or note that arguments must be so."""
    found = view_if(scope, place)
    if found is None:
        what = dotted(place.fn) or place.fn.__name__
        message = f"what {what} gives is a view or a copy, as the layout of the array has it, and it is written"
        scope.refuse(node, message, "Write to the array itself, or to a copy (.copy()).", errors.NotSupportedYet)
    for p in found:
        scope.contiguous.setdefault(p, scope.origin(node))
