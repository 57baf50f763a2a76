"""Programs given as text: made live, lowered, run as Core, and compared with what Python makes of them."""

from __future__ import annotations

import copy
import inspect
import itertools
import linecache
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import pullback.stdlib.rules  # noqa: F401  registers the rules
from pullback import errors
from pullback.transpile.abstract import Type
from pullback.transpile.core import Program
from pullback.transpile.infer import type_of_value
from pullback.transpile.interpret import run
from pullback.transpile.lower import lower
from pullback.transpile.parse import from_function
from pullback.transpile.verify import verify

_count = itertools.count()
HEADER = "import math\nimport numpy as np\nfrom math import exp, sin, pi\n\n"


def live(text: str, name: str = "f", header: str = HEADER) -> Callable[..., Any]:
    """The function called `name` of a module with this text, whose source can be found."""
    text = header + text
    file = f"<program {next(_count)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": f"program_{next(_count)}", "__file__": file}
    exec(compile(text, file, "exec"), namespace)
    found: Callable[..., Any] = namespace[name]
    return found


def types_of(f: Callable[..., Any], args: Sequence[Any]) -> list[Type]:
    """The types of a call's arguments."""
    return [type_of_value(a, n) for a, n in zip(args, inspect.signature(f).parameters, strict=True)]


def lowered(f: Callable[..., Any] | str, *args: Any) -> Program:
    """A function in Core, verified."""
    f = live(f) if isinstance(f, str) else f
    program = lower(from_function(f), types_of(f, args))
    verify(program)
    return program


def assert_same(a: Any, b: Any) -> None:
    """Two results are the same, bit for bit, and of the same types."""
    assert type(a) is type(b), (a, b)
    match a:
        case tuple() | list():
            assert len(a) == len(b)
            for x, y in zip(a, b, strict=True):
                assert_same(x, y)
        case dict():
            assert list(a) == list(b)
            assert_same(list(a.values()), list(b.values()))
        case np.ndarray() | np.generic():
            assert a.dtype == b.dtype
            assert a.shape == b.shape
            assert a.tobytes() == b.tobytes(), (a, b)
        case float():
            assert np.float64(a).tobytes() == np.float64(b).tobytes(), (a, b)
        case _:
            assert a == b


def agrees(f: Callable[..., Any] | str, *calls: Sequence[Any]) -> Program:
    """Check that Core computes what Python does; the program is lowered for the first call's types, and run on all."""
    f = live(f) if isinstance(f, str) else f
    program = lowered(f, *calls[0])
    for args in calls:
        given = copy.deepcopy(args)
        expected = f(*copy.deepcopy(args))
        assert_same(run(program, *given, namespace=f.__globals__), expected)
        assert_same(list(given), list(args))
    return program


def refused(
    f: Callable[..., Any] | str, *args: Any, cls: type[errors.PullbackError] = errors.NotSupportedYet
) -> errors.PullbackError:
    """The error with which a program is refused."""
    f = live(f) if isinstance(f, str) else f
    with pytest.raises(cls) as caught:
        lowered(f, *args)
    assert type(caught.value) is cls
    return caught.value


def pointed_at(error: errors.PullbackError) -> str:
    """The text that an error's caret marks."""
    width = str(error).split("\n")[2].count("^")
    return error.source_line[error.col - 1 : error.col - 1 + width]


def programs(text: str) -> list[str]:
    """The bodies of functions that are written one below the other, with an empty line between them."""
    return [textwrap.indent(body, "    ") + "\n" for body in text.strip("\n").split("\n\n")]
