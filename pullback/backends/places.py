"""Where arrays live: an abstract store for each allocation, and for each value the stores that it may reach."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback import runtime
from pullback.transpile import abstract as ab
from pullback.transpile import prims
from pullback.transpile.core import Lit, Var

from .facts import HELPER_ALIASES, MAKERS, is_array, is_fresh, is_read_only
from .script import Apply, Choice, Cut, Expr, Invoke


@dataclass(frozen=True, eq=False)
class Store:
    """Storage that one statement allocates. It belongs to the `def` numbered `scope`; None: to somebody else."""

    scope: int | None
    birth: int


@dataclass(frozen=True)
class Parts:
    """The places of a structure's items, by key."""

    items: Mapping[Any, Place]


Place = frozenset[Store] | Parts


@dataclass(frozen=True)
class Summary:
    """Where a function's result is: its own stores, those of its parameters, or somebody else's."""

    params: tuple[Place, ...]
    result: Place

    def same(self, other: Summary) -> bool:
        """Do two summaries of one function say the same?"""
        return self._shape() == other._shape()

    def _shape(self) -> object:
        stores = (store for p in self.params for store in each(p))
        numbers: dict[Store, object] = {store: k for k, store in enumerate(stores)}
        times = Counter(each(self.result))

        def shape(place: Place) -> object:
            if isinstance(place, Parts):
                return tuple((k, shape(p)) for k, p in place.items.items())
            return frozenset(numbers.get(s, "abroad" if s.scope is None else ("own", times[s] > 1)) for s in place)

        return shape(self.result)


NOWHERE: frozenset[Store] = frozenset()
FOREIGN = Store(None, 0)
ABROAD: frozenset[Store] = frozenset({FOREIGN})

_VIEW_NAMES = (
    "transpose reshape ravel swapaxes expand_dims squeeze broadcast_to split array_split diagonal diag asarray "
    "real imag moveaxis rollaxis atleast_1d atleast_2d atleast_3d flip rot90 ascontiguousarray"
)
VIEWS: frozenset[Any] = frozenset(
    [
        *(getattr(np, name) for name in _VIEW_NAMES.split()),
        operator.getitem,
        prims.alias,
        prims.item,
        prims.part,
        prims.rows,
        list.pop,
        zip,
        reversed,
        enumerate,
        list,
    ]
)
_FRESH_HELPERS: frozenset[Any] = frozenset(
    getattr(runtime, name) for name in runtime.__all__ if getattr(runtime, name) not in HELPER_ALIASES
)


def stores_of(place: Place) -> frozenset[Store]:
    """All stores in a place."""
    if isinstance(place, Parts):
        return NOWHERE.union(*map(stores_of, place.items.values()))
    return place


def join(a: Place, b: Place) -> Place:
    """A place that is either. Where one of them is new, only the other can be seen from elsewhere."""
    if a == NOWHERE or b == NOWHERE:
        return b if a == NOWHERE else a
    if isinstance(a, Parts) and isinstance(b, Parts) and a.items.keys() == b.items.keys():
        return Parts({k: join(a.items[k], b.items[k]) for k in a.items})
    return stores_of(a) | stores_of(b) if isinstance(a, Parts) or isinstance(b, Parts) else a | b


def same_place(a: Place, b: Place) -> bool:
    """Are two values in the same stores, leaf by leaf?"""
    if isinstance(a, Parts) and isinstance(b, Parts):
        return a.items.keys() == b.items.keys() and all(same_place(a.items[k], b.items[k]) for k in a.items)
    return not isinstance(a, Parts) and a == b


class Places:
    """The places of the variables of one function."""

    def __init__(self, calls: Mapping[str, Summary]) -> None:
        self.of: dict[Var, Place] = {}
        self.holders: dict[Store, dict[Var, None]] = {}
        self.calls = calls
        self._made: dict[Any, Store] = {}

    def make(self, key: Any, scope: int, birth: int) -> Store:
        """The store that belongs to a key; the same one every time."""
        if key not in self._made:
            self._made[key] = Store(scope, birth)
        return self._made[key]

    def bind(self, v: Var, place: Place, scope: int, birth: int) -> None:
        """Say where a variable's value is; a value that is nowhere yet gets a new store."""
        if not is_array(v.type):
            return
        place = self.settle(v.type, place, (v,), scope, birth)
        self.of[v] = place
        for store in stores_of(place):
            if store.birth == birth and store is self._made.get((v,)):
                self.holders[store] = {}
            self.holders.setdefault(store, {})[v] = None

    def settle(self, t: ab.Type, place: Place, key: tuple[Any, ...], scope: int, birth: int) -> Place:
        """A place with a store of its own for each array in it that is nowhere yet."""
        items: dict[Any, ab.Type] | None = None
        if isinstance(t, ab.Seq):
            items = dict(enumerate(t.items))
        elif isinstance(t, ab.Mapping):
            items = dict(t.items)
        if isinstance(place, Parts):
            types = items or {}
            return Parts(
                {k: self.settle(types.get(k, ab.UNKNOWN), p, (*key, k), scope, birth) for k, p in place.items.items()}
            )
        if place or not is_array(t):
            return place
        if items is not None:
            return Parts({k: self.settle(u, NOWHERE, (*key, k), scope, birth) for k, u in items.items()})
        return frozenset({self.make(key, scope, birth)})

    def place(self, e: Expr | None) -> Place:
        """Where the value of an expression may be; nowhere for what is new or has no storage."""
        match e:
            case Var():
                return self.of.get(e, ABROAD) if is_array(e.type) else NOWHERE
            case Apply():
                return self._apply(e)
            case Choice():
                return join(self.place(e.then), self.place(e.orelse))
            case Invoke():
                return self._invoke(e)
            case tuple():
                return self.reached(e)
            case None | Lit() | Cut():
                return NOWHERE
        return ABROAD

    def reached(self, es: tuple[Expr, ...]) -> frozenset[Store]:
        """All stores that some expressions may reach."""
        return NOWHERE.union(*(stores_of(self.place(x)) for x in es))

    def _invoke(self, e: Invoke) -> Place:
        summary = self.calls.get(e.function)
        if summary is None:
            return self.reached(e.args) | ABROAD
        given: dict[Store, frozenset[Store]] = {}
        for p, x in zip(summary.params, e.args, strict=True):
            given.update(_matched(p, self.place(x)))
        return self._called(summary.result, e, given, Counter(each(summary.result)))

    def _called(
        self, place: Place, e: Invoke, given: Mapping[Store, frozenset[Store]], times: Mapping[Store, int]
    ) -> Place:
        """The place of a callee's result as the caller sees it; what one leaf alone has is nowhere yet."""
        if isinstance(place, Parts):
            return Parts({k: self._called(p, e, given, times) for k, p in place.items.items()})
        out = NOWHERE
        for store in place:
            if given.get(store):
                out |= given[store]
            elif store.scope is None and store not in given:
                out |= ABROAD
            elif times[store] > 1:
                out |= {self.make((e.out, store), 0, 0)}
        return out

    def _apply(self, e: Apply) -> Place:
        op, args = e.op, e.args
        if op is np.einsum and len(args) > 2:
            return NOWHERE
        if op in MAKERS:
            if op is prims.make_dict:
                keys = [k.value for k in args[0] if isinstance(k, Lit)] if isinstance(args[0], tuple) else []
                return Parts({k: self.place(x) for k, x in zip(keys, args[1:], strict=True)})
            return Parts({k: self.place(x) for k, x in enumerate(args)}) if args else NOWHERE
        if op is prims.item:
            whole, key = self.place(args[0]), args[1]
            if isinstance(whole, Parts) and isinstance(key, Lit) and key.value in whole.items:
                return whole.items[key.value]
            return stores_of(whole)
        if is_fresh(op, args) or op in _FRESH_HELPERS or e.out is not None and not is_array(e.out.type):
            return NOWHERE
        if op in HELPER_ALIASES:
            return self.reached(tuple(args[k] for k in HELPER_ALIASES[op]))
        place = self.reached(args)
        return place if op in VIEWS and not is_read_only(op) else place | ABROAD


def _matched(param: Place, given: Place) -> Iterator[tuple[Store, frozenset[Store]]]:
    """For each store of a parameter the stores of what is given for it."""
    if isinstance(param, Parts) and isinstance(given, Parts) and param.items.keys() == given.items.keys():
        for k, p in param.items.items():
            yield from _matched(p, given.items[k])
    else:
        yield from ((store, stores_of(given)) for store in each(param))


def each(place: Place) -> Iterator[Store]:
    """The stores in a place, leaf by leaf."""
    if isinstance(place, Parts):
        for p in place.items.values():
            yield from each(p)
    else:
        yield from place
