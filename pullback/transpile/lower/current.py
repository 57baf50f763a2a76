"""Reads and writes of what names share: what an object holds by now, and what it holds from now on."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Global, Kwargs, Lit, Op, OpFunction, Var
from pullback.transpile.infer import infer
from pullback.transpile.lower import contiguity
from pullback.transpile.lower.memory import Cell, Container, View, Whole, may_be_written
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.parameters import default_of, parameters_of
from pullback.transpile.lower.states import Restart, Unbound
from pullback.transpile.lower.values import Entries, Pack, Value, is_atom
from pullback.transpile.storage import Sharing, composed
from pullback.transpile.traversal import variables

if TYPE_CHECKING:
    from pullback.transpile.lower.scope import Scope

X = TypeVar("X")
Step = tuple[Arg, ...]  # of a view: a function, and its arguments after the array


# reads


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
    out = _append(scope, prims.item, (container, Lit(key)), (), hint, t, node)
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
    out = _append(scope, _MAKERS[kind], args, of_class, hint)
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
    return _append(scope, prims.item, (container, Lit(key)), (), hint, t)


def item(scope: Scope, container: Var, key: str | int, t: ab.Type, hint: str = "", node: Any = None) -> Var:
    """The object under a key of a structure that is one atom."""
    if not may_be_written(t):
        return _append(scope, prims.item, (container, Lit(key)), (), hint, t, node)
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
        again = _append(scope, place.fn, (base, *place.rest), place.kwargs, v.hint, v.type)
        scope.memory.place[again] = View(place.of, place.fn, place.rest, place.kwargs, base, place.kind)
        scope.env.views[v] = (base, again)
    return again


def _append(
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


# writes


def write(scope: Scope, node: Any, target: Atom, index: tuple[Arg, ...], value: Arg, adds: bool = False) -> None:
    """`target[index] = value`, or `+=` if `adds`: what its array holds from now on."""
    if scope.is_template:
        scope.refuse(node, "it writes into an array")
    root, via = located(scope, node, target)
    while via and cast(Lit, via[-1][0]).value is operator.getitem:
        joint = composed(via[-1][1], index)
        if joint is None:
            break
        via, index = via[:-1], joint
    old = current(scope, root)
    index, via, value = resolved(scope, index), resolved(scope, via), resolved(scope, value)
    fn = prims.add_item if adds else prims.set_item
    place = scope.memory.at(root)
    hint = place.cell.hint if isinstance(place, Whole) else root.hint
    out = _append(scope, fn, (old, index, value), (("via", via),) if via else (), hint, old.type)
    replace(scope, node, root, out)


def replace(scope: Scope, node: Any, array: Var, new: Var) -> None:
    """All of an array is, from now on, what `new` holds."""
    place = scope.memory.at(array)
    if isinstance(place, Whole):
        put(scope, node, place.cell, new)
    elif place.kind is Sharing.MAYBE:
        require_view(scope, node, place)
        _put_back(scope, node, array, place, new)
    else:
        scope.memory.new(new)
        write(scope, node, array, (Lit(...),), new)


def _put_back(scope: Scope, node: Any, array: Var, place: View, new: Var) -> None:
    """The array that `array` shows in another shape holds what `new` does, in its own shape."""
    assert isinstance(place.of, Var)
    whole = current(scope, place.of)
    lengths = ab.shape_of(whole.type) or ()
    shape: tuple[Arg, ...] = tuple(
        Lit(n) if isinstance(n, int) else _append(scope, prims.dim, (whole, Lit(k)), (), "")
        for k, n in enumerate(lengths)
    )
    back = _append(scope, np.reshape, (new,), (("shape", shape),), place.of.hint, whole.type)
    replace(scope, node, place.of, back)
    base = current(scope, place.of)
    scope.memory.place[new] = View(place.of, place.fn, place.rest, place.kwargs, base, place.kind)
    scope.env.views[array] = (base, new)


def put(scope: Scope, node: Any, cell: Cell, new: Var) -> None:
    """A cell holds something else from now on; what may be the same object cannot be used any more."""
    others = scope.memory.related.get(cell, ())
    _read_rows_in_turn(scope, {cell, *others})
    scope.memory.written = True
    scope.memory.place[new] = Whole(cell)
    scope.bind(cell, new)
    short = {scope.memory.short[c] for c in (cell, *others) if c in scope.memory.short}
    if not short <= scope.written_out:
        scope.written_out |= short
        raise Restart
    line = getattr(node, "lineno", 0)
    for other in others:
        reason = f"may be the array that is written under another name on line {line}"
        hint = "Copy one of them first (.copy()), or use one name for both."
        if is_list(scope, other):
            reason = f"may hold the array that is written on line {line}"
            hint = "Put a copy (.copy()) of the array into it."
        scope.bind(other, Unbound(reason, hint, may_be_unbound=False))


def _read_rows_in_turn(scope: Scope, written: set[Cell]) -> None:
    """A loop around that runs over what is written: begin again, and read each row when its turn comes."""
    over = {loop for loop, cells in scope.memory.walked if not written.isdisjoint(cells)}
    if not over <= scope.indexed:
        scope.indexed |= over
        raise Restart


def put_list(scope: Scope, node: Any, cell: Cell, new: Var) -> None:
    """A list holds other items from now on; what may be the same list cannot be used any more."""
    scope.need_no_lenders()
    scope.memory.written = scope.memory.restructured = True
    scope.memory.place[new] = Whole(cell)
    scope.bind(cell, new)
    lose_lists(scope, node, cell)


def lose_lists(scope: Scope, node: Any, cell: Cell) -> None:
    """A list or dict has changed: what may be the same one, or holds it, cannot be used any more."""
    if not scope.memory.sliced.isdisjoint(scope.memory.closure(cell)):
        scope.refuse(node, "a list is changed of which a slice has been taken", "Take the items by their indices.")
    for other in scope.memory.related.get(cell, ()):
        if is_list(scope, other):
            reason = f"may be the list or dict that is changed under another name on line {getattr(node, 'lineno', 0)}"
            hint = "Copy one of them first (list(...), dict(...)), or use one name for both."
            scope.bind(other, Unbound(reason, hint, may_be_unbound=False))


def is_list(scope: Scope, cell: Cell) -> bool:
    """May this be a list or dict?"""
    if isinstance(cell, Container):
        return True
    t = scope.memory.owner[cell].type
    if cell in scope.memory.key:
        items = t.items if isinstance(t, ab.Mapping) else enumerate(t.items) if isinstance(t, ab.Seq) else ()
        t = next((x for k, x in items if k == scope.memory.key[cell]), ab.UNKNOWN)
    return not isinstance(t, ab.Array)


def reached(scope: Scope, values: Sequence[Atom]) -> set[Cell]:
    """What a list may hold that gets these items, or the items of these lists: where they are plain, no list."""
    out: set[Cell] = set()
    for x in values:
        cell = scope.memory.cell(x)
        found = set() if cell is None else scope.memory.closure(cell)
        plain = isinstance(x.type.item if isinstance(x.type, ab.ListOf) else x.type, ab.Scalar | ab.Array)
        out |= {c for c in found if not (plain and is_list(scope, c))}
    return out


def located(scope: Scope, node: Any, target: Atom) -> tuple[Var, tuple[Step, ...]]:
    """The variable that a write to `target` changes, and the views on the way.

    It is a whole array, or one in another shape, which is written as a value of its own and put back.
    """
    if isinstance(target, Global):
        scope.refuse(node, f"{target.name!r} is a value of the module, and it is written", "Write to a copy of it.")
    if not isinstance(target, Var):
        scope.refuse(node, "a constant is written by index", "This raises TypeError in Python.")
    place = scope.memory.at(target)
    if isinstance(place, Whole):
        _check_whole(scope, node, target, place.cell)
        return target, ()
    if place.kind is Sharing.READ_ONLY:
        scope.refuse(node, "a read-only view is written", "This raises ValueError in NumPy. Write to the array itself.")
    if place.kind is Sharing.MAYBE:
        root, via = located(scope, node, place.of)
        require_view(scope, node, place)
        return (root, via) if contiguity.same_object(place.fn) else (target, ())
    root, via = located(scope, node, place.of)
    return root, (*via, (Lit(place.fn, dotted(place.fn) or ""), *place.rest, *_by_position(place)))


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


def _by_position(place: View) -> list[Arg]:
    """The keyword arguments of what has made a view, by position."""
    given = dict(place.kwargs)
    out: list[Arg] = []
    for name in parameters_of(place.fn).names[1 + len(place.rest) :]:
        if not given:
            break
        out.append(given.pop(name) if name in given else Lit(default_of(place.fn, name)))
    assert not given
    return out


def _check_whole(scope: Scope, node: Any, target: Var, cell: Cell) -> None:
    made = scope.memory.made.get(target)
    if (made is not None and made.fn is prims.item) or scope.memory.owner[cell] in scope.memory.listed:
        scope.refuse(node, "an array in a list is written, which is not supported yet", "Make a new list.")


def is_exactly(index: tuple[Arg, ...], *parts: object) -> bool:
    """Is this index just these literals?"""
    return index == tuple(map(Lit, parts))


