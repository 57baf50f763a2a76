"""Emitted text, compared with the golden files, and what it computes, compared with differences of the primal."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pullback.backends.printing import to_text
from tests.differences import assert_pullback, direction, leaves, map_leaves
from tests.golden_files import Golden, all_goldens

GOLDENS = {g.name: g for g in all_goldens()}
NUMPY = [name for name, g in GOLDENS.items() if g.backend == "numpy"]
JAX = [name for name, g in GOLDENS.items() if g.backend == "jax"]


@pytest.fixture(params=GOLDENS)
def golden(request: pytest.FixtureRequest) -> Golden:
    if request.param in JAX:
        pytest.importorskip("jax")
    return GOLDENS[request.param]


def assert_same_bits(a: Any, b: Any) -> None:
    for x, y in zip(leaves(a), leaves(b), strict=True):
        assert type(x) is type(y)
        np.testing.assert_array_equal(x, y)


def assert_derivative(
    golden: Golden, primal: Callable[..., Any], derived: Callable[..., Any], args: Sequence[Any]
) -> None:
    """The value is the primal's bit for bit, the gradients agree with differences, the arguments are as they were."""
    names = primal.__code__.co_varnames
    wrt = [names.index(name) for name in golden.wrt]
    before = copy.deepcopy(args)
    value = primal(*copy.deepcopy(args))
    aux = None
    if golden.has_aux:
        value, aux = value

    def result(*xs: Any) -> Any:
        return primal(*xs)[0] if golden.has_aux else primal(*xs)

    cotangent: Any = 1.0
    out = derived(*args)
    if golden.mode == "vjp":
        got, pull = out
        assert_same_bits(got, value)
        cotangent = direction(value, np.random.default_rng(1))
        cotangent = map_leaves(lambda x: float(x) if isinstance(x, np.ndarray) and x.ndim == 0 else x, cotangent)
        out = pull(cotangent)
        assert_same_bits(pull(cotangent), out)
    elif golden.mode == "value-and-grad":
        got, out = out
        assert_same_bits(got, (value, aux) if golden.has_aux else value)
    elif golden.has_aux:
        out, got = out
        assert_same_bits(got, aux)
    gradients = (out,) if golden.bare else out
    assert_same_bits(args, before)
    assert_pullback(result, args, wrt, cotangent, gradients)


def test_text_is_the_golden_one(golden: Golden, tmp_path: Path) -> None:
    f = getattr(golden.module(tmp_path), golden.function)
    assert golden.derive(f).source == golden.output


@pytest.mark.parametrize("optimise", [True, False])
@pytest.mark.parametrize("golden", NUMPY, indirect=True)
def test_derivative_agrees_with_differences(golden: Golden, optimise: bool, tmp_path: Path) -> None:
    f = getattr(golden.module(tmp_path), golden.function)
    derived = golden.derive(f) if optimise else golden.unoptimised(f)
    for args in golden.arguments():
        assert_derivative(golden, f, derived, args)


def test_text_is_tidy(golden: Golden) -> None:
    """Lines fit, and what is printed, parsed and printed again is the same but for comments and blank lines."""
    lines = golden.output.splitlines()
    assert lines
    assert max(map(len, lines)) <= 88
    code = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert [line for line in to_text(ast.parse(golden.output)).splitlines() if line] == code


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("golden", JAX, indirect=True)
def test_jax_agrees_with_numpy(golden: Golden, tmp_path: Path) -> None:
    f = getattr(golden.module(tmp_path), golden.function)
    (args,) = golden.arguments()
    got = golden.derive(f)(*args)
    wanted = f if golden.mode == "primal" else replace(golden, backend="numpy").derive(f)
    expected = wanted(*args)
    for x, y in zip(leaves(got), leaves(expected), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-14)
