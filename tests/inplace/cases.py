"""The programs of this package: functions that change arrays in place, with arguments, and what must come of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from pullback import errors

Function = Callable[..., Any]
_CASES: dict[str, list[Case]] = {}


@dataclass(frozen=True)
class Case:
    """A program at some arguments: it differentiates, or where `refusal` is given it is refused.

    A refusal is the class of the error, a part of its text, and the marked text of the user's line, None where it is
    the run that refuses. With `or_right`
    either is accepted: what the program does may one day be told, and is never told wrong.
    """

    f: Function
    args: tuple[Any, ...]
    name: str
    refusal: tuple[type[errors.PullbackError], str, str | None] | None = None
    or_right: bool = False


def _add(f: Function, args: tuple[Any, ...], **what: Any) -> Function:
    """Note a case of `f`, named after it and, after the first one, numbered."""
    cases = _CASES.setdefault(f.__module__.rpartition(".")[2], [])
    number = sum(c.f is f for c in cases)
    cases.append(Case(f, args, f.__name__ + (f"_{number + 1}" if number else ""), **what))
    return f


def right(*args: Any) -> Callable[[Function], Function]:
    """Decorate a program that differentiates at these arguments."""
    return lambda f: _add(f, args)


def refused(
    *args: Any,
    text: str,
    marked: str | None,
    cls: type[errors.PullbackError] = errors.NotSupportedYet,
    or_right: bool = False,
) -> Callable[[Function], Function]:
    """Decorate a program that is refused at these arguments."""
    return lambda f: _add(f, args, refusal=(cls, text, marked), or_right=or_right)


@cache
def topics() -> dict[str, list[Case]]:
    """All cases, by the module that they are in."""
    from tests.inplace import programs

    names = [m.name for m in pkgutil.iter_modules(programs.__path__)]
    for name in names:
        importlib.import_module(f"{programs.__name__}.{name}")
    return {name: _CASES.get(name, []) for name in names}


def cases(*names: str) -> list[Case]:
    """The cases of some topics, of all where none is named."""
    return [case for topic, found in topics().items() if not names or topic in names for case in found]


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """An array of numbers well above 0."""
    return np.random.default_rng(seed).uniform(0.4, 1.4, shape)


def mixed(*shape: int, seed: int = 0) -> np.ndarray:
    """An array of numbers of both signs, none near 0 and no two near each other."""
    rng = np.random.default_rng(seed)
    count = int(np.prod(shape))
    return (
        rng.permutation(np.linspace(-1.5, 1.5, count + 1 + count % 2)[:count]) + rng.uniform(-0.01, 0.01, count)
    ).reshape(shape)


def single(x: np.ndarray) -> np.ndarray:
    """In single precision."""
    return x.astype(np.float32)
