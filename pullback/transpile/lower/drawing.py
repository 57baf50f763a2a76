"""Random numbers that change a state when they are drawn: refused, with what takes their place."""

from __future__ import annotations

import random
from typing import Any, NoReturn

import numpy as np

from pullback.transpile.lower.scope import Scope

_GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)


def is_generator(x: object) -> bool:
    """Is this a generator of random numbers?"""
    return isinstance(x, _GENERATORS)


def draws(name: str) -> bool:
    """Is this the name of a method of generators, and of nothing that an array has?"""
    return any(hasattr(cls, name) for cls in _GENERATORS) and not hasattr(np.ndarray, name)


def refuse(scope: Scope, node: Any) -> NoReturn:
    """Give up on numbers that are drawn without a key."""
    hint = "Use pullback.stdlib.random with a key, or draw them where the function is called, and pass them."
    scope.refuse(node, "random numbers without a key are not supported yet", hint)
