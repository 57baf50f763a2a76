"""Derivatives that take tangents: `jvp` and `hvp` beside the arguments, `linearize` in what it returns."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback import errors
from pullback.cotangent import fitting_tangents, like
from pullback.derived import Derived


class Pushed(Derived):
    """A derivative along tangents, called as `g(primals, tangents)`: the arguments as a tuple, and what they move in.

    The tangents match `wrt`: the one itself where that is one parameter, else a tuple of them.
    """

    def __call__(self, primals: Sequence[Any], tangents: Any) -> Any:
        """The derivative at the arguments `primals` along `tangents`. Both stay as they are.

        Raises TypeError where a tangent has not the structure and the shapes of its argument.
        """
        args, moved = self._given(primals, tangents)
        try:
            return self._function(args)(*args, *moved)
        except errors.StaleSource:  # raised before anything was computed: a global has now another type
            self._forget(args)
            return self._function(args)(*args, *moved)

    def _by_position(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, taking keyword-only parameters by position too, and the tangents after all others."""
        by_position = super()._by_position(function)
        parameters = inspect.signature(function).parameters.values()
        named = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
        if not named:
            return by_position
        n = len(self._wrt)
        tangents = named[-n:]

        def with_tangents(*args: Any) -> Any:
            return by_position(*args[:-n], **dict(zip(tangents, args[-n:], strict=True)))

        return with_tangents


class Directions(Pushed):
    """The derivatives of a function along several directions at once."""

    def along(self, args: Sequence[Any], kwargs: dict[str, Any], directions: Any) -> Any:
        """The derivatives along the rows of `directions`, as columns."""
        values = self._in_order(tuple(args), kwargs)
        function = self._function(values)
        x = values[self._wrt[0]]
        if np.shape(x) != directions.shape[1:]:
            raise ValueError(
                f"the sparsity has {directions.shape[1]} columns, {self._names[self._wrt[0]]!r} {np.shape(x)}"
            )
        return function(*values, directions.astype(getattr(x, "dtype", float)))


class Linearized(Derived):
    """The value and the linear function of a function, called like it: `linearize` returns it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value, and the function that takes tangents. It raises TypeError where these do not fit the arguments."""
        out, linear, *aux = super().__call__(*args, **kwargs)
        values = self._in_order(args, kwargs)
        wanted = {self._names[i]: like(values[i]) for i in self._wrt}

        @functools.wraps(linear)
        def checked(tangents: Any) -> Any:
            return linear(*fitting_tangents(tangents, wanted, self._bare))

        return (out, checked, *aux)
