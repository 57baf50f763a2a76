"""Random programs.

The value is the primal's bit for bit, the gradient agrees with differences, arguments stay as they were.
"""

from __future__ import annotations

import copy
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullback import errors
from pullback.transpile.abstract import UNKNOWN, Type
from pullback.transpile.infer import type_of_value
from pullback.transpile.interpret import run
from pullback.transpile.load import load
from pullback.transpile.lower import lower
from pullback.transpile.parse.live import from_function
from pullback.transpile.pipeline import differentiate, transpile
from pullback.transpile.request import Request
from tests.programs import arguments, program

NAMES = ("x", "y", "u", "v", "m", "n")
WRT = (0, 1, 2, 3, 4)
ORDER = Request("value_and_grad", WRT, False)


def module(text: str, folder: Path) -> types.ModuleType:
    """The module with this text, from a file of its own."""
    name = f"random_program_{len(list(folder.iterdir()))}"
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def check(
    f: Callable[..., Any], derivative: Callable[..., Any], args: list[Any], seed: int, typed: bool = True
) -> None:
    """Compare a value and its gradient with the function `f`; general code may give NumPy's float for Python's."""
    given_args = copy.deepcopy(args)
    value, grads = derivative(*given_args)
    expected = f(*copy.deepcopy(args))
    assert type(value) is type(expected)
    assert value == expected
    for a, b in zip(args, given_args, strict=True):
        assert np.array_equal(a, b)
    rng = np.random.default_rng(seed)
    tangents = [rng.standard_normal(np.shape(a)) for a in args[:5]]
    exact = 0.0
    for a, g, t in zip(args, grads, tangents, strict=False):
        assert np.shape(g) == np.shape(a)
        assert type(g) is type(a) if typed else isinstance(g, type(a))
        exact += float(np.sum(g * t))
    assert min(difference_error(f, args, tangents, exact, step) for step in (1e-4, 1e-5, 1e-6, 1e-7)) < 1e-5


def difference_error(
    f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], exact: float, step: float
) -> float:
    values = []
    for signed in (step, -step):
        moved = [a + signed * t for a, t in zip(args, tangents, strict=False)]
        values.append(f(*(float(m) if isinstance(a, float) else m for a, m in zip(args, moved, strict=False)), args[5]))
    estimate = (values[0] - values[1]) / (2.0 * step)
    return float(abs(estimate - exact) / (abs(estimate) + abs(exact) + 1e-2))


def interpreted(f: Callable[..., Any], types_: Sequence[Type], order: Request) -> Callable[..., Any]:
    derivative = differentiate(lower(from_function(f), types_), order)
    return lambda *args: run(derivative, *args)


def emitted(f: Callable[..., Any], types_: Sequence[Type], order: Request) -> Callable[..., Any]:
    source = from_function(f)
    return load(transpile(source, types_, order), source)


@st.composite
def programs(draw: st.DrawFn) -> str:
    return program(lambda options: options[draw(st.integers(0, len(options) - 1))])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@settings(max_examples=60, deadline=None)
@given(text=programs(), seed=st.integers(0, 1000))
def test_core_and_text_give_the_derivative(folder: Path, text: str, seed: int) -> None:
    f = module(text, folder).f
    args = arguments(seed)
    types_ = [type_of_value(a, n) for a, n in zip(args, NAMES, strict=True)]
    with np.errstate(all="ignore"):
        check(f, interpreted(f, types_, ORDER), args, seed)
        check(f, emitted(f, types_, ORDER), args, seed)


@settings(max_examples=30, deadline=None)
@given(text=programs(), seed=st.integers(0, 1000))
def test_the_optimiser_changes_no_result(folder: Path, text: str, seed: int) -> None:
    f = module(text, folder).f
    args = arguments(seed)
    types_ = [type_of_value(a, n) for a, n in zip(args, NAMES, strict=True)]
    with np.errstate(all="ignore"):
        check(f, emitted(f, types_, Request("value_and_grad", WRT, False, optimise=False)), args, seed)


@settings(max_examples=40, deadline=None)
@given(text=programs(), seed=st.integers(0, 1000))
def test_general_code_is_right_or_refused(folder: Path, text: str, seed: int) -> None:
    f = module(text, folder).f
    args = arguments(seed)
    try:
        derivative = emitted(f, [UNKNOWN] * 6, ORDER)
    except (errors.NotSupportedYet, errors.SignatureNeeded):
        return
    with np.errstate(all="ignore"):
        check(f, derivative, args, seed, typed=False)
