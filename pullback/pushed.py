"""Derivatives that take tangents beside the arguments: `jvp` and `hvp` return them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from pullback import errors
from pullback.cotangent import fitting, like
from pullback.derived import Derived


class Pushed(Derived):
    """A derivative along tangents, called as `g(primals, tangents)`: the arguments as a tuple, and what they move in.

    The tangents match `wrt`: the one itself where that is one parameter, else a tuple of them.
    """

    def __call__(self, primals: Sequence[Any], tangents: Any) -> Any:
        """The derivative at the arguments `primals` along `tangents`. Both stay as they are.

        Raises TypeError where a tangent has not the structure and the shapes of its argument.
        """
        if not isinstance(primals, tuple | list):
            raise TypeError(f"the arguments are given as a tuple, not as {type(primals).__name__}: g((x, y), dx)")
        args = self._in_order(tuple(primals), {})
        moved = self._moved(args, tangents)
        try:
            return self._function(args)(*args, *moved)
        except errors.StaleSource:  # raised before anything was computed: a global has now another type
            self._forget(args)
            return self._function(args)(*args, *moved)

    def _moved(self, args: tuple[Any, ...], tangents: Any) -> list[Any]:
        """The tangents, one for each parameter in `wrt`, in the dtypes of the arguments."""
        given = (tangents,) if self._bare else tangents
        if not isinstance(given, tuple | list) or len(given) != len(self._wrt):
            names = ", ".join(self._names[i] for i in self._wrt)
            raise TypeError(f"the tangents must be a tuple of {len(self._wrt)}, for {names}")
        return [
            fitting(t, like(args[i]), f"the tangent of {self._names[i]!r}", "the argument")
            for t, i in zip(given, self._wrt, strict=True)
        ]

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
