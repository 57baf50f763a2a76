"""The Jacobian and the Hessian as functions: code is chosen by the shapes of the first call with a signature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pullback import errors
from pullback.backends.base import Emitted
from pullback.derived import Derived, Order, Specialisation
from pullback.transpile import abstract as ab
from pullback.transpile.abstract import Type
from pullback.transpile.parse.sources import FunctionSource
from pullback.transpile.pipeline import result_type, transpile

_MODES = {"forward": "jacfwd", "reverse": "jacrev"}


class Jacobian(Derived):
    """The Jacobian of a function, called like it: `jacobian` returns it.

    Without a mode, the first call with a signature decides: backward where the result is a number or has fewer elements
    than the parameters, as far as their shapes tell; forward otherwise.
    """

    def __init__(self, f: Any, order: Order) -> None:
        super().__init__(f, order)
        self._values: Sequence[Any] | None = None

    def _specialise(self, key: Any, values: Sequence[Any]) -> Specialisation:
        with self._lock:
            self._values = values
            return super()._specialise(key, values)

    def _transpile(self, source: FunctionSource, found: tuple[Type, ...]) -> Emitted:
        request = self._request
        if self._order.mode == "jacobian":
            mode = "jacrev" if self._is_wide(source, found) else "jacfwd"
            request = replace(request, mode=mode)  # type: ignore[arg-type]
        return transpile(source, found, request, self._order.backend)

    def _is_wide(self, source: FunctionSource, found: tuple[Type, ...]) -> bool:
        """Has the result fewer elements than the parameters that it is differentiated in?"""
        out = ab.shape_of(result_type(source, found, self._request.of))
        if out == () or out is None or self._values is None:
            return out == ()
        lengths = {
            f"{name}.{k}": n
            for name, x in zip(self._names, self._values, strict=True)
            for k, n in enumerate(np.shape(x) if isinstance(x, np.ndarray) else ())
        }
        known = [n if isinstance(n, int) else lengths.get(n.symbol, -1) + n.offset for n in out]
        return min(known) > 0 and math.prod(known) < sum(np.size(self._values[i]) for i in self._wrt)


def order_of(wrt: Any, mode: str | None, backend: str, signature: str | None) -> Order:
    """What is asked of a Jacobian. Raises PullbackError for a mode that is none."""
    if mode is not None and mode not in _MODES:
        raise errors.PullbackError(f"there is no mode called {mode!r}", hint="Choose 'forward' or 'reverse'.")
    chosen: Any = "jacobian" if mode is None else _MODES[mode]
    return Order(chosen, wrt, backend=backend, signature=signature)
