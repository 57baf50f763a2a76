"""Chains of branches are `lax.switch`, forwards and backwards."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import pullback
from tests.backends import jax_chains as programs
from tests.backends.test_jax import close, namespace

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("double_precision")

RNG = np.random.default_rng(5)
X = 0.7
INTEGERS: list[Any] = [(X, np.int64(k)) for k in (-(2**31), -2, -1, 0, 1, 2, 3, 7, 2**40)]
NUMBERS: list[Any] = [(x, c) for x in (-0.5, 0.0, 0.5, 1.5, 4.0) for c in (-1.0, 0.0, 0.7, 4.0)]
KS = np.array([0, 1, 2, 3, -1, 2, 5, 1])
LOOPS: list[Any] = [(RNG.standard_normal(8), ks) for ks in (KS, KS[::-1].copy())]

CASES: list[tuple[Any, tuple[int, ...], list[Any], int]] = [
    (programs.by_number, (0,), [*INTEGERS, (X, np.int8(-128))], 2),
    (programs.from_minus_one, (0,), INTEGERS, 1),
    (programs.with_gaps, (0,), INTEGERS, 2),
    (programs.by_ranges, (0, 1), NUMBERS, 2),
    (programs.of_quotients, (0, 1), NUMBERS, 0),
    (programs.mixed, (0,), [(x, np.int64(k)) for x in RNG.standard_normal((4, 3)) for k in (0, 1, 2)], 2),
    (programs.in_a_loop, (0,), LOOPS, 2),
    (programs.ranges_in_a_loop, (0, 1), [(s * RNG.standard_normal(6), 0.7) for s in (0.3, 1.0, 3.0)], 2),
    (programs.in_a_while, (0, 1), [(3.0, 0.3), (0.01, 0.3)], 2),
    (programs.called, (0,), INTEGERS, 2),
    (programs.of_integers, (0,), INTEGERS, 2),
    (programs.of_values, (0, 1), NUMBERS, 0),
    (programs.of_truths, (0, 1), NUMBERS, 0),
    (programs.continued, (0,), LOOPS, 2),
]


@pytest.mark.parametrize(("f", "wrt", "points", "switches"), CASES, ids=[c[0].__name__ for c in CASES])
def test_agrees_with_numpy(f: Any, wrt: tuple[int, ...], points: list[Any], switches: int) -> None:
    ours, theirs = pullback.value_and_grad(f, wrt=wrt, backend="jax"), pullback.value_and_grad(f, wrt=wrt)
    compiled: dict[str, Any] = {}
    for args in points:
        text = ours.specialize(*args).source
        assert text.count("lax.switch(") + text.count("one_of(") == switches
        run = compiled.setdefault(text, jax.jit(namespace(text)[f"{f.__name__}_value_and_grad"]))
        value, grads = theirs(*copy.deepcopy(args))
        found, slopes = run(*args)
        np.testing.assert_allclose(found, value, rtol=1e-11, atol=1e-14)
        close(slopes, grads)
    found, slopes = ours(*points[0])
    value, grads = theirs(*copy.deepcopy(points[0]))
    np.testing.assert_allclose(found, value, rtol=1e-11)
    close(slopes, grads)
