"""What stands after `in`: `range`, lists, arrays, and `enumerate`, `zip`, `reversed` of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gast
import numpy as np

from pullback import errors
from pullback.transpile import abstract as ab
from pullback.transpile.core import Atom, Global, Lit, Var
from pullback.transpile.lower.changes import copy_list
from pullback.transpile.lower.containers import as_atom, items_of
from pullback.transpile.lower.identity import now
from pullback.transpile.lower.scope import Scope
from pullback.transpile.lower.values import Entries, Method, Once, Pack, Value, static, type_of


@dataclass(frozen=True)
class Walked:
    """A list or dict as it was when a loop over it began, `backwards` by `reversed`; `keys`: only these are read."""

    held: Pack
    keys: bool = False
    backwards: bool = False

    def ahead(self, held: Pack, after: int) -> tuple[object, ...]:
        """What the loop reads of the list or dict as it is now, after so many iterations."""
        entries = held.keys if self.keys else held.items
        return entries[: len(entries) - after] if self.backwards else entries[after:]


@dataclass(frozen=True)
class Known:
    """Items that are all known."""

    items: tuple[Value, ...]
    of: Walked | None = None  # what these are read from


@dataclass(frozen=True)
class Numbers:
    """`range(start, stop, step)`."""

    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True)
class Items:
    """The items of a list or array whose length is not known."""

    atom: Atom


@dataclass(frozen=True)
class View:
    """`items[start:stop]` of a list whose length is not known.

    `start` is not negative, and may lie behind the end. `stop` is the index behind the last item, or an integer: as
    many items are left out at the end.
    """

    items: Atom
    start: Atom
    stop: Atom | int


@dataclass(frozen=True)
class Enumerated:
    """`enumerate(inner, start)`."""

    inner: Sequenced
    start: Atom = field(default=Lit(0))


@dataclass(frozen=True)
class Zipped:
    """`zip(*inners)`."""

    inners: tuple[Sequenced, ...]


@dataclass(frozen=True)
class Backwards:
    """`reversed(inner)`."""

    inner: Sequenced


Sequenced = Known | Numbers | Items | View | Enumerated | Zipped | Backwards


def sequence(scope: Scope, node: Any) -> Sequenced:
    """What a loop over the expression `node` is over."""
    match node:
        case gast.Call(func=gast.Name() | gast.Constant() as f, args=args, keywords=keywords) if (
            not isinstance(f, gast.Name) or scope.is_global(f.id)
        ):
            callee = scope.expression(node.func)
            maker = _MAKERS.get(callee.value) if isinstance(callee, Lit) and isinstance(callee.value, type) else None
            if maker is not None and (maker is _zipped or not any(isinstance(a, gast.Starred) for a in args)):
                return maker(scope, node, args, keywords)
    return _view(scope, node) or _of_value(scope, node, scope.expression(node))


def _of_value(scope: Scope, node: Any, value: Value) -> Sequenced:
    if isinstance(value, Once):
        if value.is_lazy:
            what = f"a loop over what {value.what} gives, together with another one, is not supported yet"
            scope.refuse(node, what, "Make a list of it with list(...).")
        value = value.of
    known = items_of(scope, node, value)
    if known is not None:
        return Known(tuple(known), _walked(scope, value))
    if isinstance(value, Method) and value.name == "flat":
        scope.refuse(node, "a loop over `flat` is not supported yet", "Loop over x.ravel(), or over indices.")
    match type_of(value):
        case ab.Record(cls=cls):
            message = f"a loop over an object of the class {cls.__name__!r} is not supported yet"
            scope.refuse(node, message, "Loop over what it holds.")
        case ab.ListOf():
            return Items(as_atom(scope, node, value))
        case ab.Array(shape=()) | ab.Scalar() | ab.Static():
            scope.refuse(node, "a loop over something that has no items", "This raises TypeError in Python.")
        case ab.Array():
            return Items(as_atom(scope, node, value))
    hint = "An annotation or a signature says whether it is a list, an array or a dict."
    scope.refuse(node, "it is not known what this loops over", hint, errors.SignatureNeeded)


def _walked(scope: Scope, value: Value) -> Walked | None:
    of = value.of if isinstance(value, Entries) else value
    if not isinstance(of, Pack) or of.cell is None:
        return None
    held = scope.env.get(of.cell)
    keys = of.kind == "dict" and (value is of or isinstance(value, Entries) and value.what == "keys")
    return Walked(held if isinstance(held, Pack) else of, keys)


def _no_keywords(scope: Scope, keywords: Sequence[Any]) -> None:
    for k in keywords:
        scope.refuse(k, f"the argument {k.arg!r} is not supported here", "Leave it out.")


def _numbers(scope: Scope, node: Any, args: Sequence[Any], keywords: Sequence[Any]) -> Sequenced:
    _no_keywords(scope, keywords)
    if not 1 <= len(args) <= 3:
        scope.refuse(node, "range takes one to three arguments", "This raises TypeError in Python.")
    bounds = [as_atom(scope, a, scope.expression(a)) for a in args]
    for a, bound in zip(args, bounds, strict=True):
        if ab.kind_of(bound.type) in ("float", "complex"):
            scope.refuse(a, "a bound of range is not an integer", "This raises TypeError in Python.")
    start, stop, step = {1: (Lit(0), bounds[0], Lit(1)), 2: (*bounds, Lit(1)), 3: tuple(bounds)}[len(bounds)]
    return Numbers(start, stop, step)


def _enumerated(scope: Scope, node: Any, args: Sequence[Any], keywords: Sequence[Any]) -> Sequenced:
    starts = [*args[1:], *(k.value for k in keywords if k.arg == "start")]
    _no_keywords(scope, [k for k in keywords if k.arg != "start"])
    inner = sequence(scope, args[0])
    return Enumerated(inner, as_atom(scope, node, scope.expression(starts[0]))) if starts else Enumerated(inner)


def _zipped(scope: Scope, node: Any, args: Sequence[Any], keywords: Sequence[Any]) -> Sequenced:
    _no_keywords(scope, [k for k in keywords if k.arg != "strict"])
    inners: list[Sequenced] = []
    for a in args:
        if not isinstance(a, gast.Starred):
            inners.append(sequence(scope, a))
            continue
        items = items_of(scope, a, scope.expression(a.value))
        if items is None:
            scope.refuse(a, "the length of what is unpacked here is not known", "Pass the items by index.")
        inners += [_of_value(scope, a, x) for x in items]
    return Zipped(tuple(inners))


_PLAIN = (gast.Name, gast.Constant, gast.UnaryOp)


def _view(scope: Scope, node: Any) -> View | None:
    """A slice of a list as indices of the list, where its bounds are known."""
    if not isinstance(node, gast.Subscript) or not isinstance(node.slice, gast.Slice) or node.slice.step is not None:
        return None
    if node.slice.lower is node.slice.upper is None:
        return None
    if not all(isinstance(x, _PLAIN) for x in (node.value, node.slice.lower, node.slice.upper) if x is not None):
        return None
    atom = now(scope, scope.expression(node.value))
    if not isinstance(atom, Var | Global) or not isinstance(atom.type, ab.ListOf):
        return None
    lower, upper = (None if x is None else static(scope.expression(x)) for x in (node.slice.lower, node.slice.upper))
    if not isinstance(lower, int | None) or not isinstance(upper, int | None):
        return None
    start: Atom = Lit(lower or 0)
    if lower is not None and lower < 0:
        behind = scope.op(operator.sub, (scope.op(len, (atom,), (), "", node), Lit(-lower)), (), "", node)
        start = scope.op(max, (behind, Lit(0)), (), "", node, ab.INT)
    if upper is None or upper < 0:
        return View(atom, start, 0 if upper is None else -upper)
    length = scope.op(len, (atom,), (), "", node)
    return View(atom, start, scope.op(min, (Lit(upper), length), (), "", node, ab.INT))


def _backwards(scope: Scope, node: Any, args: Sequence[Any], keywords: Sequence[Any]) -> Sequenced:
    _no_keywords(scope, keywords)
    inner = sequence(scope, args[0])
    return inner.inner if isinstance(inner, Backwards) else Backwards(inner)


def _copied(scope: Scope, node: Any, args: Sequence[Any], keywords: Sequence[Any]) -> Sequenced:
    """`list(x)`, `tuple(x)`: the items that `x` has when the loop begins."""
    return _as_it_is(scope, node, sequence(scope, args[0])) if args else Known(())


def _as_it_is(scope: Scope, node: Any, s: Sequenced) -> Sequenced:
    """The same sequence, over copies of what may change in the loop; the rows of an array are views of it."""
    match s:
        case Known(items):
            return Known(items)
        case Items(atom) if isinstance(atom.type, ab.ListOf):
            return Items(copy_list(scope, node, atom))
        case Items(atom) if ab.rank(atom.type) == 1:
            return Items(scope.op(np.copy, (atom,), (), "", node))
        case Items() if ab.rank(s.atom.type) is None:
            hint = "An annotation or a signature gives the type."
            what = "it is not known whether this is a list of rows or of numbers"
            scope.refuse(node, what, hint, errors.SignatureNeeded)
        case View() as view:
            return replace(view, items=copy_list(scope, node, view.items))
        case Enumerated(inner, start):
            return Enumerated(_as_it_is(scope, node, inner), start)
        case Zipped(inners):
            return Zipped(tuple(_as_it_is(scope, node, x) for x in inners))
        case Backwards(inner):
            return Backwards(_as_it_is(scope, node, inner))
    return s


_MAKERS: dict[object, Callable[[Scope, Any, Sequence[Any], Sequence[Any]], Sequenced]] = {
    range: _numbers,
    enumerate: _enumerated,
    zip: _zipped,
    reversed: _backwards,
    list: _copied,
    tuple: _copied,
}


def numbers_of(s: Numbers) -> range | None:
    """The range if it is known while lowering."""
    bounds = [static(x) for x in (s.start, s.stop, s.step)]
    known = [x for x in bounds if isinstance(x, int)]
    return range(*known) if len(known) == len(bounds) and known[2] != 0 else None


def known_of(s: Sequenced) -> tuple[Value, ...] | None:
    """The items of a sequence if all are known."""
    match s:
        case Known(items):
            return items
        case Numbers():
            numbers = numbers_of(s)
            return None if numbers is None else tuple(map(Lit, numbers))
        case Enumerated(inner, Lit(value=int() as first)):
            found = known_of(inner)
            return None if found is None else tuple(Pack("tuple", (Lit(k), x)) for k, x in enumerate(found, first))
        case Zipped(inners) if any(_has_known(x) for x in inners):
            columns = [known_of(x) for x in inners]
            if all(c is not None for c in columns):
                return tuple(Pack("tuple", row) for row in zip(*(c for c in columns if c is not None), strict=False))
        case Backwards(inner):
            found = known_of(inner)
            return None if found is None else found[::-1]
    return None


def walked_of(s: Sequenced) -> tuple[Walked, ...]:
    """The lists and dicts that a sequence runs over whose items are known."""
    match s:
        case Known(_, Walked() as of):
            return (of,)
        case Enumerated(inner, _):
            return walked_of(inner)
        case Backwards(inner):
            return tuple(replace(w, backwards=not w.backwards) for w in walked_of(inner))
        case Zipped(inners):
            return tuple(x for inner in inners for x in walked_of(inner))
    return ()


def check_same(scope: Scope, node: Any, walked: Sequence[Walked], after: int) -> None:
    """Refuse a list or dict of which a loop over it has changed what it has not come to, `after` iterations."""
    for w in walked:
        held = scope.env.get(w.held.cell) if w.held.cell is not None else None
        if not isinstance(held, Pack) or not _same(w.ahead(w.held, after), w.ahead(held, after), w.keys):
            what = f"the {w.held.kind} that this loop runs over is changed in it"
            scope.refuse(node, what, "Loop over a copy: list(...).")


def _same(a: Sequence[object], b: Sequence[object], keys: bool) -> bool:
    return len(a) == len(b) and all(x == y if keys else x is y for x, y in zip(a, b, strict=True))


def _has_known(s: Sequenced) -> bool:
    match s:
        case Known():
            return True
        case Enumerated(inner, _) | Backwards(inner):
            return _has_known(inner)
        case Zipped(inners):
            return any(map(_has_known, inners))
    return False
