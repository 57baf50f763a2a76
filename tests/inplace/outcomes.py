"""What becomes of one random program: it runs right, is refused, is wrong, or differences cannot tell."""

from __future__ import annotations

import importlib.util
import random
import sys
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import pullback
from pullback import errors
from pullback.transpile.load import load
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import transpile
from pullback.transpile.request import Request
from tests.behaviour import identical
from tests.differences import copied, difference, direction, dot
from tests.inplace.checks import types_of
from tests.inplace.expressions import SIZE, Pick
from tests.inplace.generator import program

WRT = (0, 1, 2, 3, 4)
STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


@dataclass(frozen=True)
class Outcome:
    """`kind`: "ran", "refused", "unsettled" (near a kink), "wrong", "crash", or "invalid" where the primal fails."""

    kind: str
    detail: str = ""


def picker(seed: int) -> Pick:
    """Choices that a seed determines."""
    rng = random.Random(seed)
    return lambda options: options[int(rng.random() * len(options))]


def text_of(seed: int) -> str:
    """The program of a seed."""
    return program(picker(seed))


def arguments(seed: int) -> list[Any]:
    """Arguments for a random program."""
    rng = np.random.default_rng(seed)
    x, y = (float(rng.uniform(0.2, 1.0)) for _ in range(2))
    u, v = rng.uniform(0.2, 1.0, SIZE), rng.uniform(-1.0, 1.0, SIZE)
    return [x, y, u, v, rng.uniform(-1.0, 1.0, (SIZE, SIZE)), rng.integers(0, SIZE, SIZE), SIZE]


def import_text(text: str, path: Path) -> types.ModuleType:
    """The module with this text, from a file of its own."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def outcome(text: str, seed: int, path: Path) -> Outcome:
    """What becomes of the function `f` of a program, with the optimiser and without; `path` is where it is written."""
    args = arguments(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            f = import_text(text, path).f
            value = f(*copied(args))
            value.item()
        except Exception as e:
            return Outcome("invalid", f"{type(e).__name__}: {e}")
        try:
            return _outcome(f, args, value, seed)
        except errors.PullbackError as e:
            return Outcome("refused", f"{type(e).__name__}: {e.message} | {e.source_line.strip()}")
        except AssertionError as e:
            return Outcome("wrong", str(e))
        except Exception as e:
            return Outcome("crash", f"{type(e).__name__}: {e}")
        finally:
            sys.modules.pop(path.stem, None)


def _outcome(f: Callable[..., Any], args: list[Any], value: Any, seed: int) -> Outcome:
    derivative = pullback.value_and_grad(f, wrt=WRT)
    source = from_function(f)
    request = Request("value_and_grad", WRT, False, optimise=False)
    plain = load(transpile(source, types_of(f, args), request), source)
    gradients = _gradients(derivative, args, value, "")
    again = _gradients(derivative, args, value, "second call: ")
    assert identical(gradients, again), "another gradient on a second call"
    unoptimised = _gradients(plain, args, value, "not optimised: ")
    for a, b in zip(gradients, unoptimised, strict=True):
        assert np.allclose(a, b, rtol=1e-9, atol=1e-11), f"the optimiser changes the gradient: {a} {b}"
    return _compared(f, args, gradients, seed)


def _gradients(derivative: Callable[..., Any], args: list[Any], value: Any, when: str) -> Any:
    """The gradients at these arguments, which must stay as they are; the value must be the primal's."""
    given = copied(args)
    found, gradients = derivative(*given)
    assert identical(found, value), f"{when}the value is {found!r}, not {value!r}"
    assert identical(given, args), f"{when}an argument was changed"
    return gradients


def _compared(f: Callable[..., Any], args: list[Any], gradients: Any, seed: int) -> Outcome:
    """Compare with differences along random directions; where these do not agree among themselves, nothing is told."""
    rng = np.random.default_rng(seed + 1)
    for _ in range(2):
        tangents = [direction(args[i], rng) for i in WRT]
        exact = sum(dot(g, t) for g, t in zip(gradients, tangents, strict=True))
        found = [difference(f, args, WRT, tangents, 1.0, step) for step in STEPS]
        if min(_error(d, exact) for d in found) < 1e-6:
            continue
        if min(_error(p, q) for p, q in pairwise(found)) > 1e-7:
            return Outcome("unsettled", f"differences {found}, gradient {exact}")
        raise AssertionError(f"the gradient along a direction is {exact}, differences are {found}")
    return Outcome("ran")


def _error(a: float, b: float) -> float:
    return abs(a - b) / (abs(a) + abs(b) + 1e-2)
