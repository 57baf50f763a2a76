"""Every sample of every operation on JAX, compiled: value and cotangents as the same function has them on NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import integrate

import pullback
from pullback.backends.scipy_names import is_in_jax, scipy_path
from pullback.testing import cotangent_of
from tests.stdlib.test_end_to_end import CASES, TEXTS, functions, subsets
from tests.stdlib.test_rules import name

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

MOST = 4  # calls of one operation
REFUSED = (
    *(math.remainder, np.arange, np.partition, np.meshgrid, np.extract, np.delete, np.compress),
    *(np.bincount, np.repeat, np.gradient, integrate.cumulative_trapezoid, integrate.simpson),
)  # some of their calls are
OPS = list(dict.fromkeys(op for op, _ in CASES if scipy_path(op) is None))  # those of SciPy: test_scipy_on_jax.py
__all__ = ["functions"]


def calls(op: Any, module: ModuleType) -> list[tuple[Callable[..., Any], tuple[int, ...], list[Any]]]:
    """Functions that call an operation, the positions of what they are differentiated in, and their arguments."""
    numbers = [k for k, (other, sample) in enumerate(CASES) if other is op and subsets(op, sample)]
    made = []
    for k in numbers[:: -(-len(numbers) // MOST)]:
        text, active = TEXTS[k], subsets(op, CASES[k][1])[0]
        wrt = tuple(i for i, x in enumerate(text.values) if text.owner[i] in active and np.result_type(x).kind == "f")
        made.append((getattr(module, f"f{k}"), wrt, text.values))
    return made


@pytest.mark.parametrize("op", OPS, ids=map(name, OPS))
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_compiled(op: Any, functions: ModuleType) -> None:
    cases, refused = calls(op, functions), list[Any]()
    expected = []
    for f, wrt, values in cases:
        out, pull = pullback.vjp(f, wrt=wrt)(*values)
        ct = cotangent_of(out, np.random.default_rng(1))
        expected.append((out, pull(ct), ct))

    def everything(all_values: Any, cts: Any) -> Any:
        found = []
        for (f, wrt, _), values, ct in zip(cases, all_values, cts, strict=True):
            try:
                out, pull = pullback.vjp(f, wrt=wrt, backend="jax")(*values)
                found.append((out, pull(ct)))
            except pullback.NotSupportedYet as e:
                refused.append(e)
                found.append(None)
        return found

    results = jax.jit(everything)([values for _, _, values in cases], [ct for _, _, ct in expected])
    assert bool(refused) == (op in REFUSED or is_not_in_jax(op))
    assert all(e.line for e in refused)
    for found, (out, cts, _) in zip(results, expected, strict=True):
        if found is not None:
            agree(found, (out, cts))


def is_not_in_jax(op: Any) -> bool:
    path = scipy_path(op)
    return path is not None and not is_in_jax(path)


def agree(found: Any, expected: Any) -> None:
    if isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for x, y in zip(found, expected, strict=True):
            agree(x, y)
        return
    assert np.shape(found) == np.shape(expected)
    assert found.dtype == np.result_type(expected) or isinstance(expected, int)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)
