"""The Jacobian and the Hessian as functions, which choose their code by the shapes of each call."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pullback import errors
from pullback.derived import Derived, Order
from pullback.transpile import abstract as ab
from pullback.transpile.abstract import Type
from pullback.transpile.collector import collector_paused
from pullback.transpile.depth import with_room
from pullback.transpile.leaves import leaves
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import result_type
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value

_MODES = {"forward": "jacfwd", "reverse": "jacrev"}
_SUM = re.compile(r"[\d()+*/-]+")


class Jacobian(Derived):
    """The Jacobian, or the Hessian, of a function, called like it: `jacobian` and `hessian` return it.

    A Jacobian without a mode is computed backward where the result has fewer elements than the parameters, as far as
    the shapes of a call tell, and forward otherwise. There is code for each way that was needed.
    """

    def __init__(self, f: Any, order: Order) -> None:
        super().__init__(f, order)
        self._results: dict[Hashable, Type] = {}
        asked: Request | None = self._request
        names = self._innermost._names
        self._moving = set[int]() if self._along is None else set(range(len(names)))  # of all derivatives taken
        while asked is not None and self._along is None:
            self._moving.update(asked.wrt)
            asked = asked.of

    def _forget(self, args: tuple[Any, ...]) -> None:
        super()._forget(args)
        self._results.clear()

    def _types(self, values: Sequence[Any]) -> tuple[Type, ...]:
        found, args, names = list(super()._types(values)), self._arguments(values), self._innermost._names
        for i in self._moving - set(self._innermost._static):
            found[i] = type_of_value(args[i], names[i], fixed=True)
        return tuple(found)

    def _exact_key(self, args: tuple[Any, ...]) -> Hashable:
        return super()._exact_key(args), self._fixed(args)

    def _key(self, args: tuple[Any, ...]) -> Hashable:
        return super()._key(args), self._fixed(args), self._request_at(args).mode

    def _fixed(self, args: tuple[Any, ...]) -> tuple[Type | None, ...]:
        """The types of what may have lists in it, of which there is code for each length."""
        plain = float, np.ndarray
        return tuple(
            None if type(x) in plain else type_of_value(x, self._innermost._names[i], fixed=True)
            for i, x in enumerate(self._arguments(args))
            if i in self._moving
        )

    def _request_at(self, values: Sequence[Any]) -> Request:
        if self._order.mode != "jacobian":
            return self._request
        args = tuple(values)
        key = super()._key(args), self._fixed(args)
        if key not in self._results:
            self._results[key] = self._result(args)
        if ab.shape_of(self._results[key]) == ():
            return self._request  # a gradient
        types = self._types(args)
        lengths = dict(pair for t, x in zip(types, self._arguments(args), strict=True) for pair in _lengths(t, x))
        out = _size(self._results[key], lengths)
        wide = out is not None and out < sum(_size(types[i], lengths) or 0 for i in self._positions())
        return replace(self._request, mode="jacrev" if wide else "jacfwd")

    def _positions(self) -> Iterator[int]:
        """Which arguments of the function itself this is the Jacobian in."""
        if self._along is None:
            yield from self._wrt
            return
        for i in self._wrt:
            yield from range(len(self._innermost._names)) if i == 0 else self._along._wrt

    @with_room
    @collector_paused()
    def _result(self, args: tuple[Any, ...]) -> Type:
        """The type of what the function gives for these arguments."""
        source, types = from_function(self.__wrapped__), self._types(args)
        self._check_wrt(source, types, args)
        return result_type(source, types, self._request.of)


def _lengths(t: Type, x: Any) -> Iterator[tuple[str, int]]:
    """What the symbols in the type of an argument stand for."""
    match t:
        case ab.Array(shape=tuple() as shape):
            yield from ((n.symbol, m) for n, m in zip(shape, x.shape, strict=True) if isinstance(n, ab.Dim))
        case ab.Scalar(value=ab.Dim() as n):
            yield n.symbol, x
        case ab.Seq(items=items):
            for u, y in zip(items, x, strict=True):
                yield from _lengths(u, y)
        case ab.Mapping(items=entries):
            for key, u in entries:
                yield from _lengths(u, x[key] if isinstance(x, dict) else getattr(x, str(key)))


def _size(t: Type, lengths: Mapping[str, int]) -> int | None:
    """How many floats there are in a value, None where it is not known."""
    found = [_product(ab.shape_of(leaf.type), lengths) for leaf in leaves(t)]
    return None if None in found else sum(n for n in found if n is not None)


def _product(shape: tuple[ab.Length, ...] | None, lengths: Mapping[str, int]) -> int | None:
    known = [n if isinstance(n, int) else _known(n, lengths) for n in shape or ()]
    return None if shape is None or None in known else math.prod(n for n in known if n is not None)


def _known(n: ab.Dim, lengths: Mapping[str, int]) -> int | None:
    """The length `n` where it is one of the arguments', or sums and products of these."""
    text = n.symbol
    for name in sorted(lengths, key=len, reverse=True):
        text = text.replace(name, str(lengths[name]))
    return eval(text) + n.offset if _SUM.fullmatch(text) else None


def order_of(wrt: Any, mode: str | None, backend: str, signature: str | None) -> Order:
    """What is asked of a Jacobian. Raises PullbackError for a mode that is none."""
    if mode is not None and mode not in _MODES:
        raise errors.PullbackError(f"there is no mode called {mode!r}", hint="Choose 'forward' or 'reverse'.")
    chosen: Any = "jacobian" if mode is None else _MODES[mode]
    return Order(chosen, wrt, backend=backend, signature=signature)
