"""Writes to what names share: what an object holds from now on.

    a[1] = x               ->      a2 = set_item(a, 1, x), which the cell of `a` holds from now on
    v[0] = x                       where `v` is the view a[1:]: a2 = set_item(a, 0, x, via a[1:])

What may be the same object under another name cannot be used any more after that.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Arg, Atom, Global, Lit, Var
from pullback.transpile.lower import contiguity
from pullback.transpile.lower.current import add_op, current, require_view, resolved
from pullback.transpile.lower.memory import Cell, View, Whole
from pullback.transpile.lower.naming import dotted
from pullback.transpile.lower.parameters import default_of, parameters_of
from pullback.transpile.lower.states import Restart, Unbound
from pullback.transpile.storage import Sharing, composed

if TYPE_CHECKING:
    from pullback.transpile.lower.scope import Scope

Step = tuple[Arg, ...]  # of a view: a function, and its arguments after the array


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
    out = add_op(scope, fn, (old, index, value), (("via", via),) if via else (), hint, old.type)
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
        Lit(n) if isinstance(n, int) else add_op(scope, prims.dim, (whole, Lit(k)), (), "")
        for k, n in enumerate(lengths)
    )
    back = add_op(scope, np.reshape, (new,), (("shape", shape),), place.of.hint, whole.type)
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
        if scope.memory.is_list(other):
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
    for other in scope.memory.related.get(cell, ()):
        if scope.memory.is_list(other):
            reason = f"may be the list or dict that is changed under another name on line {getattr(node, 'lineno', 0)}"
            hint = "Copy one of them first (list(...), dict(...)), or use one name for both."
            scope.bind(other, Unbound(reason, hint, may_be_unbound=False))


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
