"""What becomes of one random program: it runs right, is refused, is wrong, or differences cannot tell."""

from __future__ import annotations

import importlib.util
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
from tests.behaviour import identical, ran, with_floats
from tests.differences import copied, difference, direction, dot, leaves
from tests.forward import assert_forward_agrees
from tests.inplace.checks import types_of
from tests.inplace.families import Family

STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


@dataclass(frozen=True)
class Outcome:
    """`kind`: "ran", "refused", "unsettled" (near a kink), "wrong", "crash", or "invalid" where the primal fails."""

    kind: str
    detail: str = ""


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


def outcome(text: str, seed: int, path: Path, family: Family) -> Outcome:
    """What becomes of the function `f` of a program, with the optimiser and without; `path` is where it is written."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            module = import_text(text, path)
            args = family.arguments(module, seed)
            value, after = ran(module.f, args)
            value.item()
        except Exception as e:
            return Outcome("invalid", f"{type(e).__name__}: {e}")
        try:
            return _outcome(module.f, args, value, after, seed)
        except errors.PullbackError as e:
            return Outcome("refused", f"{type(e).__name__}: {e.message} | {e.source_line.strip()}")
        except AssertionError as e:
            return Outcome("wrong", str(e))
        except Exception as e:
            return Outcome("crash", f"{type(e).__name__}: {e}")
        finally:
            sys.modules.pop(path.stem, None)


def _outcome(f: Callable[..., Any], args: list[Any], value: Any, after: list[Any], seed: int) -> Outcome:
    wrt = with_floats(args)
    derivative = pullback.value_and_grad(f, wrt=wrt)
    source = from_function(f)
    request = Request("value_and_grad", wrt, False, optimise=False)
    plain = load(transpile(source, types_of(f, args), request), source)
    gradients = _gradients(derivative, args, value, after, "")
    again = _gradients(derivative, args, value, after, "second call: ")
    assert identical(gradients, again), "another gradient on a second call"
    unoptimised = _gradients(plain, args, value, after, "not optimised: ")
    for a, b in zip(leaves(gradients), leaves(unoptimised), strict=True):
        same = a is b is None or np.allclose(a, b, rtol=1e-9, atol=1e-11)
        assert same, f"the optimiser changes the gradient: {a} {b}"
    found = _compared(f, args, gradients, seed)
    if found.kind != "ran":
        return found
    return _forward(f, args, value, after, gradients) or found


def _forward(f: Callable[..., Any], args: list[Any], value: Any, after: list[Any], gradients: Any) -> Outcome | None:
    """What is amiss with forward mode alone, which reverse mode must agree with to rounding."""
    try:
        assert_forward_agrees(f, args, with_floats(args), np.ones_like(value), gradients, after, condition=1e3)
    except errors.PullbackError as e:
        return Outcome("refused", f"forward mode: {type(e).__name__}: {e.message} | {e.source_line.strip()}")
    except AssertionError as e:
        raise AssertionError(f"forward mode: {e}") from None
    except Exception as e:
        return Outcome("crash", f"forward mode: {type(e).__name__}: {e}")
    return None


def _gradients(derivative: Callable[..., Any], args: list[Any], value: Any, after: list[Any], when: str) -> Any:
    """The gradients at these arguments, which must be left as the primal leaves them; the value must be the primal's.

    The primal's arrays stay as they were.
    """
    given = copied(args)
    found, gradients = derivative(*given)
    assert identical(found, value), f"{when}the value is {found!r}, not {value!r}"
    assert identical(given, after), f"{when}an argument was changed"
    return gradients


def _compared(f: Callable[..., Any], args: list[Any], gradients: Any, seed: int) -> Outcome:
    """Compare with differences along random directions; where these do not agree among themselves, nothing is told."""
    rng = np.random.default_rng(seed + 1)
    wrt = with_floats(args)
    for _ in range(2):
        tangents = [direction(args[i], rng) for i in wrt]
        exact = sum(dot(g, t) for g, t in zip(gradients, tangents, strict=True))
        found = [difference(f, args, wrt, tangents, 1.0, step) for step in STEPS]
        if min(_error(d, exact) for d in found) < 1e-6:
            continue
        if min(_error(p, q) for p, q in pairwise(found)) > 1e-7:
            return Outcome("unsettled", f"differences {found}, gradient {exact}")
        raise AssertionError(f"the gradient along a direction is {exact}, differences are {found}")
    return Outcome("ran")


def _error(a: float, b: float) -> float:
    return abs(a - b) / (abs(a) + abs(b) + 1e-2)
