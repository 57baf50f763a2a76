"""A function as it is written for its backend: `differentiable(f, backend="jax").primal`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pullback import errors
from pullback.derived import Derived, Order


class Primal(Derived):
    """A function as code for JAX, called like it, which leaves its arguments as they are.

    To other functions, and where it is differentiated, it is the function that it was made of.
    """

    def __init__(self, f: Callable[..., Any], order: Order) -> None:
        if order.backend == "numpy":
            hint = 'Call the function, or ask for its code for JAX: backend="jax".'
            raise errors.NotSupportedYet("a function is for NumPy as it stands", hint=hint)
        super().__init__(f, order)

    @property
    def __pullback_primal__(self) -> Any:
        return self._primal

    def __repr__(self) -> str:
        return f"<{self.__wrapped__.__module__}.{self.__wrapped__.__qualname__} for JAX: {self._made}>"
