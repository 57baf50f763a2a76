"""The error for what one backend cannot write."""

from __future__ import annotations

from typing import NoReturn

from pullback import errors
from pullback.transpile.core import Origin


def refuse(origin: Origin, what: str, way_round: str) -> NoReturn:
    """Raise NotSupportedYet for something that JAX code cannot have yet."""
    raise errors.at(errors.NotSupportedYet, origin, f"{what} cannot be written for JAX yet", way_round)
