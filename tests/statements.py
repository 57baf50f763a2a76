"""Compares a derivative with its primal in all that can be seen of a call: value, prints, warnings, exceptions."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import Request
from pullback.transpile.signature import type_of_value
from tests.behaviour import identical
from tests.differences import assert_pullback


@dataclass(frozen=True)
class Seen:
    """What a call has done. `error`: the exception that it raised, `printed` what it wrote, `warned` in order."""

    value: Any
    error: BaseException | None
    printed: str
    warned: tuple[str, ...]


def seen(f: Callable[..., Any], args: Sequence[Any]) -> Seen:
    """Call a function, and look."""
    out = io.StringIO()
    value, error = None, None
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            value = f(*args)
        except Exception as e:
            error = e
    return Seen(value, error, out.getvalue(), tuple(str(w.message) for w in caught))


def derivatives(f: Callable[..., Any], args: Sequence[Any]) -> Iterator[Callable[..., Any]]:
    """Value and gradient in the first argument, with and without optimisation."""
    source = from_function(f)
    types = [type_of_value(a, name) for a, name in zip(args, inspect.signature(f).parameters, strict=True)]
    for optimised in (True, False):
        request = Request("value_and_grad", (0,), False, optimise=optimised)
        yield load(transpile(source, types, request), source)


def chain(e: BaseException | None) -> list[tuple[type[BaseException], str, bool]]:
    """An exception and what it was raised from."""
    return [] if e is None else [(type(e), str(e), e.__suppress_context__), *chain(e.__cause__)]


def assert_like_primal(f: Callable[..., Any], *args: Any, gradient: bool = True, warns_more: bool = False) -> None:
    """The derivative does what the primal does, and its `gradient` is right. `warns_more`: backwards it may warn."""
    expected = seen(f, copy.deepcopy(args))
    for derived in derivatives(f, args):
        before = copy.deepcopy(args)
        found = seen(derived, args)
        assert chain(found.error) == chain(expected.error)
        assert found.printed == expected.printed
        assert found.warned[: len(expected.warned)] == expected.warned
        assert warns_more or len(found.warned) == len(expected.warned)
        assert identical(args, before)
        if expected.error is None and found.error is None:
            value, gradients = found.value
            assert identical(value, expected.value), (value, expected.value)
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                if gradient:
                    assert_pullback(f, args, (0,), 1.0, gradients)
