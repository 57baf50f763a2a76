"""Lists and dicts as objects: two names of one of them are one, and each reads what it holds by then.

    ys = xs                      ys and xs have one container; what it holds is bound in the environment, under it
    ys.append(v)          ->     the container holds one item more
    return len(xs)               len of what it holds by now

A list or dict gets its container when it gets a name, or a place in another one. What a container holds is a structure
of known items, or, where a loop has changed its length, a list that is one atom of Core.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pullback.transpile import abstract as ab
from pullback.transpile.core import Var
from pullback.transpile.lower import current, storing
from pullback.transpile.lower.memory import Cell, Container, Whole
from pullback.transpile.lower.states import Unbound
from pullback.transpile.lower.values import Entries, Once, Pack, Value

if TYPE_CHECKING:
    from pullback.transpile.lower.scope import Scope


def now(scope: Scope, value: Value, node: Any = None) -> Value:
    """A value as it is by now: of its lists and dicts, what they hold. `node` is where it is read."""
    if isinstance(value, Entries):
        entries = now(scope, value.of, node)
        assert isinstance(entries, Pack)
        return value.at(entries)
    if not scope.memory.restructured or not isinstance(value, Pack | Var):
        return value
    cell = container_of(scope, value) or _list_cell(scope, value)
    held = None if cell is None else scope.env.get(cell)
    if isinstance(held, Unbound):
        name = getattr(node, "id", None) or (cell.hint if cell else "")
        current.refuse_lost(scope, name, held, node)
    value = value if held is None else held
    if not isinstance(value, Pack):
        return value
    items = tuple(now(scope, x) for x in value.items)
    same = all(x is y for x, y in zip(items, value.items, strict=True))
    return value if same else replace(value, items=items)


def container_of(scope: Scope, value: Value) -> Container | None:
    """The container of a list or dict, None if it has none."""
    if isinstance(value, Pack):
        return value.cell
    place = scope.memory.place.get(value) if isinstance(value, Var) else None
    return place.cell if isinstance(place, Whole) and isinstance(place.cell, Container) else None


def _list_cell(scope: Scope, value: Value) -> Cell | None:
    """The identity of a list that is one atom: what it holds by now may have items of another type."""
    place = scope.memory.place.get(value) if isinstance(value, Var) and isinstance(value.type, ab.ListOf) else None
    return place.cell if isinstance(place, Whole) else None


def owned(scope: Scope, value: Value, hint: str = "") -> Value:
    """A value whose lists and dicts have containers, because it gets a name or a place in one."""
    return _owned(scope, value, hint, {}) if isinstance(value, Pack | Once) else value


def _owned(scope: Scope, value: Value, hint: str, made: dict[int, Value]) -> Value:
    if isinstance(value, Once):
        what = f"what {value.what} gives can be read once only, and it gets a name or a place here"
        scope.refuse(scope.here, what, "Make a list of it with list(...).")
    if not isinstance(value, Pack) or value.cell is not None:
        return value
    if id(value) not in made:
        items = tuple(_owned(scope, x, hint, made) for x in value.items)
        cell = Container(hint) if value.kind in ("list", "dict") else None
        made[id(value)] = pack = replace(value, items=items, cell=cell)
        if cell is not None:
            scope.bind(cell, pack)
    return made[id(value)]


def adopt(scope: Scope, value: Value) -> None:
    """Bind what the containers of a value hold that come from a block, in the block around it."""
    if isinstance(value, Pack):
        for x in value.items:
            adopt(scope, x)
        if value.cell is not None and scope.env.get(value.cell) is None:
            scope.bind(value.cell, value)


def containers(value: Value) -> Iterable[Container]:
    """The containers in a value, as it is."""
    if isinstance(value, Pack):
        if value.cell is not None:
            yield value.cell
        for x in value.items:
            yield from containers(x)


def hold(scope: Scope, node: Any, cell: Container, new: Value) -> None:
    """A list or dict holds something else from now on; what may be the same one cannot be used any more."""
    if cell in scope.memory.unsure:
        what = f"{cell.hint!r} is changed, which" if cell.hint else "a list or dict is changed that"
        hint = "Make a copy first, and change that: list(...) or dict(...)."
        scope.refuse(node, f"{what} may also be another list or dict: which one, only the run tells", hint)
    scope.need_no_lenders()
    scope.memory.restructured = True
    if isinstance(new, Pack):
        if any(_holds(scope, x, cell) for x in new.items):
            scope.refuse(node, "a list or dict gets a place in itself", "Put a copy into it: list(...) or dict(...).")
        items = tuple(owned(scope, x, cell.hint) for x in new.items)
        new = replace(new, items=items, cell=cell)
    else:
        assert isinstance(new, Var)
        keep_apart(scope, cell, new)
    scope.bind(cell, new)
    storing.lose_lists(scope, node, cell)


def _holds(scope: Scope, value: Value, cell: Container) -> bool:
    """Is this the list or dict `cell`, or is that in it by now?"""
    own = container_of(scope, value)
    held = None if own is None else scope.env.get(own)
    inside = next((x.items for x in (held, value) if isinstance(x, Pack)), ())
    return own is cell or any(_holds(scope, x, cell) for x in inside)


def keep_apart(scope: Scope, cell: Cell, content: Var) -> None:
    """Note what else is in a list that is one atom: where that is written, the list cannot be used any more."""
    found = scope.memory.cell(content)
    scope.memory.written = True
    if found is not None and found is not cell:
        scope.memory.relate(cell, found)
        for other in scope.memory.reached(lists=[content]):
            scope.memory.relate(cell, other)
    scope.memory.place[content] = Whole(cell)


def joint(
    scope: Scope, value: Value, sides: tuple[Value, Value], memo: dict[tuple[Container | None, ...], Value], hint: str
) -> Value:
    """The value of two branches, whose lists and dicts are those of one side or of the other.

    `memo`: what has come of pairs of containers before.
    """
    a, b = sides
    if not (isinstance(value, Pack) and isinstance(a, Pack) and isinstance(b, Pack)):
        return value
    if a.cell is not None and a.cell is b.cell:
        return a
    pair = (a.cell, b.cell)
    if pair in memo and pair != (None, None):
        return memo[pair]
    triples = zip(value.items, a.items, b.items, strict=True)
    items = tuple(joint(scope, x, (y, z), memo, "") for x, y, z in triples)
    if value.kind not in ("list", "dict") or pair == (None, None):
        return replace(value, items=items, cell=None)
    cell = Container(hint or next((c.hint for c in pair if c is not None), ""))
    memo[pair] = out = replace(value, items=items, cell=cell)
    scope.bind(cell, out)
    older = [c for c in pair if c is not None and scope.env.get(c) is not None]
    _relate(scope, cell, older)
    for others, made in memo.items():
        if others != pair and any(c is not None and c in pair for c in others) and isinstance(made, Pack):
            assert made.cell is not None
            _relate(scope, cell, [made.cell])
            scope.memory.unsure.add(made.cell)
    return out


def _relate(scope: Scope, cell: Container, others: Iterable[Cell]) -> None:
    for other in others:
        for c in scope.memory.closure(other):
            scope.memory.relate(cell, c)
        scope.memory.unsure.add(cell)


def moved(scope: Scope, value: Value, may_be: Iterable[Cell], names: dict[Any, Any]) -> Value:
    """A value with containers of its own, each of which may be one of those given; what they hold goes to `names`."""
    if not isinstance(value, Pack):
        return value
    items = tuple(moved(scope, x, may_be, names) for x in value.items)
    if value.kind not in ("list", "dict"):
        return replace(value, items=items)
    cell = Container(value.cell.hint if value.cell is not None else "")
    names[cell] = out = replace(value, items=items, cell=cell)
    _relate(scope, cell, may_be)
    scope.memory.unsure.add(cell)
    return out


def same_containers(a: Value, b: Value) -> bool:
    """Have two values of one structure the same lists and dicts in the same places?"""
    if not (isinstance(a, Pack) and isinstance(b, Pack)):
        return True
    if a.cell is not None or b.cell is not None:
        return a.cell is b.cell
    return len(a.items) == len(b.items) and all(map(same_containers, a.items, b.items))
